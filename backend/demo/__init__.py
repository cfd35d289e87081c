"""Visits that nobody made, so that a newcomer sees what the pages are for."""

"""Calls to addresses that somebody typed: https alone, to public hosts alone, briefly. For webhooks and the like."""

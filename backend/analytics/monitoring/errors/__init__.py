"""Errors of the site's own code, grouped by what they are and where they come from."""

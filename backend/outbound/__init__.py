"""Calls to URLs that people typed, such as webhooks: only https, only public hosts, only briefly."""

"""Durable background work: jobs are rows first, done under leases, by whichever process has time."""

"""Durable background work: jobs are rows, done under leases by whichever process has time."""

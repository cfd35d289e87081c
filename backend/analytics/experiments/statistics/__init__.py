"""The statistics of experiments: sufficient statistics in, frozen answers out; no clock, no chance, no store.

Formulas and sources are in docs/statistics.md. Only `scipy.special` is needed at run time.
"""

"""Experiments and flags: who sees which variant, what came of it, and what is decided."""

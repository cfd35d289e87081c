"""Pages of experiments and flags: services' values in, sentences, tables, and drawings out."""

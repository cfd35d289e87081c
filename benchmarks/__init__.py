"""How fast Mingus is, measured on this machine in one run."""

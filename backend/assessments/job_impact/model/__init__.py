"""What the figures say about one job: the exposure model, pay, moves, context. Pure; knows of no visitor."""

"""The work of the schedule's entries: idempotent functions, each a call of one service."""

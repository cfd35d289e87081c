"""What the schedule calls: idempotent functions, each asking one service to do one thing."""

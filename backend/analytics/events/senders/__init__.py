"""The sender of an event: person or robot, device, place, and the visitor id."""

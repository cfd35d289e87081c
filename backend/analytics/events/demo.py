"""Demo visits are events like any others, but for the name of their sessions: by it they are shown and removed."""

from __future__ import annotations

# Kept for `flask demo visits`: whatever begins so is told apart on every page, and gone after `flask demo clear`.
DEMO_SESSIONS = "mingus-demo-"

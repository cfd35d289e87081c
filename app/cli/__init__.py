"""`flask …`: what an operator does from a shell. Each command calls one service method; a file for each group."""

from __future__ import annotations

from flask import Flask

from app.cli import assessments, events, jobs, keys, lake, reference


def init_app(app: Flask) -> None:
    for group in (assessments.group, events.group, jobs.group, keys.group, lake.group, reference.group):
        app.cli.add_command(group)

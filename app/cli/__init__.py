"""`flask …`: what an operator does from a shell. Each command calls one service method; a file for each group."""

from __future__ import annotations

from flask import Flask

from app.cli import (
    access,
    accounts,
    alerts,
    assessments,
    audit,
    demo,
    events,
    events_import,
    jobs,
    keys,
    lake,
    metrics,
    migrations,
    privacy,
    reference,
)


def init_app(app: Flask) -> None:
    migrations.init_app(app)
    events.group.add_command(events_import.import_events)
    rooms = (access, accounts, alerts, assessments, audit, demo, events, jobs, keys, lake, metrics, privacy, reference)
    for room in rooms:
        app.cli.add_command(room.group)

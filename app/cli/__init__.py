"""`flask …`: what an operator does from a shell. Each command calls one service method; a file for each group."""

from __future__ import annotations

from flask import Flask

from app.cli import (
    access,
    accounts,
    alerts,
    assessments,
    assignment,
    audit,
    dashboards,
    demo,
    events,
    events_import,
    jobs,
    keys,
    lake,
    metrics,
    migrations,
    monitoring,
    privacy,
    reference,
)


def init_app(app: Flask) -> None:
    migrations.init_app(app)
    events.group.add_command(events_import.import_events)
    analytics = (dashboards, demo, events, lake, metrics, monitoring)
    for room in (access, accounts, alerts, assessments, assignment, audit, *analytics, jobs, keys, privacy, reference):
        app.cli.add_command(room.group)

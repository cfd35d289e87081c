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
    experiments,
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
    analytics = (dashboards, demo, events, experiments, lake, metrics, monitoring)
    people = (access, accounts, alerts, assessments, assignment, audit)
    for room in (*people, *analytics, jobs, keys, privacy, reference):
        app.cli.add_command(room.group)

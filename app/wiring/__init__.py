"""The composition root: the only place that names concrete classes and reads settings, in a file for each room."""

from __future__ import annotations

from flask import Flask

from app.wiring import (
    accounts,
    alert_rules,
    alerts,
    assessments,
    assignment,
    audit,
    boards,
    demo,
    errors,
    event_import,
    events,
    experiments,
    forwarding,
    health,
    lake,
    landing,
    last_resort,
    mail,
    measuring,
    monitoring,
    people,
    privacy,
    prometheus,
    senders,
    status_page,
    vault,
    views,
    warehouse,
    work,
)
from backend import database
from backend.jobs.kinds import JobKinds
from backend.plugins import KEY, Registry, load
from config.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    registry = app.extensions[KEY] = Registry()
    registry.on_start(lambda: database.forget_inherited_connections(app))
    vault.fit_out(registry, settings)
    monitoring.fit_out(registry, settings)
    measuring.fit_out(registry, settings)
    work.fit_out(registry, settings)
    audit.fit_out(registry, settings)
    mail.fit_out(registry, settings)
    for plugin in load(settings.plugin_paths):
        registry.add_plugin(app, plugin)
    rooms = (
        accounts,
        assessments,
        assignment,
        event_import,
        events,
        forwarding,
        lake,
        landing,
        people,
        senders,
        warehouse,
    )
    watchers = (alert_rules, alerts, last_resort, status_page, prometheus)
    for room in (*rooms, errors, views, boards, experiments, *watchers, privacy, demo):
        room.fit_out(registry, settings)
    health.fit_out(app, registry)
    warehouse.init_app(app)
    errors.init_app(app)
    registry.on_start(lambda: health.log_dangers(app))
    registry.build(JobKinds).freeze()

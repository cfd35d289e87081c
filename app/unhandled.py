"""Errors of requests that nobody answers: counted in memory by the route that failed."""

from __future__ import annotations

from flask import Flask, current_app, g, got_request_exception

from app.measuring import where
from backend.analytics.monitoring.errors.buffer import Circumstances, ErrorBuffer
from backend.analytics.monitoring.errors.group import ErrorSource
from backend.plugins import KEY

BUFFER = "mingus.errors"  # kept apart from the registry, which may be what fails


def init_app(app: Flask) -> None:
    app.extensions[BUFFER] = app.extensions[KEY].build(ErrorBuffer)
    got_request_exception.connect(_note, app)


def note(error: BaseException) -> None:
    """Count an error of this request, which has an answer all the same."""
    ids = g.get("request_id", ""), g.get("trace_id", "")
    current_app.extensions[BUFFER].record(error, Circumstances(ErrorSource.REQUEST, where(), *ids))


def _note(_app: Flask, exception: BaseException) -> None:
    note(exception)

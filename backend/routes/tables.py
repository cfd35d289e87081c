"""Answers in JSON or CSV, each with an ETag: 304 where the caller has the answer already."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from flask import request
from werkzeug import Response

from backend.analytics.metrics.catalogue.query import Result
from backend.analytics.metrics.period import Period
from backend.routes.schemas.metrics import ResultResponse, result_csv

Form = Literal["json", "csv"]


def result_response(result: Result, form: Form, name: str) -> Response:
    """The response to a question of the metric catalogue."""
    text = result_csv(result) if form == "csv" else ResultResponse.of(result).model_dump_json()
    return table_response(text, form, f"{name}_demo" if result.demo else name, result.query.period, result.version)


def table_response(text: str, form: Form, name: str, period: Period, version: str) -> Response:
    """With an ETag that stands for the question and what the lake holds: `as_of` alone makes no new answer."""
    response = Response(text, mimetype="text/csv" if form == "csv" else "application/json")
    if form == "csv":
        file = f"{name}_{period.first_day}_{period.last_day}.csv"
        response.headers["Content-Disposition"] = f"attachment; filename={file}"
    identity = f"{request.full_path}|{request.get_data(as_text=True)}|{form}|{period}|{version}"
    response.set_etag(sha256(identity.encode()).hexdigest()[:32], weak=True)
    if request.method == "GET":
        response.make_conditional(request)
    return response

"""A result of the catalogue as the caller wants it: JSON or CSV, and nothing where nothing changed."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from flask import request
from werkzeug import Response

from backend.analytics.metrics.catalogue.query import Result
from backend.routes.schemas.metrics import ResultResponse, result_csv


def answered(result: Result, form: Literal["json", "csv"], name: str) -> Response:
    """With an ETag that stands for the question and what the lake holds: `as_of` alone makes no new answer."""
    response = _csv(result, name) if form == "csv" else _json(result)
    said = f"{request.full_path}|{request.get_data(as_text=True)}|{form}|{result.query.period}|{result.version}"
    response.set_etag(sha256(said.encode()).hexdigest()[:32], weak=True)
    if request.method == "GET":
        response.make_conditional(request)
    return response


def _json(result: Result) -> Response:
    return Response(ResultResponse.of(result).model_dump_json(), mimetype="application/json")


def _csv(result: Result, name: str) -> Response:
    period = result.query.period
    file = f"{name}_{period.first_day}_{period.last_day}.csv"
    return Response(
        result_csv(result), mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={file}"}
    )

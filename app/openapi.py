"""The OpenAPI document, from the types that parse the requests."""

from __future__ import annotations

from functools import cache
from json import JSONDecodeError
from typing import IO, Any, cast

import msgspec
from flask import Request, g, request
from flask.json.provider import DefaultJSONProvider
from flask_openapi3 import Info, OpenAPI
from flask_openapi3.models import OPENAPI3_REF_PREFIX
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

from app.errors import refuse_invalid
from backend.analytics.events.wire.bodies import Envelope
from backend.analytics.events.wire.event import WireEvent
from backend.errors import BadRequest
from backend.routes.schemas import json_bodies
from backend.routes.schemas.problem import Problem

VERSION = "0.1.0"
DESCRIPTION = (
    "What AI and the labor market mean for a job and its pay, from published measures only. "
    "Read-only calculator endpoints need no key. Exposure is not a chance of losing a job."
)
EXAMPLE = {
    "event_type": "calculator_step_completed",
    "session_id": "s-7f3a",
    "timestamp": "2026-11-21T09:00:00Z",
    "event_data": {"step": 2, "seconds": 14.2},
}
JWT = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
SECURITY = {
    "api_key": {
        "type": "http",
        "scheme": "bearer",
        "description": "From `/account/keys` or `flask keys create`.",
    },
    "access_token": {**JWT, "description": "For 15 minutes after `/api/v1/auth/login` or `/api/v1/auth/refresh`."},
    "refresh_token": {**JWT, "description": "Works once, at `/api/v1/auth/refresh`, within 14 days of logging in."},
}


class WholeBody(LimitedStream):
    """Werkzeug's, but a body that comes in chunks and is too long is refused, where only its beginning was read."""

    def readall(self) -> bytes:
        body = super().readall()
        if self.is_exhausted and self._stream.read(1):
            raise RequestEntityTooLarge
        return body


class PlainRequest(Request):
    """Flask's, but what is no JSON is refused in our own words, with the place."""

    @cached_property
    def stream(self) -> IO[bytes]:
        if self.content_length is None and self.max_content_length and self.environ.get("wsgi.input_terminated"):
            return cast("IO[bytes]", WholeBody(self.environ["wsgi.input"], self.max_content_length, is_max=True))
        return super().stream

    def on_json_loading_failed(self, error: ValueError | None) -> Any:
        if isinstance(error, json_bodies.Unfit):
            raise BadRequest(str(error))
        place = (
            f": see line {error.lineno}, column {error.colno}" if isinstance(error, JSONDecodeError) else " in UTF-8"
        )
        raise BadRequest(f"The body is not JSON{place}.")


class PlainJSON(DefaultJSONProvider):
    """Flask's, but what no route could use is no JSON."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json_bodies.loads(s, **kwargs)


class Mingus(OpenAPI):
    """Flask with typed routes and a description of them."""

    request_class = PlainRequest
    json_provider_class = PlainJSON

    def __init__(self, import_name: str) -> None:
        super().__init__(
            import_name,
            info=Info(title="Mingus", version=VERSION, description=DESCRIPTION),
            security_schemes=SECURITY,  # type: ignore[arg-type]
            validation_error_model=Problem,
            validation_error_callback=refuse_invalid,
            doc_ui=False,
        )
        self.url_map.merge_slashes = False  # the redirect would lead to whatever host was asked for
        self.extensions["openapi"] = cache(self._describe)

    def log_exception(self, exc_info: Any) -> None:
        """Name the rule, never the path, which may hold a visitor's token."""
        rule = request.url_rule.rule if request.url_rule else "no rule"
        self.logger.error("%s %s failed, request %s", request.method, rule, g.get("request_id"), exc_info=exc_info)

    def _describe(self) -> dict[str, Any]:
        spec: dict[str, Any] = self.api_doc
        _describe_events(spec)
        _forget_impossible_refusals(spec)
        _describe_long_addresses(spec)
        return spec


def _describe_events(spec: dict[str, Any]) -> None:
    """The event route reads its body itself; describe the type it reads."""
    reference = f"{OPENAPI3_REF_PREFIX}/{{name}}"
    (event, envelope), definitions = msgspec.json.schema_components([WireEvent, Envelope], ref_template=reference)
    spec["components"]["schemas"].update(definitions)
    many = {"type": "array", "items": event, "minItems": 1}
    operation = spec["paths"]["/api/analytics/event"]["post"]
    operation["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": {"anyOf": [event, many, envelope]}, "example": EXAMPLE}},
    }


def _describe_long_addresses(spec: dict[str, Any]) -> None:
    """The web server itself refuses a request line of more than 8,190 characters, in words of its own."""
    refusal = {
        "description": "The address is too long. Send a longer query in a body.",
        "content": {"text/html": {}},
    }
    for item in spec["paths"].values():
        for operation in item.values():
            if "parameters" in operation:
                operation["responses"]["414"] = refusal


def _forget_impossible_refusals(spec: dict[str, Any]) -> None:
    """The library adds a 422 to every operation, also where there is nothing that could be invalid."""
    for item in spec["paths"].values():
        for operation in item.values():
            if "parameters" not in operation and "requestBody" not in operation:
                operation["responses"].pop("422", None)

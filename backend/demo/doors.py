"""Doors to the event API: a running server, or the app in this process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import local
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from werkzeug.test import Client

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PATIENCE, GLANCE = 60.0, 2.0
EVENTS, HEALTH = "/api/analytics/event", "/api/analytics/health"


class NobodyThere(Exception):
    """No server answers at the address, or none that speaks HTTP."""


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    status: int
    retry_after: float
    body: bytes


class Door(Protocol):
    """Posts a body to the event API; safe to use from several threads."""

    def post(self, body: bytes, headers: Mapping[str, str]) -> DoorAnswer: ...

    def close(self) -> None: ...


class ServerDoor:
    """A running server. Each thread keeps a connection until all are closed."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._own = local()
        self._opened: list[HTTPConnection] = []

    def answers(self) -> bool:
        """Whether a Mingus server is there."""
        try:
            with closing(self._connect(GLANCE)) as connection:
                connection.request("GET", self._parts.path.rstrip("/") + HEALTH)
                answer = connection.getresponse()
                return b'"parts"' in answer.read(65_536)
        except (OSError, HTTPException):
            return False

    def post(self, body: bytes, headers: Mapping[str, str]) -> DoorAnswer:
        """Post on the thread's connection, and once more on a new one if the server has closed it meanwhile."""
        for fresh in (False, True):
            connection = None if fresh else getattr(self._own, "connection", None)
            try:
                self._own.connection = connection or self._connect(PATIENCE)
                self._own.connection.request("POST", self._parts.path.rstrip("/") + EVENTS, body, dict(headers))
                answer = self._own.connection.getresponse()
                retry_after = answer.headers.get("Retry-After", "")
                return DoorAnswer(answer.status, float(retry_after) if retry_after.isdigit() else 1.0, answer.read())
            except (OSError, HTTPException) as error:
                self._own.connection.close()
                self._own.connection, failure = None, error
        raise NobodyThere(str(failure) or type(failure).__name__) from failure

    def close(self) -> None:
        for connection in self._opened:
            connection.close()
        self._opened.clear()

    def _connect(self, patience: float) -> HTTPConnection:
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        connection = kind(self._parts.netloc, timeout=patience)
        self._opened.append(connection)
        return connection


class AppDoor:
    """The app itself, through the same routes."""

    def __init__(self, app: WSGIApplication, host: str) -> None:
        self._client = Client(app, use_cookies=False)
        self._base = f"http://{host}"

    def post(self, body: bytes, headers: Mapping[str, str]) -> DoorAnswer:
        answer = self._client.post(EVENTS, base_url=self._base, data=body, headers=dict(headers))
        retry_after = answer.headers.get("Retry-After", "")
        return DoorAnswer(answer.status_code, float(retry_after) if retry_after.isdigit() else 1.0, answer.get_data())

    def close(self) -> None: ...

"""Whether the site answers, asked as a visitor would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from backend.analytics.monitoring.rules.judging import Observed

LOOK_SECONDS = 2.0
ANSWERS_BELOW = 500


class SiteLook:
    """Asks the site itself, as a visitor would. One that never answered this process says nothing: it may be elsewhere.

    `url`: what is asked.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._has_answered = False

    def observe(self, at: datetime) -> Sequence[Observed]:
        if self._answers():
            self._has_answered = True
            return [Observed(0)]
        return [Observed(1, words=f"{self._url} doesn’t answer")] if self._has_answered else ()

    def _answers(self) -> bool:
        parts = urlsplit(self._url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=LOOK_SECONDS)
        try:
            connection.request("GET", parts.path or "/", headers={"User-Agent": "Mingus"})
            return connection.getresponse().status < ANSWERS_BELOW
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

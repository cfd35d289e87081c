"""Post to GA4. The secret travels in the address, so no address may ever reach a log or an error."""

from __future__ import annotations

import logging
from http import HTTPStatus
from time import perf_counter
from urllib.parse import urlencode

from backend.jobs.kinds import NoUse
from backend.observing import FAILED, OK, Observe, unobserved

SECONDS = 5.0
TRY_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class Ga4Unavailable(Exception):
    """GA4 did not take the request now; another try may help."""


class Ga4Refused(NoUse):
    """GA4 will not take this request, however often it is sent."""


class Ga4Client:
    def __init__(
        self,
        url: str,
        measurement_id: str,
        api_secret: str,
        seconds: float = SECONDS,
        observe: Observe = unobserved,
    ) -> None:
        import urllib3  # megabytes that a web worker without GA4 has no use for

        # At DEBUG urllib3 logs the address of each request.
        logging.getLogger("urllib3").setLevel(logging.INFO)
        self._address = f"{url}?{urlencode({'measurement_id': measurement_id, 'api_secret': api_secret})}"
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(seconds), retries=False)
        self._observe = observe
        self._errors = urllib3.exceptions.HTTPError

    def post(self, body: bytes) -> None:
        """Return once GA4 has taken the request. Raises Ga4Unavailable, Ga4Refused."""
        began, status = perf_counter(), self._status(body)
        outcome = FAILED if status is None or status >= 500 else OK
        self._observe("ga4", perf_counter() - began, outcome)
        if status is None:
            raise Ga4Unavailable("GA4 did not answer in time")
        if status >= 500 or status in TRY_AGAIN:
            raise Ga4Unavailable(f"GA4 answered {status}")
        if not 200 <= status < 300:
            raise Ga4Refused(f"GA4 answered {status}")

    def _status(self, body: bytes) -> int | None:
        """None if there was no answer; urllib3's own errors stay here, for they name the address."""
        try:
            answer = self._pool.request(
                "POST", self._address, body=body, headers={"Content-Type": "application/json"}, redirect=False
            )
        except self._errors:
            return None
        return answer.status

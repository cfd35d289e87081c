"""A subscriber of the live stream, as `EventSource` is one, and somebody who sends it news."""

from __future__ import annotations

import http.client
import json
import urllib.request
from urllib.parse import urlsplit


class Subscriber:
    """One connection to the stream; `answer` is what it was answered."""

    def __init__(self, url: str, cookie: str, seen: str = "") -> None:
        headers = {"Cookie": cookie, "Accept": "application/json"} | ({"Last-Event-ID": seen} if seen else {})
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=90)
        self._connection.request("GET", "/analytics/live/stream", headers=headers)
        self.answer = self._connection.getresponse()
        self.seen = seen

    def next(self) -> dict[str, dict] | None:
        """The next state; None at the end of the stream."""
        try:
            for line in iter(self.answer.readline, b""):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    self.seen = value
                if name == "data":
                    return json.loads(value)
        except (http.client.HTTPException, OSError):
            return None
        return None

    def until(self, right) -> bool:
        """Whether a state came for which this holds, before the stream ended."""
        while state := self.next():
            if right(state):
                return True
        return False

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


def send(url: str, key: str, session: str, name: str = "ai_calculator_opened", **data: object) -> None:
    body = json.dumps({"event_type": name, "session_id": session, "event_data": data}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    urllib.request.urlopen(urllib.request.Request(f"{url}/api/analytics/event", body, headers), timeout=30).close()

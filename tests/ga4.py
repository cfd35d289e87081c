"""A server that knows the rules of the Measurement Protocol and names the broken ones, as Google's debug one does."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

STREAM, API_SECRET = "G-TEST123", "canary-secret"
HANG = 0
EVENT_NAME = re.compile(r"(?!_|firebase_|ga_|google_|gtag\.)[A-Za-z][A-Za-z0-9_]{0,39}")
RESERVED_EVENTS = {"session_start", "first_visit", "first_open", "user_engagement", "error", "page_view", "click"}
RESERVED_PARAMS = {"user_id", "uid", "cid", "gclid", "dclid", "sid", "sessionid", "session_number", "customer_id"}


class Ga4Server:
    """Keeps every body it took. `answers` are the statuses of the next requests; HANG says nothing until released."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: deque[int] = deque()
        self.taken: list[dict] = []
        self.tries = 0
        self.problems: list[str] = []
        self.release = threading.Event()

    def answer(self, query: str, headers: dict[str, str], body: bytes) -> int:
        self.tries += 1
        status = self.answers.popleft() if self.answers else 204
        if status == HANG:
            self.release.wait(30)
        if status != 204:
            return status
        if len(body) >= 130_000:
            return 413
        problems = problems_of(query, headers, body)
        self.problems += problems
        if not problems:
            self.taken.append(json.loads(body))
        return 204

    def events(self) -> list[dict]:
        return [event for request in self.taken for event in request["events"]]


def problems_of(query: str, headers: dict[str, str], body: bytes) -> list[str]:
    problems = []
    if dict(parse_qsl(query)) != {"measurement_id": STREAM, "api_secret": API_SECRET}:
        problems.append("the address must name the stream and its secret, and nothing else")
    if headers.get("Content-Type") != "application/json":
        problems.append("the body must be JSON")
    request = json.loads(body)
    if set(request) != {"client_id", "consent", "events"}:
        problems.append(f"members {sorted(request)}")
    if not (isinstance(request["client_id"], str) and request["client_id"]):
        problems.append("client_id")
    if request["consent"] != {"ad_user_data": "DENIED", "ad_personalization": "DENIED"}:
        problems.append("consent")
    if not 1 <= len(request["events"]) <= 25:
        problems.append(f"{len(request['events'])} events")
    return problems + [problem for event in request["events"] for problem in problems_of_event(event)]


def problems_of_event(event: dict) -> list[str]:
    problems, params = [], event["params"]
    age = datetime.now(UTC).timestamp() - event["timestamp_micros"] / 1e6
    if set(event) != {"name", "timestamp_micros", "params"}:
        problems.append(f"members of an event {sorted(event)}")
    if not EVENT_NAME.fullmatch(event["name"]) or event["name"] in RESERVED_EVENTS:
        problems.append(f"event name {event['name']}")
    if not (isinstance(event["timestamp_micros"], int) and -1 <= age <= 72 * 3600):
        problems.append(f"{age:.0f} s old")
    if len(params) > 25:
        problems.append(f"{len(params)} parameters")
    if not re.fullmatch(r"\d{1,19}", params.get("session_id", "")):
        problems.append("session_id")
    if type(params.get("engagement_time_msec")) is not int or params["engagement_time_msec"] < 1:
        problems.append("engagement_time_msec")
    if ("value" in params) != ("currency" in params) or not re.fullmatch("[A-Z]{3}", params.get("currency", "USD")):
        problems.append("a value needs its currency")
    return problems + [f"parameter {name}={value!r}" for name, value in params.items() if not fits(name, value)]


def fits(name: str, value: object) -> bool:
    if not EVENT_NAME.fullmatch(name) or name in RESERVED_PARAMS:
        return False
    if isinstance(value, str):
        return 0 < len(value.encode("utf-16-le")) // 2 <= 100 and "@" not in value
    return type(value) in {int, float} and abs(value) <= 2**53


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 404
        if address.path == "/mp/collect":
            status = self.server.ga4.answer(address.query, dict(self.headers), body)
        self.send_response(status or 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None: ...


class Listener(ThreadingHTTPServer):
    ga4: Ga4Server

    def handle_error(self, *_args: object) -> None:
        """A client that gave up waiting is no news."""


@contextmanager
def ga4_server() -> Iterator[Ga4Server]:
    with Listener(("127.0.0.1", 0), Handler) as listener:
        listener.ga4 = Ga4Server(f"http://127.0.0.1:{listener.server_port}/mp/collect")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield listener.ga4
        finally:
            listener.ga4.release.set()
            listener.shutdown()
            thread.join()

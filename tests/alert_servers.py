"""Slack, PagerDuty, Teams, and a webhook on one local TLS server that takes only what their documents allow."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from backend.outbound.client import Outbound

SLACK, PAGERDUTY, TEAMS, WEBHOOK = "hooks.slack.com", "events.pagerduty.com", "prod-1.logic.azure.com", "ops.example"
HOSTS = (SLACK, PAGERDUTY, TEAMS, WEBHOOK)
SLACK_URL = f"https://{SLACK}/services/T0/B0/only-for-tests"
TEAMS_URL = f"https://{TEAMS}:443/workflows/w/triggers/manual/paths/invoke?api-version=2016-06-01&sig=only-for-tests"
WEBHOOK_URL = f"https://{WEBHOOK}/alerts"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
SIGNING_SECRET = "a-secret-that-only-tests-know"
Answer = tuple[int, Mapping[str, str]]


@dataclass
class AlertServers:
    """`answers`: what a host says instead of yes, once each. `hanging`: hosts that never answer."""

    port: int = 0
    certificate: str = ""
    received: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    headers: dict[str, list[Mapping[str, str]]] = field(default_factory=lambda: defaultdict(list))
    bodies: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    hanging: set[str] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)

    def outbound(self) -> Outbound:
        """A client for which these hosts are here, and which trusts them."""
        return Outbound(lambda _host: ["127.0.0.1"], lambda _address: True, self.port, self.certificate)

    def take(
        self, host: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        if host in self.hanging:
            self.stopped.wait(60)
            return 503, {}, b""
        if self.answers[host]:
            return *self.answers[host].pop(0), b"not now"
        told = CHECKS[host](path, headers, body)
        self.received[host].append(told)
        self.headers[host].append(headers)
        self.bodies[host].append(body)
        return ANSWERS[host]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, servers: AlertServers) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.servers = servers
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(servers.certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_args: object) -> None:
        """Who was not waited for any more is gone when the answer comes."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        host, body = self.headers["Host"], self.rfile.read(int(self.headers["Content-Length"] or 0))
        try:
            status, headers, answer = self.server.servers.take(host, self.path, dict(self.headers), body)
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            status, headers, answer = 400, {}, repr(error).encode()
            self.server.servers.received["problems"].append({"host": host, "problem": repr(error)})
        self.send_response(status)
        for name, value in {"Content-Length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def alert_servers(certificate: Path) -> Iterator[AlertServers]:
    servers = AlertServers(certificate=str(certificate))
    server = _Server(servers)
    servers.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield servers
    finally:
        servers.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def check_slack(path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """https://docs.slack.dev/reference/block-kit/blocks"""
    message = _json(headers, body)
    assert path == "/services/T0/B0/only-for-tests"
    assert message.keys() == {"text", "blocks"}
    assert message["text"]
    assert 1 <= len(message["blocks"]) <= 50
    for block in message["blocks"]:
        SLACK_BLOCKS[block["type"]](block)
    return message


def _slack_header(block: Mapping[str, Any]) -> None:
    assert block["text"]["type"] == "plain_text"
    assert 1 <= len(block["text"]["text"]) <= 150


def _slack_section(block: Mapping[str, Any]) -> None:
    assert block["text"]["type"] == "mrkdwn"
    assert 1 <= len(block["text"]["text"]) <= 3000
    for tag in re.findall(r"<([^>]*)>", block["text"]["text"]):
        assert re.match(r"https?://", tag), f"unescaped {tag}"


def _slack_actions(block: Mapping[str, Any]) -> None:
    assert 1 <= len(block["elements"]) <= 25
    for button in block["elements"]:
        assert button["type"] == "button"
        assert button["text"]["type"] == "plain_text"
        assert 1 <= len(button["text"]["text"]) <= 75
        assert re.fullmatch(r"https?://.{1,2900}", button["url"])


SLACK_BLOCKS = {"header": _slack_header, "section": _slack_section, "actions": _slack_actions}


def check_pagerduty(path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """https://developer.pagerduty.com/docs/events-api-v2/trigger-events/"""
    event = _json(headers, body)
    assert path == "/v2/enqueue"
    assert len(body) <= 512 * 1024
    assert re.fullmatch(r"[0-9A-Za-z]{32}", event["routing_key"])
    assert event["event_action"] in {"trigger", "acknowledge", "resolve"}
    assert 1 <= len(event["dedup_key"]) <= 255
    if event["event_action"] != "trigger":
        assert event.keys() == {"routing_key", "event_action", "dedup_key"}
        return event
    payload = event["payload"]
    assert 1 <= len(payload["summary"]) <= 1024
    assert payload["source"]
    assert payload["severity"] in {"critical", "error", "warning", "info"}
    assert datetime.fromisoformat(payload["timestamp"]).tzinfo
    assert all(link["href"].startswith("http") and link["text"] for link in event["links"])
    assert payload.keys() <= {
        "summary", "source", "severity", "timestamp", "component", "group", "class", "custom_details"
    }  # fmt: skip
    assert event.keys() <= {
        "routing_key", "event_action", "dedup_key", "payload", "links", "images", "client", "client_url"
    }  # fmt: skip
    return event


def check_teams(path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """https://adaptivecards.io/explorer/, version 1.4, as Workflows take it."""
    message = _json(headers, body)
    assert path.startswith("/workflows/w/triggers/manual/paths/invoke?")
    assert len(body) <= 28 * 1024
    assert message["type"] == "message"
    [attachment] = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    for element in card["body"]:
        TEAMS_ELEMENTS[element["type"]](element)
    _teams_actions(card["actions"])
    return message


def _teams_text(element: Mapping[str, Any]) -> None:
    assert element["text"]
    assert element["wrap"] is True
    assert element.get("color", "Default") in {"Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"}
    assert element.get("size", "Default") in {"Default", "Small", "Medium", "Large", "ExtraLarge"}


def _teams_facts(element: Mapping[str, Any]) -> None:
    assert all(fact.keys() == {"title", "value"} and fact["value"] for fact in element["facts"])


def _teams_actions(actions: list[Mapping[str, Any]]) -> None:
    for action in actions:
        assert action["type"] == "Action.OpenUrl"
        assert action["title"]
        assert action["url"].startswith("http")


TEAMS_ELEMENTS: Mapping[str, Callable[[Any], None]] = {
    "TextBlock": _teams_text,
    "FactSet": _teams_facts,
    "ActionSet": lambda element: _teams_actions(element["actions"]),
}


def check_webhook(_path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """As docs/monitoring.md says, by another library's HMAC."""
    match = re.fullmatch(r"t=(\d{10}),v1=([0-9a-f]{64})", headers["Mingus-Signature"])
    assert match
    signed = HMAC(SIGNING_SECRET.encode(), hashes.SHA256())
    signed.update(match[1].encode() + b"." + body)
    try:
        signed.verify(bytes.fromhex(match[2]))
    except InvalidSignature:
        raise AssertionError("the signature is another one") from None
    message = _json(headers, body)
    assert headers["Mingus-Delivery"] == str(message["delivery_id"])
    return message


def _json(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    assert headers["Content-Type"].startswith("application/json")
    message = json.loads(body)
    assert isinstance(message, dict)
    return message


CHECKS = {SLACK: check_slack, PAGERDUTY: check_pagerduty, TEAMS: check_teams, WEBHOOK: check_webhook}
ANSWERS: Mapping[str, tuple[int, Mapping[str, str], bytes]] = {
    SLACK: (200, {}, b"ok"),
    PAGERDUTY: (202, {}, b'{"status":"success","message":"Event processed","dedup_key":"key"}'),
    TEAMS: (202, {}, b""),
    WEBHOOK: (204, {}, b""),
}

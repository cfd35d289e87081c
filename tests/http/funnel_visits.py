"""Visits of a funnel of one's own, and what its pages show of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from werkzeug.datastructures import MultiDict

from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.dashboards.funnel.question import FunnelQuestion
from backend.plugins import get
from tests.accounts import BROWSER

HOME = "/analytics/funnel"
NOW = datetime(2026, 11, 21, 14, 32, tzinfo=UTC)
LIST = f"{HOME}/sessions"
VIDEO = "steps=video_opened,video_part_seen:2,video_shared"


def record_visits(app):
    """Seventy sessions that open a video: sixty by mail, of which twelve see its second part and eleven share it."""
    began = datetime.now(UTC) - timedelta(days=1, minutes=30)
    events = []
    for number in range(70):
        source = {"source": "mail"} if number < 60 else {"source": "x<y"} if number < 63 else {}
        way = [("ai_calculator_opened", source), ("video_opened", {})]
        way += [("video_part_seen", {"step": 2})] if number < 12 else []
        way += [("advertisement_seen", {})] if number == 0 else []
        way += [("video_shared", {})] if number < 11 else []
        for index, (name, data) in enumerate(way):
            events.append(Event(uuid4(), name, f"s{number}", None, began + timedelta(minutes=index), as_json(data)))
    with app.app_context():
        get(EventTracker).record(events)


def show(client, address, status=200):
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == status
    return answer.text


def links(page, part=""):
    return [href for href in map(unescape, re.findall(r'href="([^"]*)"', page)) if part in href]


def reached(page):
    """The main table's numbers."""
    return [int(number) for number in re.findall(r'funnel-steps__n">(?:<a[^>]*>)?(\d+)<', page)]


def fields(page, name):
    return [unescape(value) for value in re.findall(rf'name="{name}" list="[^"]*" value="([^"]*)"', page)]


def asked(address):
    return FunnelQuestion.parse(MultiDict(parse_qsl(urlsplit(address).query, keep_blank_values=True)), "UTC", NOW)

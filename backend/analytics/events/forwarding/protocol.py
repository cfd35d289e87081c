"""An event in the words of GA4's Measurement Protocol, or why it is not sent. Pure.

Source: Google, "Measurement Protocol reference", "Send events", "Event naming rules" (read in November 2026).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from backend.analytics.events.demo import DEMO_SESSIONS
from backend.analytics.events.landing_reader import LandingRow
from backend.analytics.events.money import major_units, minor_units
from backend.analytics.events.server_streams import RESERVED_STREAMS

EVENTS_A_REQUEST = 25
NAME_CHARACTERS = 40
VALUE_CHARACTERS = 100
BODY_BYTES = 130_000
# A minute less than GA4 takes, since the request is still to be made.
OLDEST = timedelta(hours=72) - timedelta(minutes=1)
# JSON numbers are doubles on the other side.
EXACT = 2**53

# Nothing else of `event_data` leaves: what a person typed (`job_title`) and what we do not know does not.
FORWARDED = ("source", "medium", "campaign", "step", "seconds", "industry", "risk_level", "offer")

RESERVED_PREFIXES = ("_", "firebase_", "ga_", "google_", "gtag.", "query_id")
RESERVED_NAMES = frozenset(
    """
    ad_activeview ad_click ad_exposure ad_impression ad_query ad_reward adunit_exposure app_background app_clear_data
    app_exception app_install app_remove app_store_refund app_store_subscription_cancel app_store_subscription_convert
    app_store_subscription_renew app_update app_upgrade click dynamic_link_app_open dynamic_link_app_update
    dynamic_link_first_open error file_download first_open first_visit form_start form_submit in_app_purchase
    notification_dismiss notification_foreground notification_open notification_receive notification_send os_update
    page_view screen_view scroll session_start session_start_with_rollout user_engagement video_complete video_progress
    video_start view_complete view_search_results
    """.split()  # noqa: SIM905  (a list would take a line for each)
)
DENIED = {"ad_user_data": "DENIED", "ad_personalization": "DENIED"}


class Skip(StrEnum):
    """Why an event is not sent; counted under this word."""

    BOT = "bot"
    DEMO = "demo"
    SERVER = "server"
    NAME_TOO_LONG = "name_too_long"
    NAME_RESERVED = "name_reserved"
    TOO_OLD = "too_old"
    GONE = "gone"
    SWITCHED_OFF = "switched_off"


@dataclass(frozen=True, slots=True)
class Ga4Event:
    """An event that keeps the rules, whose it is, and whether a property had to be cut or left out."""

    client_id: str
    payload: dict[str, Any]
    adapted: bool


def translate(row: LandingRow, now: datetime) -> Ga4Event | Skip:
    """The landing row as GA4 takes it."""
    happened = min(row.timestamp, micros(now))
    skip = _skip(row, happened, now)
    if skip is not None:
        return skip
    data = msgspec.json.decode(row.event_data)
    properties = {name: fitted for name in FORWARDED if (fitted := _fit(data.get(name))) is not None}
    params = {
        **properties,
        **_money(data),
        "session_id": session_number(row.session_id),
        "engagement_time_msec": _engagement(properties.get("seconds")),
    }
    payload = {"name": row.event_type, "timestamp_micros": happened, "params": params}
    adapted = happened != row.timestamp or any(
        data.get(name) is not None and properties.get(name) != data[name] for name in FORWARDED
    )
    return Ga4Event(row.visitor_id or row.session_id, payload, adapted)


def body_of(client_id: str, events: Sequence[Mapping[str, Any]]) -> bytes:
    """One request: a visitor, at most 25 events, no use for advertising."""
    return msgspec.json.encode({"client_id": client_id, "consent": DENIED, "events": events})


def requests(events: Sequence[tuple[int, Ga4Event]]) -> list[list[int]]:
    """Splits numbered events into requests by their limits; a request is the list of its numbers."""
    open_requests: dict[str, list[int]] = {}
    sizes: dict[str, int] = {}
    full: list[list[int]] = []
    for number, event in events:
        size = len(msgspec.json.encode(event.payload)) + 1
        client = event.client_id
        held = open_requests.setdefault(client, [])
        if len(held) == EVENTS_A_REQUEST or sizes.get(client, 0) + size > BODY_BYTES - len(body_of(client, [])):
            full.append(held)
            held = open_requests[client] = []
            sizes[client] = 0
        held.append(number)
        sizes[client] = sizes.get(client, 0) + size
    return full + list(open_requests.values())


def session_number(session_id: str) -> str:
    """The session as the digits GA4 wants: the lake's `session_key` of it."""
    digest = hashlib.md5(session_id.encode(), usedforsecurity=False).digest()
    return str(int.from_bytes(digest, "little") >> 65)


def micros(instant: datetime) -> int:
    return int(instant.timestamp()) * 1_000_000 + instant.microsecond


def _skip(row: LandingRow, happened: int, now: datetime) -> Skip | None:
    if row.is_bot:
        return Skip.BOT
    if row.session_id.startswith(RESERVED_STREAMS):
        return Skip.DEMO if row.session_id.startswith(DEMO_SESSIONS) else Skip.SERVER
    if len(row.event_type) > NAME_CHARACTERS:
        return Skip.NAME_TOO_LONG
    if row.event_type in RESERVED_NAMES or row.event_type.startswith(RESERVED_PREFIXES):
        return Skip.NAME_RESERVED
    if happened < micros(now - OLDEST):
        return Skip.TOO_OLD
    return None


def _fit(value: Any) -> str | int | float | None:
    """A value GA4 takes, or None. What looks like an email address may not be sent to it."""
    if isinstance(value, str):
        return None if "@" in value or not value else _cut(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) <= EXACT else None


def _cut(text: str) -> str:
    """Characters are counted in UTF-16, as JavaScript and Java count them."""
    return text.encode("utf-16-le", "replace")[: 2 * VALUE_CHARACTERS].decode("utf-16-le", "ignore")


def _money(data: Mapping[str, Any]) -> dict[str, Any]:
    """GA4 takes a value only together with its currency."""
    cents, currency = _price_cents(data), data.get("currency", "USD")
    if not isinstance(cents, int) or isinstance(cents, bool) or not 0 <= cents <= EXACT:
        return {}
    if not (isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()):
        return {}
    return {"value": major_units(cents, currency), "currency": currency}


def _price_cents(data: Mapping[str, Any]) -> object:
    """What was sent in whole units instead is a float here, exact enough for cents after the intake's check."""
    amount = next((data[name] for name in ("price", "value") if data.get(name) is not None), None)
    if data.get("price_cents") is not None or isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return data.get("price_cents")
    try:
        return minor_units(Decimal(str(amount)), str(data.get("currency", "USD")))
    except (ArithmeticError, ValueError):
        return None


def _engagement(seconds: object) -> int:
    """Milliseconds, at least one: GA4 counts no visitor whose events took no time."""
    return max(1, round(seconds * 1000)) if isinstance(seconds, int | float) and 0 < seconds <= 86_400 else 1

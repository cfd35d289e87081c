"""Who is on call, as a page shows it: names for accounts, and local times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from backend.analytics.monitoring.alerts.on_call import OnCallView
from backend.formats import duration, moment

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOBODY_LEFT = "Someone whose account is gone"
FREE_TURNS, MOST_TURNS = 2, 12


@dataclass(frozen=True, slots=True)
class ShownStandIn:
    name: str
    when: str


@dataclass(frozen=True, slots=True)
class RotaPage:
    """`turns`: the public id of each week's account, with empty places to fill; `people`: all who can be chosen."""

    exists: bool
    headline: str
    text: str
    weeks: tuple[str, ...]
    turns: tuple[str, ...]
    people: Mapping[str, str]
    weekday: str
    hour: str
    zone: str
    stand_ins: tuple[ShownStandIn, ...]
    gap: str


def rota_page(view: OnCallView | None, operators: Sequence[UUID], names: Mapping[str, str], zone: str) -> RotaPage:
    """`names`: of accounts, by the names that the audit log has of them."""

    def name(account: UUID | None) -> str:
        return names.get(audit_name(account), NOBODY_LEFT) if account else NOBODY_LEFT

    people = {"": "No one"} | {str(account): name(account) for account in operators}
    if view is None:
        text = "Until there is one, alerts go to everyone who can see this page."
        return RotaPage(False, "No rota yet", text, (), ("",) * FREE_TURNS, people, "0", "9", zone, (), "")
    until = f" until {moment(view.until, view.zone)}" if view.until else ""
    after = f" {name(view.next)} is told next." if view.next else ""
    turns = tuple(str(account or "") for account in view.turns)
    return RotaPage(
        True,
        f"{name(view.now)} is on call" if view.now else "Nobody is on call",
        f"Handoff is on {DAYS[view.weekday]} at {clock_hour(view.hour)}.{after}"
        if not until
        else f"On call{until}.{after}",
        tuple(name(account) for account in view.turns),
        (*turns, *("",) * FREE_TURNS)[:MOST_TURNS],
        people,
        str(view.weekday),
        str(view.hour),
        view.zone,
        tuple(
            ShownStandIn(name(one.account), f"{moment(one.starts_at, view.zone)} to {moment(one.ends_at, view.zone)}")
            for one in view.stand_ins
        ),
        f"Nobody is on call for {duration(view.gap.total_seconds())} of the next 7 days." if view.gap else "",
    )


def audit_name(account: UUID | None) -> str:
    return f"account:{account}"


def clock_hour(hour: int) -> str:
    """9 AM"""
    return f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}"


CHOICES = {
    "weekdays": {str(number): day for number, day in enumerate(DAYS)},
    "hours": {str(hour): clock_hour(hour) for hour in range(24)},
}

"""The status page: whether each part of the site works, how it did in 90 days, and what was told of incidents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor

from backend.analytics.monitoring.incidents.incident import Component, PublicIncident
from backend.analytics.monitoring.objectives.burn import FEWEST_BAD
from backend.analytics.monitoring.uptime import DAYS, DOWN_FROM, ComponentUptime, Condition, DayUptime
from backend.dashboards.ops.checks import listed
from backend.dashboards.ops.incidents import COMPONENTS, ShownIncident, shown_incident
from backend.formats import counted, first_capital

EDGE, WIDTH = 100 / DAYS, 72 / DAYS  # percent of the width: from bar to bar, and of a bar
CONDITIONS = {
    Condition.OPERATIONAL: "Operational",
    Condition.DEGRADED: "Degraded",
    Condition.DOWN: "Down",
    Condition.UNKNOWN: "No recent use",
}
NOUNS = {
    Component.CALCULATOR: "the calculator",
    Component.ACCOUNTS: "accounts",
    Component.DASHBOARDS: "dashboards",
    Component.API: "the API",
    Component.EMAIL: "email",
}
MANY = {Component.ACCOUNTS, Component.DASHBOARDS}
DOTS = {Condition.OPERATIONAL: "ok", Condition.DEGRADED: "part", Condition.DOWN: "bad", Condition.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day in the strip. `look`: ok, part, bad, or off where nothing was measured."""

    x: str
    width: str
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownComponent:
    name: str
    state: str
    look: str
    uptime: str
    bars: tuple[DayBar, ...]
    description: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    headline: str
    look: str
    components: tuple[ShownComponent, ...]
    open: tuple[ShownIncident, ...]
    past: tuple[ShownIncident, ...]
    as_of: datetime


def status_page(
    uptimes: Sequence[ComponentUptime], incidents: Iterable[PublicIncident], now: datetime, zone: str
) -> StatusPage:
    shown = [shown_incident(incident, {}, now, zone) for incident in incidents]
    headline, look = _headline(uptimes)
    return StatusPage(
        headline,
        look,
        tuple(map(_component, uptimes)),
        tuple(incident for incident in shown if incident.is_open),
        tuple(incident for incident in shown if not incident.is_open),
        now,
    )


def _headline(uptimes: Sequence[ComponentUptime]) -> tuple[str, str]:
    """What is down comes first; parts that nobody used lately are no trouble, yet all is not said to work."""
    down = _named(uptimes, Condition.DOWN)
    if down:
        return f"{_nouns(down)} {'is' if _is_one(down) else 'are'} down.", "bad"
    degraded = _named(uptimes, Condition.DEGRADED)
    if degraded:
        return f"{_nouns(degraded)} {'has' if _is_one(degraded) else 'have'} problems.", "part"
    if _named(uptimes, Condition.UNKNOWN):
        return "No known problems.", "ok"
    return "All systems are operational.", "ok"


def _named(uptimes: Sequence[ComponentUptime], condition: Condition) -> list[Component]:
    return [one.component for one in uptimes if one.condition is condition]


def _nouns(components: Sequence[Component]) -> str:
    """The calculator and email"""
    return first_capital(listed([NOUNS[one] for one in components]))


def _is_one(components: Sequence[Component]) -> bool:
    return len(components) == 1 and components[0] not in MANY


def _component(one: ComponentUptime) -> ShownComponent:
    measured = sum(day.good is not None for day in one.days)
    uptime = "No uptime measured yet" if one.good is None else f"{percent_up(one.good)} uptime"
    if measured and measured < DAYS:
        uptime += f" on the {counted(measured, 'day')} measured"
    name = COMPONENTS[one.component]
    bad = [_words(day) for day in one.days if _look(day, one.target) in {"part", "bad"}]
    description = f"{name}, last {DAYS} days: {uptime}{'. ' + '; '.join(bad) if bad else ''}."
    bars = tuple(_bar(place, day, one.target) for place, day in enumerate(one.days, DAYS - len(one.days)))
    return ShownComponent(name, CONDITIONS[one.condition], DOTS[one.condition], uptime, bars, description)


def percent_up(good: float) -> str:
    """99.98%, 90%: rounded down, so that what failed once is never 100%."""
    return f"{floor(good * 10_000 + 1e-6) / 100:g}%" if good < 1 else "100%"


def _bar(place: int, day: DayUptime, target: float) -> DayBar:
    x = place * EDGE + (EDGE - WIDTH) / 2
    return DayBar(f"{x:.2f}%", f"{WIDTH:.2f}%", _look(day, target), _words(day))


def _look(day: DayUptime, target: float) -> str:
    """A day on which a handful failed is a good one, whatever their share: it may have had ten requests."""
    if day.good is None:
        return "off"
    if day.good >= target or day.failed < FEWEST_BAD:
        return "ok"
    return "bad" if day.good <= DOWN_FROM else "part"


def _words(day: DayUptime) -> str:
    name = f"{day.day:%b} {day.day.day}"
    return f"{name}: not measured" if day.good is None else f"{name}: {percent_up(day.good)}"

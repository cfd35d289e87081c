"""The live view: the last half hour of the site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.analytics.events.steps import WAY
from backend.analytics.metrics.live.question import (
    ACTIVE,
    BEGUN,
    HAPPENED,
    LISTS,
    LIVE,
    MINUTES,
    NOW,
    STEP,
    UPGRADED,
)
from backend.analytics.metrics.parameters import holds_demo, micros
from backend.analytics.metrics.period import Period
from backend.analytics.warehouse.service import Warehouse
from backend.clock import Clock

MINUTE, RECENT = timedelta(minutes=1), timedelta(minutes=5)
Counts = Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class Minute:
    """Sessions that began in a minute, events in it, sessions that asked to upgrade in it."""

    start: datetime
    sessions: int
    events: int
    upgrades: int


@dataclass(frozen=True, slots=True)
class ValueCount:
    """The number of sessions with a value; None is "there is none"."""

    value: str | None
    sessions: int


@dataclass(frozen=True, slots=True)
class StepCount:
    """The number of sessions under way that came to this step last."""

    name: str
    label: str
    sessions: int


@dataclass(frozen=True, slots=True)
class LiveState:
    """The last half hour by minute, the current one included, as far as events accepted before `as_of` tell.

    `active` sessions had an event in it, those under way `now` in its last five minutes; `lists` are of the active
    ones, `steps` of those under way. `key` differs whenever anything does.
    """

    minutes: tuple[Minute, ...]
    active: int
    now: int
    lists: Mapping[str, tuple[ValueCount, ...]]
    steps: tuple[StepCount, ...]
    as_of: datetime
    demo: bool
    key: str

    @property
    def sessions(self) -> int:
        return sum(minute.sessions for minute in self.minutes)

    @property
    def events(self) -> int:
        return sum(minute.events for minute in self.minutes)

    @property
    def upgrades(self) -> int:
        return sum(minute.upgrades for minute in self.minutes)


class LiveService:
    """Visits by robots are left out."""

    def __init__(self, warehouse: Warehouse, now: Clock) -> None:
        self._warehouse = warehouse
        self._now = now

    def look(self) -> LiveState:
        minute = self._now().replace(second=0, microsecond=0)
        end = minute + MINUTE
        start = end - MINUTES * MINUTE
        answer = self._warehouse.ask(LIVE, start=micros(start), recent=micros(end - RECENT), end=micros(end))
        counts: dict[str, dict[str | None, int]] = defaultdict(dict)
        for kind, key, number in answer.rows:
            counts[kind][key] = number
        return LiveState(
            minutes=tuple(_minute(counts, start, at) for at in range(MINUTES)),
            active=sum(counts[ACTIVE].values()),
            now=sum(counts[NOW].values()),
            lists={name: _listed(counts[name]) for name in LISTS},
            steps=_places(counts[STEP]),
            as_of=answer.as_of,
            demo=holds_demo(answer.demo, Period(start, end, "UTC")),
            key=f"{answer.version}.{micros(answer.as_of) // 1_000_000}.{int(end.timestamp()) // 60}",
        )


def _minute(counts: Mapping[str, Counts], start: datetime, at: int) -> Minute:
    numbers = (counts[kind].get(str(at), 0) for kind in (BEGUN, HAPPENED, UPGRADED))
    return Minute(start + at * MINUTE, *numbers)


def _listed(counts: Counts) -> tuple[ValueCount, ...]:
    """The most first; between equal ones by name, the nameless last."""
    order = sorted(counts.items(), key=lambda count: (-count[1], count[0] is None, count[0] or ""))
    return tuple(ValueCount(value, sessions) for value, sessions in order)


def _places(counts: Counts) -> tuple[StepCount, ...]:
    return tuple(StepCount(step.name, step.label, counts.get(str(at), 0)) for at, step in enumerate(WAY, 1))

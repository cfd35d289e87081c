"""What happens just now, as JSON, as a stream of it, and as the page shows it first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Self

from backend.analytics.metrics.live.service import LiveState
from backend.dashboards.names import Names
from backend.routes.schemas.answer import Out

AGAIN_MS = 2_000


class MinuteOut(Out):
    """`sessions` began in it; `upgrades` are sessions that asked for a plan in it. The last one is not over yet."""

    start: datetime
    sessions: int
    events: int
    upgrades: int


class NamedOut(Out):
    """`value` is as it is stored, null where there is none; `label` is how people call it."""

    value: str | None
    label: str
    sessions: int


class StepOut(Out):
    """Sessions under way that came to this step last."""

    name: str
    label: str
    sessions: int


class LiveData(Out):
    """The last thirty minutes. `active` sessions had an event in them, `now` in the last five.

    `sources`, `countries` and `titles` are of the active ones, `steps` of those under way now.
    """

    now: int
    active: int
    sessions: int
    events: int
    upgrades: int
    minutes: list[MinuteOut]
    sources: list[NamedOut]
    countries: list[NamedOut]
    titles: list[NamedOut]
    steps: list[StepOut]


class LiveMeta(Out):
    """All events accepted before `as_of` are in. `demo`: visits of `flask demo visits` may be among them."""

    as_of: datetime
    demo: bool


class LiveResponse(Out):
    data: LiveData
    meta: LiveMeta

    @classmethod
    def of(cls, live: LiveState, names: Names) -> Self:
        return cls(
            data=LiveData(
                now=live.now,
                active=live.active,
                sessions=live.sessions,
                events=live.events,
                upgrades=live.upgrades,
                minutes=[MinuteOut.model_validate(minute) for minute in live.minutes],
                sources=_named("source", live, names),
                countries=_named("country", live, names),
                titles=_named("job_title", live, names),
                steps=[StepOut.model_validate(step) for step in live.steps],
            ),
            meta=LiveMeta(as_of=live.as_of.astimezone(UTC), demo=live.demo),
        )


def _named(dimension: str, live: LiveState, names: Names) -> list[NamedOut]:
    return [
        NamedOut(value=member.value, label=names.name(dimension, member.value), sessions=member.sessions)
        for member in live.lists[dimension]
    ]


def sse(states: Iterable[LiveState | None], names: Names) -> Iterator[str]:
    """Server-sent events: each state under its key, by which a browser that comes again says what it saw last."""
    yield f"retry: {AGAIN_MS}\n\n"
    for live in states:
        yield (
            f"id: {live.key}\ndata: {LiveResponse.of(live, names).model_dump_json()}\n\n"
            if live
            else ": nothing new\n\n"
        )

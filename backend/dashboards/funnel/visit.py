"""One visit of a list behind a bar: its events in order, and its neighbors in the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from backend.analytics.events.labels import EVENT_LABELS
from backend.analytics.figures.quantity import Quantity, QuantityUnit
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.funnel.definition import EventMatch
from backend.analytics.metrics.funnel.service import Journey, JourneyList
from backend.analytics.metrics.funnel.visits import Visit, VisitEvent
from backend.dashboards.addresses import address_of
from backend.dashboards.funnel.question import BarQuestion
from backend.dashboards.funnel.sessions import LIST, PER_PAGE, title_of, visit_address
from backend.dashboards.names import Names
from backend.formats import duration

# A list of a period that goes on grows at its beginning: a visit is looked for this far around its place.
AROUND = 25


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event: its label, its name where the label is another text, and the number of the step it was taken for."""

    at: datetime
    since: float
    label: str
    name: str
    step: int | None
    properties: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Neighbors:
    """Where a visit is in its list: its `place` of `total`, and the addresses of those beside it."""

    title: str
    place: int
    total: int
    later: str
    earlier: str


@dataclass(frozen=True, slots=True)
class VisitPage:
    """`back`: the page of the list that the visit is on. `facts`: what is known of the visit, in words."""

    started_at: datetime
    seconds: float
    facts: tuple[tuple[str, str], ...]
    events: tuple[EventRow, ...]
    left_out: int
    neighbors: Neighbors | None
    back: str
    as_of: datetime

    @classmethod
    def of(cls, visit: Visit, journeys: JourneyList | None, question: BarQuestion, names: Names) -> Self:
        """`journeys`: those around its place in the list."""
        at = _index(visit, journeys)
        journey = journeys.rows[at] if journeys and at is not None else None
        neighbors = _neighbors(journeys, at, question) if journeys and at is not None else None
        page = (neighbors.place - 1) // PER_PAGE + 1 if neighbors else 1
        return cls(
            started_at=visit.started_at,
            seconds=visit.seconds,
            facts=tuple(
                _said_once((DIMENSIONS[name].label, names.name(name, value)) for name, value in visit.facts.items())
            ),
            events=tuple(_events(visit, journey, question, names)),
            left_out=visit.total - len(visit.events),
            neighbors=neighbors,
            back=address_of(LIST, question.address(page)),
            as_of=visit.as_of,
        )


def first_around(place: int) -> int:
    """How many of the list stand before the part in which a visit is looked for."""
    return max(place - 1 - AROUND, 0)


def _index(visit: Visit, journeys: JourneyList | None) -> int | None:
    rows = journeys.rows if journeys else ()
    return next((at for at, row in enumerate(rows) if row.visit == visit.id), None)


def _neighbors(journeys: JourneyList, at: int, question: BarQuestion) -> Neighbors:
    def address(index: int) -> str:
        if not 0 <= index < len(journeys.rows):
            return ""
        return visit_address(journeys.rows[index].visit, question, journeys.offset + index + 1)

    place = journeys.offset + at + 1
    return Neighbors(title_of(journeys), place, journeys.total, address(at - 1), address(at + 1))


def _events(visit: Visit, journey: Journey | None, question: BarQuestion, names: Names) -> Iterator[EventRow]:
    query = question.funnel.answerable()
    open_steps = dict(enumerate(zip(query.steps, journey.reached_at, strict=False), 1)) if journey else {}
    for event in visit.events:
        step = next((n for n, (match, at) in open_steps.items() if at == event.timestamp and _is(event, match)), None)
        open_steps.pop(step or 0, None)
        yield EventRow(
            event.timestamp,
            (event.timestamp - visit.started_at).total_seconds(),
            event.label,
            event.name if event.name in EVENT_LABELS else "",
            step,
            tuple(_said_once(_properties(event, names))),
        )


def _is(event: VisitEvent, match: EventMatch) -> bool:
    return event.name == match.name or (match.number is None and event.name.partition(":")[0] == match.event)


def _properties(event: VisitEvent, names: Names) -> Iterator[tuple[str, str]]:
    """What the event says, in words; its currency is in its price."""
    for name, value in event.properties.items():
        if name == "seconds":
            yield "Time taken", duration(float(value))
        elif name == "price_cents":
            currency = str(event.properties.get("currency", "USD"))
            yield "Price", Quantity("price", QuantityUnit.CENTS, currency=currency).say(float(value))
        elif name in DIMENSIONS:
            yield _label(name), names.name(name, str(value))
        elif name != "currency":
            yield name.capitalize(), str(value)


def _label(dimension: str) -> str:
    return DIMENSIONS[dimension].label


def _said_once(labeled: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Texts with their labels, each text once: most job titles are the occupation's own."""
    texts = set[str]()
    for label, text in labeled:
        if text not in texts:
            yield label, text
        texts.add(text)

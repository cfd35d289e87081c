"""Answers queries of attribution."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from backend.analytics.metrics.attribution.models import NOBODY, Channel, Lost, Model, Path, attribute
from backend.analytics.metrics.attribution.paths import (
    By,
    SessionSelection,
    lost_in,
    lost_question,
    paths_in,
    paths_question,
)
from backend.analytics.metrics.catalogue.query import Filter, in_any_spelling, session_faults, value_faults
from backend.analytics.metrics.parameters import gap_values, holds_demo, micros
from backend.analytics.metrics.period import Compare, Period
from backend.analytics.warehouse.engine import AnswerRow
from backend.analytics.warehouse.relations import DAY
from backend.analytics.warehouse.service import Warehouse
from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest

CURRENCY = "USD"
LOOKBACK_DAYS, LONGEST_LOOKBACK_DAYS = 30, 90
MOST_CHANNELS = 100
OTHER = "(other)"


@dataclass(frozen=True, slots=True)
class AttributionQuery:
    """The credit for upgrades in the period, by the sessions of the same people in the lookback before.

    A filter is about the session with the upgrade, not the sessions before it.
    """

    period: Period
    model: Model = Model.LAST_NON_DIRECT
    by: By = By.SOURCE
    currency: str = CURRENCY
    lookback_days: int = LOOKBACK_DAYS
    filters: tuple[Filter, ...] = ()
    compare: Compare | None = None
    bots: bool = False

    def __post_init__(self) -> None:
        if faults := tuple(_faults(self)):
            raise InvalidRequest(faults)
        object.__setattr__(self, "filters", in_any_spelling(self.filters))


@dataclass(frozen=True, slots=True)
class AttributedRevenue:
    """The credit of a channel; None is direct. `first_touches`: conversions whose path it began."""

    channel: Channel
    credited_cents: int
    conversions: Fraction
    share: float | None
    first_touches: int
    previous: AttributedRevenue | None = None


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """The revenue in another currency, which no sum here holds."""

    currency: str
    cents: int
    conversions: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """The credit of each channel, the most first; credits add up to `total_cents`, and conversions to `n`.

    `lost`: how many people visited in the period and paid nothing; None where the model does not ask. `merged`: how
    many channels stand together as one, the ones least met. `before`: the same of the period compared with, whose
    channels are all among the rows.
    """

    query: AttributionQuery
    rows: tuple[AttributedRevenue, ...]
    total_cents: int
    n: int
    lost: int | None
    merged: int
    other_currencies: tuple[CurrencyTotal, ...]
    as_of: datetime
    engine: str
    version: str
    demo: bool
    before: Attribution | None = None


class AttributionService:
    """Sessions of robots are left out by default."""

    def __init__(self, warehouse: Warehouse, now: Clock) -> None:
        self._warehouse = warehouse
        self._now = now

    def revenue(self, query: AttributionQuery) -> Attribution:
        """The credits; where the query compares, with those of the other period."""
        report = self._of(query)
        if query.compare is None:
            return report
        compared = query.period.preceding(query.compare, self._now())
        if compared is None:
            return report
        before = self._of(replace(query, period=compared, compare=None))
        return replace(
            report,
            rows=_beside(report, before),
            before=before,
            version=f"{report.version} {compared}",
            demo=report.demo or before.demo,
        )

    def _of(self, query: AttributionQuery) -> Attribution:
        period = query.period
        bounds = {"start": micros(period.start), "end": micros(period.end), "lookback": query.lookback_days * DAY}
        bounds |= gap_values(period) if period.left_out else {}
        selection, gap = SessionSelection(query.filters, query.bots), period.left_out is not None
        question = paths_question(query.by, selection, aged=query.model is Model.TIME_DECAY, gap=gap)
        answer = self._warehouse.ask(question, **bounds)
        lost, asks_for_lost = NOBODY, query.model is Model.MARKOV
        if asks_for_lost:
            lost = lost_in(self._warehouse.ask(lost_question(query.by, selection, gap=gap), **bounds).rows)
        paths, lost, merged = _fewer(list(paths_in(answer.rows, query.currency)), lost)
        return Attribution(
            query=query,
            rows=_rows(paths, query.model, lost),
            total_cents=sum(path.cents for path in paths),
            n=sum(path.conversions for path in paths),
            lost=lost.people if asks_for_lost else None,
            merged=merged,
            other_currencies=_others(answer.rows, query.currency),
            as_of=answer.as_of,
            engine=answer.engine,
            version=answer.version,
            demo=holds_demo(answer.demo, period),
        )


def _faults(query: AttributionQuery) -> Iterator[FieldError]:
    if not 1 <= query.lookback_days <= LONGEST_LOOKBACK_DAYS:
        yield FieldError("lookback_days", f"must be between 1 and {LONGEST_LOOKBACK_DAYS}")
    yield from value_faults(query.filters)
    yield from session_faults(query.filters)


def _beside(after: Attribution, before: Attribution) -> tuple[AttributedRevenue, ...]:
    """Each channel with its credit before; channels that have none any more come last."""
    now, then = ({row.channel: row for row in attribution.rows} for attribution in (after, before))
    return tuple(
        replace(now.get(channel) or _nothing(channel, after), previous=then.get(channel) or _nothing(channel, before))
        for channel in dict.fromkeys([*now, *then])
    )


def _nothing(channel: Channel, of: Attribution) -> AttributedRevenue:
    return AttributedRevenue(channel, 0, Fraction(0), 0.0 if of.total_cents else None, 0)


def _rows(paths: Sequence[Path], model: Model, lost: Lost) -> tuple[AttributedRevenue, ...]:
    first_touches = Counter[Channel]()
    for path in paths:
        first_touches[path.channels[0]] += path.conversions
    total = sum(path.cents for path in paths)
    rows = (
        AttributedRevenue(
            credit.channel,
            credit.cents,
            credit.conversions,
            credit.cents / total if total else None,
            first_touches[credit.channel],
        )
        for credit in attribute(paths, model, lost)
    )
    return tuple(sorted(rows, key=lambda row: (-row.credited_cents, -row.conversions, row.channel or "")))


def _fewer(paths: Sequence[Path], lost: Lost) -> tuple[Sequence[Path], Lost, int]:
    """Anybody may send any source: channels beyond the hundred most frequent become one, so that all can be shown."""
    touches = Counter[Channel](lost.begun)
    for (_, there), times in lost.moves.items():
        touches[there] += times
    for path in paths:
        for channel in path.channels:
            touches[channel] += path.conversions
    if len(touches) <= MOST_CHANNELS:
        return paths, lost, 0
    by_touches = sorted(touches, key=lambda channel: (channel is not None, -touches[channel], channel or ""))
    names = {channel: channel if place < MOST_CHANNELS - 1 else OTHER for place, channel in enumerate(by_touches)}
    fewer = [replace(path, channels=tuple(names[channel] for channel in path.channels)) for path in paths]
    begun, moves, left = Counter[Channel](), Counter[tuple[Channel, Channel]](), Counter[Channel]()
    for channel, times in lost.begun.items():
        begun[names[channel]] += times
    for (here, there), times in lost.moves.items():
        moves[names[here], names[there]] += times
    for channel, times in lost.left.items():
        left[names[channel]] += times
    return fewer, Lost(begun, moves, left), len(touches) - MOST_CHANNELS + 1


def _others(rows: Iterable[AnswerRow], currency: str) -> tuple[CurrencyTotal, ...]:
    cents, conversions = Counter[str](), Counter[str]()
    for paid_in, _, times, paid, *_ in rows:
        if paid_in != currency:
            cents[paid_in] += paid
            conversions[paid_in] += times
    return tuple(CurrencyTotal(name, cents[name], conversions[name]) for name in sorted(cents))

"""Answer who is to be thanked for the revenue of a period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from backend.analytics.metrics.attribution.models import NOBODY, Channel, Lost, Model, Path, attribute
from backend.analytics.metrics.attribution.paths import By, lost_in, lost_question, paths_in, paths_question
from backend.analytics.metrics.parameters import holds_demo, micros
from backend.analytics.metrics.period import Period
from backend.analytics.warehouse.engine import Row
from backend.analytics.warehouse.relations import DAY
from backend.analytics.warehouse.service import Warehouse

CURRENCY = "USD"
LOOK_BACK_DAYS, LONGEST_LOOK_BACK_DAYS = 30, 90
MOST_CHANNELS = 100
OTHER = "(other)"


@dataclass(frozen=True, slots=True)
class AttributedRevenue:
    """What a channel is credited with; None is direct. `first_touches`: conversions whose path it began."""

    channel: Channel
    credited_cents: int
    conversions: Fraction
    share: float | None
    first_touches: int


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """What was paid in another currency, which no sum here holds."""

    currency: str
    cents: int
    conversions: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """The credit of each channel, the most first; credits add up to `total_cents`, and conversions to `n`.

    `lost`: how many people visited in the period and paid nothing; None where the model does not ask. `merged`: how
    many channels stand together as one, the ones least met.
    """

    rows: tuple[AttributedRevenue, ...]
    total_cents: int
    n: int
    lost: int | None
    merged: int
    other_currencies: tuple[CurrencyTotal, ...]
    model: Model
    by: By
    currency: str
    lookback_days: int
    period: Period
    as_of: datetime
    engine: str
    version: str
    demo: bool


class AttributionService:
    """Visits by robots are left out, unless it is told not to."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def revenue(
        self,
        period: Period,
        model: Model = Model.LAST_NON_DIRECT,
        by: By = By.SOURCE,
        currency: str = CURRENCY,
        lookback_days: int = LOOK_BACK_DAYS,
        *,
        bots: bool = False,
    ) -> Attribution:
        """Who gets the credit for upgrades in the period, by the visits of the same people in so many days before."""
        if not 1 <= lookback_days <= LONGEST_LOOK_BACK_DAYS:
            raise ValueError(f"lookback_days must lie between 1 and {LONGEST_LOOK_BACK_DAYS}")
        bounds = {"start": micros(period.start), "end": micros(period.end), "look_back": lookback_days * DAY}
        question = paths_question(by, aged=model is Model.TIME_DECAY, bots=bots)
        answer = self._warehouse.ask(question, **bounds)
        asks_for_lost = model is Model.MARKOV
        lost = lost_in(self._warehouse.ask(lost_question(by, bots=bots), **bounds).rows) if asks_for_lost else NOBODY
        paths, lost, merged = _fewer(list(paths_in(answer.rows, currency)), lost)
        return Attribution(
            rows=_rows(paths, model, lost),
            total_cents=sum(path.cents for path in paths),
            n=sum(path.conversions for path in paths),
            lost=lost.people if asks_for_lost else None,
            merged=merged,
            other_currencies=_others(answer.rows, currency),
            model=model,
            by=by,
            currency=currency,
            lookback_days=lookback_days,
            period=period,
            as_of=answer.as_of,
            engine=answer.engine,
            version=answer.version,
            demo=holds_demo(answer.demo, period),
        )


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
    """Anybody may send any source: channels beyond the hundred met most become one, so that all can be shown."""
    met = Counter[Channel](lost.begun)
    for (_, there), times in lost.moves.items():
        met[there] += times
    for path in paths:
        for channel in path.channels:
            met[channel] += path.conversions
    if len(met) <= MOST_CHANNELS:
        return paths, lost, 0
    most = sorted(met, key=lambda channel: (channel is not None, -met[channel], channel or ""))
    names = {channel: channel if place < MOST_CHANNELS - 1 else OTHER for place, channel in enumerate(most)}
    fewer = [replace(path, channels=tuple(names[channel] for channel in path.channels)) for path in paths]
    begun, moves, left = Counter[Channel](), Counter[tuple[Channel, Channel]](), Counter[Channel]()
    for channel, times in lost.begun.items():
        begun[names[channel]] += times
    for (here, there), times in lost.moves.items():
        moves[names[here], names[there]] += times
    for channel, times in lost.left.items():
        left[names[channel]] += times
    return fewer, Lost(begun, moves, left), len(met) - MOST_CHANNELS + 1


def _others(rows: Iterable[Row], currency: str) -> tuple[CurrencyTotal, ...]:
    cents, conversions = Counter[str](), Counter[str]()
    for paid_in, _, times, paid, *_ in rows:
        if paid_in != currency:
            cents[paid_in] += paid
            conversions[paid_in] += times
    return tuple(CurrencyTotal(name, cents[name], conversions[name]) for name in sorted(cents))

"""Answer who is to be thanked for the revenue of a period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from backend.analytics.metrics.attribution.models import Channel, Model, Path, attribute
from backend.analytics.metrics.attribution.paths import By, With, paths_in, paths_question
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
        besides = {Model.TIME_DECAY: With.AGES, Model.MARKOV: With.LOST}.get(model, With.NOTHING)
        question = paths_question(by, besides, bots=bots)
        answer = self._warehouse.ask(question, **_bounds(period, lookback_days))
        paths, merged = _fewer(list(paths_in(answer.rows, currency)))
        return Attribution(
            rows=_rows(paths, model),
            total_cents=sum(path.cents for path in paths),
            n=sum(path.conversions for path in paths),
            lost=sum(path.lost for path in paths) if besides is With.LOST else None,
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


def _bounds(period: Period, lookback_days: int) -> dict[str, int]:
    """The period and the look-back in microseconds."""
    return {"start": micros(period.start), "end": micros(period.end), "look_back": lookback_days * DAY}


def _rows(paths: Sequence[Path], model: Model) -> tuple[AttributedRevenue, ...]:
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
        for credit in attribute(paths, model)
    )
    return tuple(sorted(rows, key=lambda row: (-row.credited_cents, -row.conversions, row.channel or "")))


def _fewer(paths: Sequence[Path]) -> tuple[Sequence[Path], int]:
    """Anybody may send any source: channels beyond the hundred met most become one, so that all can be shown."""
    met = Counter[Channel]()
    for path in paths:
        for channel in path.channels:
            met[channel] += path.conversions + path.lost
    if len(met) <= MOST_CHANNELS:
        return paths, 0
    most = sorted(met, key=lambda channel: (channel is not None, -met[channel], channel or ""))
    kept = set(most[: MOST_CHANNELS - 1])
    fewer = [replace(path, channels=tuple(c if c in kept else OTHER for c in path.channels)) for path in paths]
    return fewer, len(met) - len(kept)


def _others(rows: Iterable[Row], currency: str) -> tuple[CurrencyTotal, ...]:
    cents, conversions = Counter[str](), Counter[str]()
    for paid_in, _, times, paid, *_ in rows:
        if paid_in not in {currency, None}:
            cents[paid_in] += paid
            conversions[paid_in] += times
    return tuple(CurrencyTotal(name, cents[name], conversions[name]) for name in sorted(cents))

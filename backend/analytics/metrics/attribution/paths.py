"""Paths to conversions: the touches of each person, in order, counted by one question.

A touch is a session, its channel where it came from. Equal ways are counted together, so that what comes back grows
with the number of ways, not of visitors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from backend.analytics.metrics.attribution.models import Channel, Lost, Path
from backend.analytics.metrics.catalogue.dimensions import with_persons
from backend.analytics.metrics.catalogue.expressions import holds, with_marks
from backend.analytics.metrics.catalogue.query import Filter
from backend.analytics.metrics.parameters import GAP, not_left_out
from backend.analytics.warehouse.engine import AnswerRow
from backend.analytics.warehouse.question import MarkedTexts, Question
from backend.analytics.warehouse.relations import DAY, SECOND, SESSIONS, relation

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table, Value

    Numbers = Mapping[str, IntegerValue]

PARAMETERS = ("start", "end", "lookback")
HOUR_SECONDS = 3600
LONGEST = 50  # touches in a path; of more the latest
DIRECT = ""  # engines leave nulls out of arrays
DIRECT_NAMES = ("direct", "(direct)")  # as our tracker and Google Analytics call it
NONE = "(none)"


class By(StrEnum):
    """What a channel is."""

    SOURCE = "source"
    SOURCE_MEDIUM = "source_medium"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class SessionSelection:
    """Filters for the sessions of conversions, or of last visits without one; whether robots are among them."""

    filters: tuple[Filter, ...] = ()
    bots: bool = False

    def holds(self, sessions: Table) -> BooleanValue:
        import ibis

        return ibis.and_(ibis.literal(True), *(holds(sessions, condition) for condition in self.filters))

    def marked(self) -> tuple[SessionSelection, tuple[str, ...]]:
        """The selection for a question's expression, and the texts that its marks stand for."""
        texts = MarkedTexts()
        return replace(self, filters=with_marks(self.filters, texts)), texts.texts


def paths_question(by: By, selection: SessionSelection, *, aged: bool, gap: bool = False) -> Question:
    """A row per currency and way to a conversion: channels, conversions, cents, and if `aged` each touch's whole hours.

    Without ages more ways are equal. `gap`: a day in the period is left out.
    """
    marked, texts = selection.marked()
    build = partial(_paths, by=by, selection=marked, aged=aged)
    return Question(
        f"paths by {by}, aged {aged}, gap {gap}, {marked!r}", _parameters(gap=gap), build, texts, of_sessions=True
    )


def lost_question(by: By, selection: SessionSelection, *, gap: bool = False) -> Question:
    """Rows of moves without a conversion: the channel before, the channel, whether it was the last, and how many times.

    There is no channel before the first one.
    """
    marked, texts = selection.marked()
    build = partial(_lost, by=by, selection=marked)
    return Question(f"lost by {by}, gap {gap}, {marked!r}", _parameters(gap=gap), build, texts, of_sessions=True)


def _parameters(*, gap: bool) -> tuple[str, ...]:
    return (*PARAMETERS, *GAP) if gap else PARAMETERS


def paths_in(rows: Sequence[AnswerRow], currency: str) -> Iterator[Path]:
    """The paths of one currency."""
    for paid_in, channels, conversions, cents, *hours in rows:
        if paid_in == currency:
            ages = tuple(hour * HOUR_SECONDS for hour in hours[0]) if hours else ()
            yield Path(tuple(channel or None for channel in channels), ages, conversions, cents)


def lost_in(rows: Sequence[AnswerRow]) -> Lost:
    begun, moves, left = Counter[Channel](), Counter[tuple[Channel, Channel]](), Counter[Channel]()
    for before, channel, is_last, times in rows:
        there = channel or None
        if before is None:
            begun[there] += times
        else:
            moves[before or None, there] += times
        if is_last:
            left[there] += times
    return Lost(begun, moves, left)


def _paths(*values: IntegerValue, by: By, selection: SessionSelection, aged: bool) -> Table:
    """Grouped by person, among those who paid: more looks at the sessions take ClickHouse seconds to plan."""
    import ibis

    numbers = dict(zip((*PARAMETERS, *GAP), values, strict=False))
    lookback = numbers["lookback"]
    sessions = _sessions(numbers, selection)
    paid = _paid(sessions, numbers) & selection.holds(sessions)
    people = _people(_touches(sessions, by, paid).semi_join(_payers(sessions, paid), "person"))
    fields = ("paid_at", "revenue")
    placed = people.touches.map(
        lambda touch, place: ibis.struct({"place": place, **{name: touch[name] for name in fields}})
    )
    ways = people.select("touches", last=placed.filter(lambda touch: touch["paid_at"] > 0).unnest())
    place = ways.last["place"]
    ways = ways.select("last", touches=ways.touches[ibis.greatest(place - LONGEST + 1, 0) : place + 1])
    return _counted(ways, lookback, aged=aged)


def _people(touches: Table) -> Table:
    """A row per person, their touches in order."""
    import ibis

    fields = ("at", "channel", "paid_at", "revenue")
    people = touches.group_by("person").aggregate(
        touches=ibis.struct({name: touches[name] for name in fields}).collect()
    )
    return people.mutate(touches=people.touches.sort())


def _sessions(numbers: Numbers, selection: SessionSelection) -> Table:
    start, end = numbers["start"] - numbers["lookback"], numbers["end"]
    sessions = with_persons(relation(SESSIONS), (condition.field for condition in selection.filters))
    sessions = sessions.filter(sessions.day >= start // DAY, sessions.day <= end // DAY, sessions.started_at < end)
    return sessions if selection.bots else sessions.filter(~sessions.is_bot)


def _paid(sessions: Table, numbers: Numbers) -> BooleanValue:
    """Whether a session asked in the period to pay something; what is free is no conversion here."""
    priced = sessions.revenue.fill_null("").re_search(":[1-9]")
    return priced & _is_within(sessions.upgrade_at, numbers)


def _is_within(instant: IntegerValue, numbers: Numbers) -> BooleanValue:
    within = (instant >= numbers["start"]) & (instant < numbers["end"])
    return within & not_left_out(instant, numbers) if GAP[0] in numbers else within


def _payers(sessions: Table, paid: BooleanValue) -> Table:
    return sessions.filter(paid).select("person")


def _touches(sessions: Table, by: By, paid: BooleanValue, **more_columns: Value) -> Table:
    """Without nulls, which engines sort to different ends. `paid_at` is 0 where nothing was paid in the period."""
    import ibis

    return sessions.select(
        "person",
        at=sessions.started_at,
        channel=_channel(sessions, by),
        paid_at=ibis.ifelse(paid, sessions.upgrade_at, 0),
        revenue=sessions.revenue.fill_null(""),
        **more_columns,
    )


def _channel(sessions: Table, by: By) -> StringValue:
    """Direct is a session without a source, or named so; by campaign, one without a campaign either."""
    import ibis

    source, medium, campaign = (sessions[name].nullif("") for name in ("source", "medium", "campaign"))
    source = ibis.ifelse(source.isin(DIRECT_NAMES), ibis.null("string"), source)
    direct = ibis.literal(DIRECT)
    if by is By.SOURCE:
        return source.fill_null(direct)
    if by is By.SOURCE_MEDIUM:
        return (source + " / " + medium.fill_null(NONE)).fill_null(direct)
    return ibis.coalesce(campaign, ibis.ifelse(source.notnull(), NONE, DIRECT))


def _counted(ways: Table, lookback: IntegerValue, *, aged: bool) -> Table:
    """Equal ways together, each currency of a session on its own."""
    paid_at = ways.last["paid_at"]
    near = ways.touches.filter(lambda touch: touch["at"] >= paid_at - lookback)
    hours = near.map(lambda touch: (paid_at - touch["at"]) // (HOUR_SECONDS * SECOND))
    ways = ways.select(
        revenue=ways.last["revenue"],
        channels=near.map(lambda touch: touch["channel"]),
        **({"hours": hours} if aged else {}),
    )
    kinds = ["channels", *(["hours"] if aged else [])]
    alike = ways.group_by("revenue", *kinds).aggregate(times=ways.count())
    amounts = alike.select(*kinds, "times", amount=alike.revenue.split(" ").unnest())
    amounts = amounts.mutate(currency=amounts.amount.left(3), cents=amounts.amount.substr(4).cast("int64"))
    amounts = amounts.filter(amounts.cents > 0)
    counted = amounts.group_by("currency", *kinds).aggregate(
        conversions=amounts.times.sum(), cents=(amounts.times * amounts.cents).sum()
    )
    return counted.select("currency", "channels", "conversions", "cents", *kinds[1:])


def _lost(*values: IntegerValue, by: By, selection: SessionSelection) -> Table:
    """Moves of people without a conversion, within the lookback before their last session in the period."""
    import ibis

    numbers = dict(zip((*PARAMETERS, *GAP), values, strict=False))
    lookback = numbers["lookback"]
    sessions = _sessions(numbers, selection)
    paid = _paid(sessions, numbers)
    lost = _touches(sessions, by, paid, selected=selection.holds(sessions)).anti_join(_payers(sessions, paid), "person")
    in_order = ibis.window(group_by="person", order_by=("at", "channel"))
    lost = lost.mutate(
        latest=lost.at.max().over(group_by="person"),
        before=lost.channel.lag().over(in_order),
        before_at=lost.at.lag().over(in_order),
        is_last=ibis.row_number().over(in_order) == lost.count().over(group_by="person") - 1,
    )
    if selection.filters:
        # Where two visits began last at once, either may be taken.
        last = (lost.selected & (lost.at == lost.latest)).cast("int8")
        lost = lost.mutate(counted=last.max().over(group_by="person"))
        lost = lost.filter(lost.counted == 1)
    lost = lost.filter(_is_within(lost.latest, numbers), lost.at >= lost.latest - lookback)
    lost = lost.mutate(before=ibis.ifelse(lost.before_at >= lost.latest - lookback, lost.before, ibis.null("string")))
    return lost.group_by("before", "channel", "is_last").aggregate(times=lost.count())

"""The ways people came before they paid: the touches of each, in order, counted by one question.

A touch is a session, its channel where it came from. A person is a user id, else a visitor id, else the session alone.
Equal ways are counted together, so that what comes back grows with the number of ways, not of visitors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache, partial
from typing import TYPE_CHECKING

from backend.analytics.metrics.attribution.models import Path
from backend.analytics.warehouse.engine import Row
from backend.analytics.warehouse.question import Question
from backend.analytics.warehouse.relations import DAY, SECOND, SESSIONS, relation

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue, Table

PARAMETERS = ("start", "end", "look_back")
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


class With(StrEnum):
    """What is asked besides channels; whatever is not makes more ways equal."""

    NOTHING = "nothing"
    AGES = "ages"  # in whole hours
    LOST = "lost"  # also the ways of those who paid nothing


@cache
def paths_question(by: By, besides: With, *, bots: bool) -> Question:
    """A row per currency and way: its channels, conversions, cents and lost, and the ages of its touches if asked for.

    The lost have no currency.
    """
    name = f"paths by {by} with {besides}, bots {bots}"
    return Question(name, PARAMETERS, partial(_paths, by=by, besides=besides, bots=bots))


def paths_in(rows: Sequence[Row], currency: str) -> Iterator[Path]:
    """What the question found, as paths of one currency and of those who paid nothing."""
    for paid_in, channels, conversions, cents, lost, *hours in rows:
        if paid_in in {currency, None}:
            ages = tuple(hour * HOUR_SECONDS for hour in hours[0]) if hours else ()
            yield Path(tuple(channel or None for channel in channels), ages, conversions, cents, lost)


def _paths(
    start: IntegerValue, end: IntegerValue, look_back: IntegerValue, *, by: By, besides: With, bots: bool
) -> Table:
    """One look at the sessions, put together by person: joining them to themselves takes ClickHouse seconds to plan."""
    import ibis

    people = _people(_touches(start - look_back, end, by=by, bots=bots), start, end)
    fields = ("at", "paid_at", "cents", "currency")
    placed = people.touches.map(
        lambda touch, place: ibis.struct({"place": place, **{name: touch[name] for name in fields}})
    )
    ends = placed.filter(lambda touch: touch["paid_at"] > 0)
    if besides is With.LOST:
        people = people.filter((people.upgrades > 0) | (people.latest >= start))
        ends = ibis.ifelse(people.upgrades > 0, ends, placed[-1:])
    else:
        people = people.filter(people.upgrades > 0)
    ways = people.select("touches", last=ends.unnest())
    place = ways.last["place"]
    ways = ways.select("last", touches=ways.touches[ibis.greatest(place - LONGEST + 1, 0) : place + 1])
    return _counted(ways, look_back, aged=besides is With.AGES)


def _people(touches: Table, start: IntegerValue, end: IntegerValue) -> Table:
    """A row per person: their touches in order, how many of these paid in the period, and when the latest was."""
    import ibis

    paid = touches.revenue_cents.notnull() & (touches.upgrade_at >= start) & (touches.upgrade_at < end)
    # Without nulls, which engines sort to different ends.
    touch = {
        "at": touches.at,
        "channel": touches.channel,
        "paid_at": ibis.ifelse(paid, touches.upgrade_at, 0),
        "cents": touches.revenue_cents.fill_null(0),
        "currency": touches.currency.fill_null(""),
    }
    people = touches.group_by("person").aggregate(
        touches=ibis.struct(touch).collect(), upgrades=paid.sum(), latest=touches.at.max()
    )
    return people.mutate(touches=people.touches.sort())


def _touches(start: IntegerValue, end: IntegerValue, *, by: By, bots: bool) -> Table:
    sessions = relation(SESSIONS)
    sessions = sessions.filter(sessions.day >= start // DAY, sessions.day <= end // DAY, sessions.started_at < end)
    if not bots:
        sessions = sessions.filter(~sessions.is_bot)
    return sessions.select(
        "upgrade_at",
        "currency",
        "revenue_cents",
        person=_person(sessions),
        at=sessions.started_at,
        channel=_channel(sessions, by),
    )


def _person(sessions: Table) -> StringValue:
    """Told apart by their first letter: what is one's user id may be another's visitor id."""
    import ibis

    alone = sessions.session_key.cast("string") + " " + sessions.started_at.cast("string")
    kinds = {"u": sessions.user_id, "v": sessions.visitor_id, "s": alone}
    return ibis.coalesce(*(ibis.literal(letter) + key for letter, key in kinds.items()))


def _channel(sessions: Table, by: By) -> StringValue:
    """Direct is what has no source, or says so; as a campaign, what has no campaign either."""
    import ibis

    source, medium, campaign = (sessions[name].nullif("") for name in ("source", "medium", "campaign"))
    for name in DIRECT_NAMES:
        source = source.nullif(name)
    direct = ibis.literal(DIRECT)
    if by is By.SOURCE:
        return source.fill_null(direct)
    if by is By.SOURCE_MEDIUM:
        return (source + " / " + medium.fill_null(NONE)).fill_null(direct)
    return ibis.coalesce(campaign, ibis.ifelse(source.notnull(), NONE, DIRECT))


def _counted(ways: Table, look_back: IntegerValue, *, aged: bool) -> Table:
    """Equal ways together. Who paid nothing is looked back at from their last visit."""
    import ibis

    paid = ways.last["paid_at"] > 0
    until = ibis.ifelse(paid, ways.last["paid_at"], ways.last["at"])
    near = ways.touches.filter(lambda touch: touch["at"] >= until - look_back)
    hours = near.map(lambda touch: (until - touch["at"]) // (HOUR_SECONDS * SECOND))
    ways = ways.select(
        currency=ibis.ifelse(paid, ways.last["currency"], ibis.null("string")),
        channels=near.map(lambda touch: touch["channel"]),
        cents=ibis.ifelse(paid, ways.last["cents"], 0),
        paid=paid,
        **({"hours": hours} if aged else {}),
    )
    ages = ["hours"] if aged else []
    counted = ways.group_by("currency", "channels", *ages).aggregate(
        conversions=ways.paid.sum(), cents=ways.cents.sum(), lost=(~ways.paid).sum()
    )
    return counted.select("currency", "channels", "conversions", "cents", "lost", *ages)

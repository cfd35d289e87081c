"""Sessions out of events (CAP-6), written once for every engine.

A stream is what its sender calls one session; the server's own streams are none. A *run* is a part of a stream without
a gap of more than half an hour. A run's n-th 24 hours are one session. Nearly all streams last less than half an hour
in all and go through the steps in order: plain minima describe those. Only the others pay for window functions and
arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.analytics.events.event import UpgradeClicked
from backend.analytics.events.names import EventName
from backend.analytics.events.server_streams import SERVER_STREAMS
from backend.analytics.events.steps import OPTIONAL
from backend.analytics.warehouse.relations import DAY, QUESTION_COLUMNS, SECOND, SESSIONS, STEP_COLUMNS

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table, Value

GAP = 30 * 60 * SECOND
SESSION = ("session_key", "run_started_at", "session_no")
FIRST_EVENT = ("visitor_id", "country", "region", "device")
ORIGIN = ("source", "medium", "campaign", "referrer")
# Found in the text of an opening, so that events which the lake has already need no further columns. A path ends before
# its query, and what is no path or no plain name is none.
_NAME = "[A-Za-z][A-Za-z0-9 .+-]{0,39}"
_TOLD = {
    "landing_page": '"page" *: *"(/[A-Za-z0-9/._~%@!$&()*+,;=:-]{0,199})["?#]',
    "browser": f'"browser" *: *"({_NAME})"',
    "os": f'"os" *: *"({_NAME})"',
}
OPENING = (*ORIGIN, *_TOLD)
SUBMISSION = ("job_title", "occupation", "industry", "experience", "education", "risk_level")
STEP_NUMBER = ":-?[0-9]+"  # behind a name that has one
FACT_GROUPS = (FIRST_EVENT, OPENING, SUBMISSION)
PLACES = tuple(range(1, len(STEP_COLUMNS) + 1))
SUBMITTED, OFFERED, UPGRADE = 3, 4, 5
ASIDE = len(PLACES) - 1  # question 2, the first optional one, has the place after those of the way
REFINED = max(OPTIONAL) + ASIDE + 1
CURRENCY = UpgradeClicked(price_cents=0).currency
COLUMNS = tuple(name for name in SESSIONS.columns if name not in ("day", "person"))
EVENT = ("session_key", "session_id", "timestamp", "event_id", "event_type", "step", "is_bot", "user_id")
USED = (*EVENT, "event_data", "offer", "price_cents", "currency", *FIRST_EVENT, *ORIGIN, *SUBMISSION)


def carry(sessions: Table, day: IntegerValue) -> Table:
    """The runs that may go on into `day`: when each began, its last session so far, and when that ended."""
    midnight = day * DAY
    near = sessions.filter(sessions.day >= day - 2, sessions.day < day, sessions.ended_at >= midnight - GAP)
    return near.group_by("session_key").aggregate(
        carried_run=near.run_started_at.max(),
        carried_no=near.session_no.max(),
        carried_until=near.ended_at.max(),
    )


def sessions_of_days(events: Table, sessions: Table, first: IntegerValue, last: IntegerValue) -> Table:
    """The sessions that begin on the days from `first` to `last`; `sessions` holds those of the two days before."""
    # A session lasts less than 24 hours: it may go on into the day after its own, never further.
    begun = sessionise(events.filter(events.day >= first, events.day <= last + 1), carry(sessions, first))
    return begun.filter(begun.started_at < (last + 1) * DAY)


def sessionise(events: Table, carried: Table) -> Table:
    """One row per session, `COLUMNS`, of events since some midnight. `carried`: `carry` into that day.

    Events that belong to a carried session are left out: that session is known already.
    """
    events = _placed(events.select(USED))
    upgraded = events.place == UPGRADE
    streams = events.group_by("session_key").aggregate(
        **_facts(events),
        revenue_cents=events.price_cents.sum(where=upgraded),
        upgrade_currency=events.currency.min(where=upgraded),
        upgrades=upgraded.sum(),
    )
    streams = streams.filter(~streams.session_id.startswith(SERVER_STREAMS)).anti_join(carried, "session_key")
    plain = streams.filter(_is_plain(streams))
    plain = plain.mutate(
        run_started_at=plain.started_at,
        session_no=_int(0),
        revenue=_amount(plain.upgrade_currency, plain.revenue_cents),
        **_steps_by_firsts(plain),
    )
    slow = streams.filter(~_is_plain(streams)).select("session_key").union(carried.select("session_key"))
    numbered = _numbered(events.semi_join(slow, "session_key").left_join(carried, "session_key"))
    return _finished(plain).union(_finished(_carefully(numbered)))


def _placed(events: Table) -> Table:
    """Each event with its place: its step of the way, counted from 1, or what stands aside; with its name and step."""
    import ibis

    kind = events.event_type
    is_answer = kind == EventName.STEP_COMPLETED
    is_optional = is_answer & events.step.between(min(OPTIONAL), max(OPTIONAL))
    place = ibis.cases(
        (kind == EventName.CALCULATOR_OPENED, _int(1)),
        ((is_answer & (events.step == 1)).fill_null(False), _int(2)),
        (is_optional.fill_null(False), events.step.cast("int64") + ASIDE),
        (kind == EventName.ASSESSMENT_SUBMITTED, _int(SUBMITTED)),
        (kind == EventName.ASSESSMENT_REFINED, _int(REFINED)),
        (kind == EventName.OFFER_VIEWED, _int(OFFERED)),
        (kind == EventName.UPGRADE_CLICKED, _int(UPGRADE)),
        else_=_int(0),
    )
    named_step = ibis.ifelse(events.step.isnull(), kind, kind + ":" + events.step.cast("string"))
    opening = ibis.ifelse(kind == EventName.CALCULATOR_OPENED, events.event_data.fill_null(""), "")
    told = {name: opening.re_extract(pattern, 1).nullif("") for name, pattern in _TOLD.items()}
    currency = events.currency.fill_null(CURRENCY)
    return events.mutate(place=place, named_step=named_step, currency=currency, **told).drop("event_data")


def _facts(events: Table) -> dict[str, Value]:
    """The facts of a group of events: the first value of each, of results the last."""
    firsts = {f"first_{place}": events.timestamp.min(where=events.place == place) for place in PLACES}
    opened, submitted, offered, upgraded = (events.place == place for place in (1, SUBMITTED, OFFERED, UPGRADE))
    order = _struct(events, ("timestamp", "event_id"))
    answers = {
        column: events.timestamp.min(where=events.place == number + ASIDE)
        for number, column in QUESTION_COLUMNS.items()
    }
    return {
        "session_id": events.session_id.arbitrary(),
        "started_at": events.timestamp.min(),
        "ended_at": events.timestamp.max(),
        "events": events.count(),
        "in_order": _struct(events, ("timestamp", "named_step")).collect(),
        "is_bot": events.is_bot.any(),
        "user_id": events.user_id.argmin(order, where=events.user_id.notnull()),
        "facts_0": _struct(events, FIRST_EVENT).argmin(order),
        "facts_1": _struct(events, OPENING).argmin(order, where=opened),
        "facts_2": _struct(events, SUBMISSION).argmax(order, where=submitted | (events.place == REFINED)),
        **firsts,
        **answers,
        "step_1_at": firsts["first_1"],
        "first_submitted_at": firsts[f"first_{SUBMITTED}"],
        "submitted_at": events.timestamp.max(where=submitted),
        "offer_viewed_at": firsts[f"first_{OFFERED}"],
        "last_offer_viewed_at": events.timestamp.max(where=offered),
        "upgrade_at": firsts[f"first_{UPGRADE}"],
        "last_upgrade_at": events.timestamp.max(where=upgraded),
    }


def _finished(sessions: Table) -> Table:
    sessions = sessions.mutate(in_order=sessions.in_order.sort())
    times = sessions.in_order.map(lambda event: event["timestamp"])
    steps = sessions.in_order.map(lambda event: event["named_step"]).join(" ")
    return sessions.mutate(
        **{name: sessions[f"facts_{number}"][name] for number, names in enumerate(FACT_GROUPS) for name in names},
        event_times=times,
        event_steps=steps,
        event_names=steps.re_replace(STEP_NUMBER, ""),
        simultaneous=times.unique().length() < times.length(),
    ).select(COLUMNS)


def _is_plain(streams: Table) -> BooleanValue:
    """Whether a stream is one session with one upgrade at most, whose steps were first taken in order."""
    import ibis

    steps = _steps_by_firsts(streams)
    went_back = [
        streams[f"first_{place}"] < steps.get(STEP_COLUMNS[place - 2], streams.step_1_at) for place in PLACES[1:]
    ]
    too_long = streams.ended_at - streams.started_at > GAP
    odd = [too_long, streams.upgrades > 1, *went_back]
    return ~ibis.or_(*(condition.fill_null(False) for condition in odd))


def _steps_by_firsts(streams: Table) -> dict[str, Value]:
    """The instants of the steps where they were first taken in order; a step after a missing one is missing too."""
    import ibis

    reached = streams.step_1_at
    steps = {}
    for place, column in enumerate(STEP_COLUMNS[1:], 2):
        first = streams[f"first_{place}"]
        steps[column] = reached = ibis.cases((first >= reached, first))
    return steps


def _numbered(events: Table) -> Table:
    """Each event with its run and its session, without the events of carried sessions."""
    import ibis

    order = ("timestamp", "event_id")
    stream = ibis.window(group_by="session_key", order_by=order)
    so_far = ibis.cumulative_window(group_by="session_key", order_by=order)
    is_first = ibis.row_number().over(stream) == 0
    events = events.mutate(
        is_first=is_first,
        before=ibis.ifelse(is_first, events.carried_until, events.timestamp.lag().over(stream)),
    )
    goes_on = (events.timestamp - events.before <= GAP).fill_null(False)
    begun = ibis.cases((~goes_on, events.timestamp), (events.is_first, events.carried_run))
    events = events.mutate(begun=begun)
    events = events.mutate(run_started_at=events.begun.max().over(so_far))
    events = events.mutate(session_no=(events.timestamp - events.run_started_at) // DAY)
    known = (events.run_started_at == events.carried_run) & (events.session_no <= events.carried_no)
    return events.filter(~known.fill_null(False))


def _carefully(events: Table) -> Table:
    """Sessions of numbered events, whatever their order and however many their upgrades."""
    times = {f"times_{place}": events.timestamp.collect(where=events.place == place) for place in PLACES[1:]}
    sessions = events.group_by(*SESSION).aggregate(**_facts(events), **times)
    revenue = _revenue(events.filter(events.place == UPGRADE, events.price_cents.notnull()))
    sessions = sessions.left_join(revenue, SESSION).select(sessions, revenue.revenue)
    for place in PLACES[1:]:
        sessions = sessions.mutate(**{STEP_COLUMNS[place - 1]: _next(sessions, place)})
    return sessions


def _revenue(upgrades: Table) -> Table:
    """The revenue of sessions. A click is an intent: of equal ones, for one offer at one price, one counts."""
    intents = upgrades.select(*SESSION, "offer", "currency", "price_cents").distinct()
    sums = intents.group_by(*SESSION, "currency").aggregate(cents=intents.price_cents.sum())
    sums = sums.mutate(amount=_amount(sums.currency, sums.cents))
    return sums.group_by(*SESSION).aggregate(revenue=sums.amount.collect().sort().join(" "))


def _amount(currency: StringValue, cents: IntegerValue) -> StringValue:
    return currency + ":" + cents.cast("string")


def _next(sessions: Table, place: int) -> IntegerValue:
    """When a step was first taken at or after the step before it."""
    import ibis

    reached = sessions[STEP_COLUMNS[place - 2]]
    later = sessions[f"times_{place}"].filter(lambda instant: instant >= reached)
    return ibis.cases(((later.length() > 0) & reached.notnull(), later.mins()))


def _struct(events: Table, names: tuple[str, ...]) -> Value:
    import ibis

    return ibis.struct({name: events[name] for name in names})


def _int(number: int) -> IntegerValue:
    import ibis

    return ibis.literal(number, "int64")

"""What the funnel may be asked, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from backend.analytics.metrics.catalogue.filter_parameters import parameters_of
from backend.analytics.metrics.funnel.asked import AskedFunnel, names
from backend.analytics.metrics.funnel.definition import (
    MOST_GROUPS,
    MOST_LISTED,
    FunnelQuery,
    FunnelScope,
    Order,
    Outcome,
)
from backend.analytics.metrics.funnel.questions import FunnelBar
from backend.analytics.metrics.funnel.service import FunnelGroup, FunnelReport, JourneyGroups, JourneyList
from backend.analytics.metrics.funnel.statistics import FunnelCounts, FunnelStep
from backend.csv_table import csv_lines
from backend.routes.schemas import said_rules
from backend.routes.schemas.answer import FourDecimals, OneDecimal, Out, TableOut
from backend.routes.schemas.dashboard import Covered, covered
from backend.routes.schemas.filters import SessionQuery

OF_COUNTED = ("of_first", "of_step_before", "dropoff", "median_seconds", "p90_seconds")


class FunnelParameters(SessionQuery):
    """Steps are event names, with `:n` for one value of `step`. Whoever takes step 1 in the period enters, once."""

    steps: str | None = Field(
        None,
        description="Two to twelve, separated by commas: `ai_calculator_opened,calculator_step_completed:2`.",
        json_schema_extra=said_rules.STEPS,
    )
    window: str = Field(
        "24h",
        description="Time allowed from step 1, such as 30m or 24h; with scope=visitor up to 60d.",
        json_schema_extra=said_rules.WINDOW,
    )
    order: Order = Field(
        Order.ORDERED, description="strict: no other event between steps. unordered: in any order, also before step 1."
    )
    scope: FunnelScope = Field(
        FunnelScope.SESSION, description="Count by session, or by visitor across all their sessions."
    )
    exclude: str | None = Field(
        None,
        description="Stop counting after these events, when they happen between two steps.",
        json_schema_extra=said_rules.EXCLUDED,
    )
    breakdown: str | None = Field(
        None,
        description="A dimension of the session in which step 1 was taken.",
        json_schema_extra=said_rules.optional(said_rules.OF_SESSIONS),
    )
    limit: int = Field(
        10,
        description=f"How many groups of the breakdown to show, up to {MOST_GROUPS}; the rest are combined.",
        json_schema_extra=said_rules.GROUPS,
    )

    def query(self, default_zone: str, now: datetime) -> FunnelQuery:
        period = self.period(default_zone, now)
        return self._asked().query(period, self.filters(), self.compare, bots=self.bots)

    def _asked(self) -> AskedFunnel:
        return AskedFunnel(
            steps=names(self.steps),
            window=self.window,
            order=self.order,
            scope=self.scope,
            exclude=names(self.exclude),
            breakdown=self.breakdown or "",
            limit=f"{self._groups()}",
        )

    def _groups(self) -> int:
        return self.limit


class JourneyParameters(FunnelParameters):
    """The funnel's parameters, and which of its bars. `limit` and `offset` page through the list."""

    step: Annotated[int, Field(ge=1, json_schema_extra=said_rules.STEP)]
    outcome: Outcome = Outcome.REACHED
    group: str | None = Field(None, description="A key of the breakdown; an empty one stands for none.")
    others: bool = Field(False, description="The groups that are combined.")
    top: int = Field(
        10, description="How many groups are shown: the `limit` of the funnel.", json_schema_extra=said_rules.GROUPS
    )
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = 100
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    grouped_by: str | None = Field(
        None,
        description="A dimension: counts those behind the bar by its values too, in `groups`, as many as `limit`.",
        json_schema_extra=said_rules.optional(said_rules.OF_SESSIONS),
    )

    def bar(self) -> FunnelBar:
        return self._asked().bar(self.step, self.outcome, self.group, others=self.others)

    def _groups(self) -> int:
        return self.top


Counted = Annotated[int | None, Field(exclude_if=lambda number: number is None)]


class CountsOut(Out):
    """How many got this far: `sessions` or `visitors`, as `scope` says.

    Rates are fractions, null on fewer than ten.
    """

    sessions: Counted = None
    visitors: Counted = None
    from_previous: FourDecimals | None
    from_first: FourDecimals | None
    dropoff: int
    median_seconds: OneDecimal | None
    p90_seconds: OneDecimal | None


class FunnelStepOut(CountsOut):
    """One step; `previous` is the same in the period compared with."""

    name: str
    label: str
    previous: CountsOut | None = None


class ImmatureOut(Out):
    """How many are still going: within the window, and not over."""

    immature_sessions: Counted = None
    immature_visitors: Counted = None


class FunnelGroupOut(ImmatureOut):
    """The funnel of one key, null being "there is none"; with `others`, of the `keys` that are combined."""

    key: str | None
    others: bool
    keys: int
    steps: list[FunnelStepOut]


class FunnelData(Out):
    steps: list[FunnelStepOut]
    groups: list[FunnelGroupOut]


class FunnelPlan(Out):
    """The query as it was understood."""

    steps: list[str]
    order: Order
    scope: FunnelScope
    exclude: list[str]
    filters: dict[str, list[str]]
    breakdown: str | None
    limit: int
    bots: bool


class EarlierFunnel(ImmatureOut):
    """The period compared with. `left_out`: a day in it that does not count: February 29."""

    start: datetime
    end: datetime
    left_out: date | None


class FunnelMeta(ImmatureOut, Covered):
    """What the numbers cover: all events accepted before `as_of`.

    `counted` are sessions or visitors, by which the counts are named. `demo`: the days asked for hold visits of
    `flask demo visits`.
    """

    counted: str
    n: int
    window_seconds: int
    plan: FunnelPlan
    compare: EarlierFunnel | None


class FunnelResponse(TableOut):
    data: FunnelData
    meta: FunnelMeta

    @classmethod
    def of(cls, report: FunnelReport) -> Self:
        query, zone = report.query, ZoneInfo(report.period.timezone)
        return cls(
            data=FunnelData(
                steps=list(_steps(report.funnel, report.before, query.scope)),
                groups=[_group(group, query.scope) for group in report.groups],
            ),
            meta=FunnelMeta(
                **covered(report.period, report),
                counted=_unit(query.scope),
                n=report.funnel.steps[0].sessions,
                window_seconds=query.window // timedelta(seconds=1),
                **_immature(report.funnel, query.scope),
                plan=_plan(query),
                compare=_earlier(report, zone),
            ),
        )


class JourneyOut(Out):
    """How far a session came, or a visitor who took step 1 in it; `seconds` from step 1 to the last step reached.

    `visit`: its name in the address of its events.
    """

    session_key: str
    started_at: datetime
    source: str | None
    device: str | None
    country: str | None
    entered_at: datetime
    reached: int
    seconds: OneDecimal
    immature: bool
    visit: str


class JourneyGroupOut(Out):
    """Those behind the bar with one value, null being "there is none"; `of`: all with it that reached the step before.

    `rate`: the first of the second, null where that is fewer than ten.
    """

    key: str | None
    behind: int
    of: int
    rate: FourDecimals | None


class JourneysMeta(Out):
    """`total` is what the bar says; `as_of` as in the funnel. `group_keys`: how many groups there are."""

    total: int
    limit: int
    offset: int
    step: int
    outcome: Outcome
    counted: str
    timezone: str
    as_of: datetime
    engine: str
    demo: bool
    plan: FunnelPlan
    grouped_by: str | None
    group_keys: int | None


class JourneysResponse(TableOut):
    data: list[JourneyOut]
    groups: list[JourneyGroupOut]
    meta: JourneysMeta

    @classmethod
    def of(cls, found: JourneyList, groups: JourneyGroups | None = None) -> Self:
        return cls(
            data=list(_journeys(found)),
            groups=[JourneyGroupOut.model_validate(group) for group in groups.rows] if groups else [],
            meta=JourneysMeta(
                total=found.total,
                limit=found.limit,
                offset=found.offset,
                step=found.bar.step,
                outcome=found.bar.outcome,
                counted=_unit(found.query.scope),
                timezone=found.query.period.timezone,
                as_of=found.as_of.astimezone(ZoneInfo(found.query.period.timezone)),
                engine=found.engine,
                demo=found.demo,
                plan=_plan(found.query),
                grouped_by=groups.dimension if groups else None,
                group_keys=groups.keys if groups else None,
            ),
        )


def funnel_csv(report: FunnelReport) -> str:
    """The steps as a table, of each group where there are groups; what was before is named `previous_<column>`.

    Who came is named after whose way it is: `sessions` or `visitors`.
    """
    scope = report.query.scope
    counts = [_unit(scope), *OF_COUNTED]
    columns = ["step", *counts, "event"]
    if report.compared:
        columns += [f"previous_{name}" for name in counts]
    if not report.groups:
        return "".join(csv_lines(columns, _rows(_steps(report.funnel, report.before, scope))))
    rows = (
        [group.key, str(group.others).lower(), *row]
        for group in (_group(group, scope) for group in report.groups)
        for row in _rows(group.steps)
    )
    return "".join(csv_lines([report.query.breakdown, "others", *columns], rows))


def journeys_csv(journeys: JourneyList) -> str:
    rows = (journey.model_dump(mode="json").values() for journey in _journeys(journeys))
    return "".join(csv_lines(list(JourneyOut.model_fields), map(list, rows)))


def _rows(steps: Iterable[FunnelStepOut]) -> Iterator[list[object]]:
    for step in steps:
        yield [step.label, *_counts(step), step.name, *(_counts(step.previous) if step.previous else ())]


def _counts(step: CountsOut) -> list[object]:
    came = step.sessions if step.visitors is None else step.visitors
    return [came, step.from_first, step.from_previous, step.dropoff, step.median_seconds, step.p90_seconds]


def _unit(scope: FunnelScope) -> str:
    return f"{scope}s"


def _immature(funnel: FunnelCounts, scope: FunnelScope) -> dict[str, Any]:
    return {f"immature_{_unit(scope)}": funnel.immature}


def _counted(step: FunnelStep, scope: FunnelScope) -> dict[str, Any]:
    """The step with whose ways it counts named after them."""
    values = asdict(step)
    return {_unit(scope): values.pop("sessions"), **values}


def _steps(funnel: FunnelCounts, before: FunnelCounts | None, scope: FunnelScope) -> Iterator[FunnelStepOut]:
    earlier: Sequence[FunnelStep | None] = before.steps if before else [None] * len(funnel.steps)
    for step, previous in zip(funnel.steps, earlier, strict=True):
        then = CountsOut.model_validate(_counted(previous, scope)) if previous else None
        yield FunnelStepOut(**_counted(step, scope), previous=then)


def _group(group: FunnelGroup, scope: FunnelScope) -> FunnelGroupOut:
    return FunnelGroupOut(
        key=group.key,
        others=group.others,
        keys=group.keys,
        steps=list(_steps(group.funnel, group.before, scope)),
        **_immature(group.funnel, scope),
    )


def _plan(query: FunnelQuery) -> FunnelPlan:
    return FunnelPlan(
        steps=[step.name for step in query.steps],
        order=query.order,
        scope=query.scope,
        exclude=[match.name for match in query.exclude],
        filters=parameters_of(query.filters),
        breakdown=query.breakdown,
        limit=query.limit,
        bots=query.bots,
    )


def _earlier(report: FunnelReport, zone: ZoneInfo) -> EarlierFunnel | None:
    if report.compared is None or report.before is None:
        return None
    compared = report.compared
    start, end = (at.astimezone(zone) for at in (compared.start, compared.end))
    immature = _immature(report.before, report.query.scope)
    return EarlierFunnel(start=start, end=end, left_out=compared.left_out, **immature)


def _journeys(journeys: JourneyList) -> Iterator[JourneyOut]:
    zone = ZoneInfo(journeys.query.period.timezone)
    for journey in journeys.rows:
        yield JourneyOut(
            session_key=f"{journey.session_key:016x}",
            started_at=journey.started_at.astimezone(zone),
            source=journey.source,
            device=journey.device,
            country=journey.country,
            entered_at=journey.entered_at.astimezone(zone),
            reached=journey.reached,
            seconds=journey.seconds,
            immature=journey.immature,
            visit=str(journey.visit),
        )

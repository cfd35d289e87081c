"""Lists of a measure by one dimension at a time, in which each row leads to its own visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from backend.analytics.figures.changes import RowChange, row_change
from backend.analytics.figures.tiles import TileValue, is_noise
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import Query, Result, ResultRow
from backend.analytics.metrics.funnel.definition import FunnelQuery
from backend.analytics.metrics.funnel.service import FunnelReport
from backend.analytics.metrics.quotients import SMALLEST_DENOMINATOR, rate
from backend.dashboards.addresses import BASE
from backend.dashboards.charts import ask, noun_of, quantity_of
from backend.dashboards.page import Setting, Tab, chosen
from backend.dashboards.question import Own, PageQuestion
from backend.formats import count, share

SHOWN = 8
ORDERS = ("count", "change")
GONE = "none now"
PLURALS = {
    "source": "sources",
    "medium": "mediums",
    "campaign": "campaigns",
    "referrer": "referrers",
    "landing_page": "entry pages",
    "country": "countries",
    "region": "states and regions",
    "device": "kinds of device",
    "browser": "browsers",
    "os": "systems",
    "job_title": "job titles",
    "industry": "industries",
    "risk_level": "exposure levels",
    "experiment_variant": "variants",
}
SHORT = {"region": "State", "job_title": "Title", "risk_level": "Exposure"}


@dataclass(frozen=True, slots=True)
class ListRow:
    """A value. `bar`: its length in percent of the longest; `share` is empty where the whole is too small for one."""

    name: str
    href: str
    count: str
    share: str
    bar: str
    change: RowChange | None


@dataclass(frozen=True, slots=True)
class SwitchList:
    """The rows of the chosen dimension, and links to the other dimensions and orders.

    `everything`: the link that shows all rows, or only the first again. `orders`: the column heads that order the rows.
    """

    id: str
    title: str
    dimension: str
    counted: str
    tabs: tuple[Tab, ...]
    rows: tuple[ListRow, ...]
    orders: Mapping[str, Tab]
    everything: Tab | None
    csv: str
    compared: bool


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What a list is of: a measure by one of several dimensions, which a parameter of the list's name chooses."""

    id: str
    title: str
    measure: str
    dimensions: tuple[str, ...]

    def query(self, question: PageQuestion) -> Query:
        return ask(question, self.measure, by=(self._dimension(question),))

    def _dimension(self, question: PageQuestion) -> str:
        return chosen(question, self.id, self.dimensions)

    def of(self, result: Result, setting: Setting) -> SwitchList:
        question, dimension = setting.question, self._dimension(setting.question)
        rows = [row for row in result.rows if _now(row, self.measure) or _before(row, self.measure)]
        if chosen(question, "order", ORDERS) == "change" and result.before:
            rows.sort(key=lambda row: _surprise(_now(row, self.measure), _before(row, self.measure)), reverse=True)
        everything = _everything(self.id, dimension, len(rows), result, setting)
        shown = rows if everything is None or everything.current else rows[:SHOWN]
        longest = max((_now(row, self.measure) for row in rows), default=0)
        return SwitchList(
            self.id,
            self.title,
            DIMENSIONS[dimension].label,
            MEASURES[self.measure].label,
            self._tabs(setting),
            tuple(self._row(row, dimension, result, setting, longest) for row in shown),
            {order: _choice(setting, "order", order, ORDERS, self.id) for order in ORDERS},
            everything,
            setting.csv(result.query),
            result.before is not None,
        )

    def _tabs(self, setting: Setting) -> tuple[Tab, ...]:
        if len(self.dimensions) == 1:
            return ()
        links = (_choice(setting, self.id, name, self.dimensions, self.id) for name in self.dimensions)
        return tuple(
            Tab(SHORT.get(name, DIMENSIONS[name].label), link.href, link.current)
            for name, link in zip(self.dimensions, links, strict=True)
        )

    def _row(self, row: ResultRow, dimension: str, result: Result, setting: Setting, longest: float) -> ListRow:
        now, total = _now(row, self.measure), int(result.totals.values[self.measure] or 0)
        part = rate(now, total)
        return ListRow(
            setting.names.name(dimension, row.keys[0]),
            setting.address(setting.question.with_filter(dimension, row.keys[0])),
            count(now),
            "" if part is None else share(part),
            f"{100 * now / longest:.1f}" if longest else "0",
            change_of(self.measure, now, _before(row, self.measure)) if result.before else None,
        )


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """A step of the funnel in small; `share` of the first step is empty where that is too small for one."""

    label: str
    count: str
    share: str
    bar: str
    href: str


@dataclass(frozen=True, slots=True)
class SmallFunnel:
    rows: tuple[FunnelRow, ...]
    href: str
    csv: str
    immature: int

    @staticmethod
    def query(question: PageQuestion) -> FunnelQuery:
        return FunnelQuery(question.answerable(), filters=question.filters)

    @classmethod
    def of(cls, report: FunnelReport, setting: Setting) -> SmallFunnel:
        shared, steps = setting.question.shared(), report.funnel.steps
        first = steps[0].sessions
        rows = tuple(
            FunnelRow(
                step.label,
                count(step.sessions),
                "" if step.from_first is None else share(step.from_first),
                f"{100 * step.sessions / first:.1f}" if first else "0",
                setting.elsewhere(f"{BASE}/funnel/sessions", {**shared, "step": number, "outcome": "reached"}),
            )
            for number, step in enumerate(steps, 1)
        )
        csv = setting.elsewhere(f"{BASE}/funnel.csv", shared)
        return cls(rows, setting.elsewhere(f"{BASE}/funnel", shared), csv, report.funnel.immature)


def parameters_of(plans: Sequence[ListPlan]) -> Own:
    """The parameters that the lists of a page read: the dimension of each, the order, and which is whole."""
    switched = {plan.id: plan.dimensions for plan in plans if len(plan.dimensions) > 1}
    return {**switched, "order": ORDERS, "all": tuple(plan.id for plan in plans)}


def change_of(measure: str, now: int, before: int) -> RowChange:
    """The change of a count; from less than ten it is told in numbers, as a percent of so few says nothing."""
    if before and not now:
        return RowChange(GONE, words=GONE)
    quantity, values = quantity_of(measure, "USD"), (TileValue(now, now), TileValue(before, before))
    if not 0 < before < SMALLEST_DENOMINATOR:
        return row_change(quantity, *values)
    text = f"{'+' if now > before else '−'}{count(abs(now - before))}" if now != before else "0"
    noise = is_noise(quantity, *values) is not False
    words = f"from {count(before)} to {count(now)} {noun_of(measure)}"
    return RowChange(text, "" if noise else "better" if now > before else "worse", words)


def _now(row: ResultRow, measure: str) -> int:
    return int(row.values[measure] or 0)


def _before(row: ResultRow, measure: str) -> int:
    return int(row.previous[measure] or 0) if row.previous else 0


def _surprise(now: int, before: int) -> float:
    """By how many standard errors two counts differ (Poisson), as tiles judge them."""
    return abs(now - before) / sqrt(now + before) if now + before else 0.0


def _choice(setting: Setting, parameter: str, value: str, options: Sequence[str], place: str) -> Tab:
    """A value of a parameter as a link that comes back to the list."""
    question = setting.question
    href = f"{setting.address(question.choosing(parameter, value))}#{place}"
    return Tab(value, href, value == chosen(question, parameter, options))


def _everything(id_: str, dimension: str, number: int, result: Result, setting: Setting) -> Tab | None:
    """None where all rows are shown anyway."""
    if number <= SHOWN:
        return None
    question = setting.question
    if question.own.get("all") == id_:
        return Tab(f"First {SHOWN} only", f"{setting.address(question.without_own('all'))}#{id_}", current=True)
    how_many = f"First {number}" if result.more else f"All {count(number)}"
    label = f"{how_many} {PLURALS.get(dimension, DIMENSIONS[dimension].label.lower())}"
    return Tab(label, f"{setting.address(question.choosing('all', id_))}#{id_}", current=False)

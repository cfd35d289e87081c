"""Questions about a funnel: counts, the largest groups, and the ways behind a bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from backend.analytics.metrics.catalogue.expressions import with_marks
from backend.analytics.metrics.funnel.definition import MOST_STEPS, FunnelQuery, FunnelScope, Order, Outcome
from backend.analytics.metrics.funnel.journeys import (
    ENDED,
    GROUP,
    LATEST,
    LISTED,
    LISTED_GROUP,
    PARAMETERS,
    Numbers,
    journeys,
)
from backend.analytics.warehouse.question import MarkedTexts, Question
from backend.analytics.warehouse.sessionise import GAP

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table, Value

    Build = Callable[..., Table]

LIMITS = (0.5, 0.9)
Keys = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Ways of any of these keys of the breakdown, None being "there is none"; or those of all the others."""

    keys: Keys
    others: bool = False


OTHERS = Group((), others=True)


@dataclass(frozen=True, slots=True)
class FunnelBar:
    """Ways that came to a step, or only to the one before it; of one group, where there is a breakdown."""

    step: int
    outcome: Outcome
    group: Group | None = None

    @property
    def range(self) -> tuple[int, int]:
        """The least and the greatest number of steps reached. Nobody drops before step 1."""
        if self.outcome is Outcome.REACHED:
            return self.step, MOST_STEPS
        return max(self.step - 1, 1), self.step - 1

    @property
    def base(self) -> int:
        """The step that a way must have reached to stand before this bar's choice: the one before."""
        return max(self.step - 1, 1)


def counts(query: FunnelQuery) -> Question:
    """One row: ways per step, then the quantiles of the time each step took, then the immature ones."""
    return _question("funnel", replace(query, breakdown=None), _counts, MarkedTexts())


def counts_by_group(query: FunnelQuery, keys: Keys) -> Question:
    """A row per key of `keys`, and one for the others: key, whether the others, how many keys, and the counts."""
    texts = MarkedTexts()
    marked = _marked(keys, texts)
    return _question(f"funnel by {marked!r}", query, partial(_counts_by_group, keys=marked), texts)


def largest_groups(query: FunnelQuery) -> Question:
    """The keys with the most entries, as many as the query's limit."""
    entering = query
    if query.scope is FunnelScope.SESSION:  # a visitor's group is that of the session in which the way begins
        longest = query.scope.longest
        entering = replace(query, steps=query.steps[:2], window=longest, order=Order.ORDERED, exclude=())
    return _question(f"{query.limit} largest groups", entering, _largest_groups, MarkedTexts())


def count_behind(query: FunnelQuery, group: Group | None) -> Question:
    """The number of ways that came to `least` steps or more, and to `most` at most."""
    texts = MarkedTexts()
    marked = _marked_group(group, texts)
    question = partial(_count_behind, group=marked)
    return _question(f"how many in {marked!r}", query, question, texts, "least", "most")


def behind(query: FunnelQuery, group: Group | None) -> Question:
    """A row for each of them: `LISTED`, when step 1 was taken, to how many they came and when; the latest first."""
    texts = MarkedTexts()
    marked = _marked_group(group, texts)
    question = partial(_behind, group=marked)
    return _question(f"behind {marked!r}", query, question, texts, "least", "most", "limit", "offset", listed=True)


def grouped_behind(query: FunnelQuery, group: Group | None, dimension: str, limit: int) -> Question:
    """A row for each of the largest groups: its ways behind the bar, all of it that reached `base`, how many groups."""
    texts = MarkedTexts()
    marked = _marked_group(group, texts)
    question = partial(_grouped_behind, group=marked, limit=limit)
    name = f"{limit} largest behind {marked!r} by {dimension}"
    return _question(name, query, question, texts, "least", "most", "base", grouped=dimension)


def _marked(keys: Keys, texts: MarkedTexts) -> Keys:
    return tuple(key if key is None else texts.mark(key) for key in keys)


def _marked_group(group: Group | None, texts: MarkedTexts) -> Group | None:
    return group and replace(group, keys=_marked(group.keys, texts))


def _question(
    name: str, query: FunnelQuery, build: Build, texts: MarkedTexts, *more: str, listed: bool = False, grouped: str = ""
) -> Question:
    query = replace(query, filters=with_marks(query.filters, texts))
    shape = (
        [step.name for step in query.steps],
        query.order,
        query.scope,
        [match.name for match in query.exclude],
        query.filters,
        query.breakdown,
        query.bots,
        query.is_best_from_the_first,
    )
    whole = partial(_built, query=query, build=build, listed=listed, grouped=grouped)
    return Question(f"{name}: {shape!r}", (*PARAMETERS, *more), whole, texts.texts, of_sessions=True)


def _built(*marks: IntegerValue, query: FunnelQuery, build: Build, listed: bool, grouped: str) -> Table:
    numbers = Numbers(*marks[: len(PARAMETERS)])
    return build(query, numbers, journeys(query, numbers, listed=listed, grouped=grouped), *marks[len(PARAMETERS) :])


def _counts(query: FunnelQuery, numbers: Numbers, ways: Table) -> Table:
    return ways.aggregate(**_counted(query, numbers, ways))


def _counted(query: FunnelQuery, numbers: Numbers, ways: Table) -> dict[str, Value]:
    steps = _steps(query, ways)
    waits = {f"wait_{n}": (step - before).quantile(LIMITS) for n, (before, step) in enumerate(pairwise(steps), 2)}
    young = _is_immature(query, numbers, ways)
    return {**{f"came_{n}": step.count() for n, step in enumerate(steps, 1)}, **waits, "immature": young.sum()}


def _counts_by_group(query: FunnelQuery, numbers: Numbers, ways: Table, *, keys: Keys) -> Table:
    import ibis

    alone = _is_any(ways[GROUP], keys)
    ways = ways.mutate(alone=alone, shown=ibis.cases((alone, ways[GROUP])))
    groups = ways.group_by("shown", "alone").aggregate(
        keys=ways[GROUP].fill_null("").nunique(), **_counted(query, numbers, ways)
    )
    return groups.order_by(ibis.desc(groups.alone), ibis.desc(groups.came_1), ibis.asc(groups.shown))


def _largest_groups(query: FunnelQuery, _: Numbers, ways: Table) -> Table:
    import ibis

    groups = ways.group_by(GROUP).aggregate(entered=ways.count())
    return groups.order_by(ibis.desc(groups.entered), ibis.asc(groups[GROUP])).limit(query.limit)


def _count_behind(
    query: FunnelQuery, _: Numbers, ways: Table, least: IntegerValue, most: IntegerValue, *, group: Group | None
) -> Table:
    return _standing(query, ways, least, most, group).aggregate(ways=lambda standing: standing.count())


def _behind(query: FunnelQuery, numbers: Numbers, ways: Table, *marks: IntegerValue, group: Group | None) -> Table:
    import ibis

    least, most, limit, offset = marks
    standing = _standing(query, ways, least, most, group)
    steps = _steps(query, standing)
    last = ibis.coalesce(*reversed(steps))
    young = _is_immature(query, numbers, standing)
    reached = {f"reached_{n}": step for n, step in enumerate(steps, 1)}
    standing = standing.select(*LISTED, "came", entered_at=steps[0], last=last, immature=young, **reached)
    standing = standing.mutate(
        rank=ibis.row_number().over(order_by=[ibis.desc("entered_at"), "session_key", "started_at"])
    )
    return standing.filter(standing["rank"] >= offset, standing["rank"] < offset + limit).order_by("rank")


def _grouped_behind(
    query: FunnelQuery, _: Numbers, ways: Table, *marks: IntegerValue, group: Group | None, limit: int
) -> Table:
    import ibis

    least, most, base = marks
    ways = _in_group(_with_came(query, ways), group)
    behind = ways.came.between(least, most)
    groups = ways.group_by(LISTED_GROUP).aggregate(behind=behind.sum(), of=(ways.came >= base).sum())
    groups = groups.filter(groups.behind > 0)
    groups = groups.mutate(keys=groups.behind.count().over(ibis.window()))
    return groups.order_by(ibis.desc("behind"), ibis.asc(groups[LISTED_GROUP])).limit(limit)


def _standing(query: FunnelQuery, ways: Table, least: IntegerValue, most: IntegerValue, group: Group | None) -> Table:
    ways = _with_came(query, ways)
    return _in_group(ways.filter(ways.came >= least, ways.came <= most), group)


def _with_came(query: FunnelQuery, ways: Table) -> Table:
    """Ways with the number of steps that each reached."""
    import ibis

    steps = _steps(query, ways)
    return ways.mutate(came=sum((step.notnull().cast("int64") for step in steps), ibis.literal(0, "int64")))


def _in_group(ways: Table, group: Group | None) -> Table:
    if group is None:
        return ways
    in_group = _is_any(ways[GROUP], group.keys)
    return ways.filter(~in_group if group.others else in_group)


def _is_any(key: StringValue, keys: Keys) -> BooleanValue:
    """A condition that is never null."""
    import ibis

    texts = [text for text in keys if text is not None]
    among = key.isin(texts).fill_null(False) if texts else ibis.literal(False)
    return among | key.isnull() if None in keys else among


def _is_immature(query: FunnelQuery, numbers: Numbers, ways: Table) -> BooleanValue:
    """Whether a way may yet go on: within the window of its last start, and of a session only until that is over."""
    steps = _steps(query, ways)
    young = steps[-1].isnull() & (numbers.now - ways[LATEST] < numbers.window)
    return young & (numbers.now - ways[ENDED] <= GAP) if query.scope is FunnelScope.SESSION else young


def _steps(query: FunnelQuery, ways: Table) -> list[IntegerValue]:
    return [ways[f"reached_{n}"] for n in range(1, len(query.steps) + 1)]

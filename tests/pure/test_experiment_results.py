"""EXP-4, EXP-5: what counts become, on data with published answers and on worlds whose truth is known."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.analytics.experiments.count_memory import CountMemory
from backend.analytics.experiments.counting import Added, Counted, CountQuery, Exposures
from backend.analytics.experiments.definition import (
    Correction,
    Experiment,
    ExperimentConfig,
    ExperimentStatus,
    ExperimentUnit,
    Guardrail,
    StatisticsPlan,
    TestType,
    Variant,
    WeightPeriod,
)
from backend.analytics.experiments.result_service import ResultService
from backend.analytics.experiments.results import Check, CheckState, Effect
from backend.analytics.experiments.statistics.answers import Inconclusive
from backend.analytics.experiments.statistics.verdict_input import GuardrailState, VerdictKind
from backend.analytics.experiments.unit_measures import UNIT_MEASURES, measure_faults
from backend.analytics.experiments.unit_sums import Standing
from backend.errors import InvalidRequest

START = datetime(2026, 10, 5, 9, tzinfo=UTC)
HALVES = (Variant("a", "Today", 0.5), Variant("b", "New", 0.5))


def experiment(variants=HALVES, days=35, **options):
    config = ExperimentConfig(
        "Test", TestType.CUSTOM, "Because", ExperimentUnit.SESSION, variants, options.pop("primary", "upgrades"), "s",
        **options,
    )  # fmt: skip
    period = WeightPeriod(1, {variant.key: variant.weight for variant in variants}, 1.0, START)
    running = Experiment("t", config, ExperimentStatus.RUNNING, 1, (period,), START, START, START)
    return replace(running, status=ExperimentStatus.STOPPED, stopped_at=START + timedelta(days=days))


class FakeCounting:
    """Answers from days that a test makes up: `day(variant, number)` gives units and those that did each thing."""

    def __init__(self, days, day, **standings):
        self._days, self._day, self._standings = days, day, standings

    def count(self, query):
        rows = []
        for number in range(self._days):
            for variant in ("a", "b", "c"):
                n, *successes = self._day(variant, number)
                sums = [0.0] * len(query.columns)
                for place, amount in enumerate(successes):
                    for factors in (("", f"y{place}"), (f"y{place}", f"y{place}")):
                        sums[query.columns[factors]] = float(amount)
                if n:
                    rows.append(Added(variant, 1, number, None, n, tuple(sums)))
        standings = Counter({Standing(name): n for name, n in self._standings.items()})
        return Counted(query, tuple(rows), standings, START + timedelta(days=60), "duckdb", "1", demo=False)

    def exposures(self, _query):
        return Exposures({}, 7)

    def novelty(self, _query):
        return {}


def results(test, counting, **options):
    return ResultService(lambda _: test, counting, "UTC", lambda: START + timedelta(days=60)).results("t", **options)


@pytest.fixture(scope="module")
def udacity(shared_data):
    """Clicks, enrollments and payments of each of the 23 days that have all three."""

    def rows(name):
        with (shared_data / "ab_udacity" / name).open() as file:
            return [row for row in csv.DictReader(file) if row["Enrollments"]]

    return {"a": rows("udacity_control.csv"), "b": rows("udacity_experiment.csv"), "c": []}


@pytest.mark.parametrize(
    ("column", "estimate", "lower", "upper", "p"),
    [
        ("Enrollments", -0.0205548745804, -0.029120462834, -0.011989286327, 0.00014308236769),
        ("Payments", -0.0048737226745, -0.011604421985, 0.0018569766361, 1.0),
    ],
)
def test_the_published_differences_of_udacity_come_out_of_its_days(udacity, column, estimate, lower, upper, p):
    def day(variant, number):
        return [int(float(udacity[variant][number][name])) for name in ("Clicks", column)] if variant < "c" else (0,)

    shown = results(experiment(), FakeCounting(23, day)).shown
    [difference] = shown.differences

    assert [arm.n for arm in shown.arms] == [17_293, 17_260]
    assert difference.difference.estimate == pytest.approx(estimate, rel=1e-9)
    assert (difference.fixed.lower, difference.fixed.upper) == pytest.approx((lower, upper), rel=1e-9)
    assert difference.p == pytest.approx(p, rel=1e-9)


def steady(*rates, n=200):
    """As many units every day, of whom a rate does each thing."""

    def day(variant, _number):
        return (n, *(round(n * rate) for rate in rates["abc".index(variant)])) if variant < "c" else (0,)

    return day


def test_a_winner_ships_at_the_end_of_a_whole_week_and_not_on_the_day_it_is_seen():
    counting = FakeCounting(11, steady((0.10,), (0.20,)))
    test = experiment(minimum=replace(experiment().config.minimum, days=7, users_per_variant=500))

    early = results(test, counting, until=START + timedelta(days=5))
    later = results(replace(test, stopped_at=START + timedelta(days=11)), counting)

    assert early.verdict.kind is VerdictKind.KEEP_RUNNING
    assert early.decided_until is None
    assert (later.verdict.kind, later.verdict.arm) == (VerdictKind.SHIP, "b")
    assert later.decided_until == START + timedelta(days=7)
    assert later.days == 11


def test_each_point_of_the_course_is_what_its_day_alone_would_have_told():
    counting = FakeCounting(14, steady((0.10,), (0.12,)))
    whole = results(experiment(days=14), counting)

    shorter = results(experiment(days=3), FakeCounting(3, steady((0.10,), (0.12,))))

    assert [point.day for point in whole.course] == list(range(1, 15))
    assert whole.course[2].difference == shorter.shown.differences[0].difference
    assert [point.day for point in whole.course if point.is_whole_week] == [7, 14]
    assert whole.course[-1].difference == whole.primary.differences[0].difference


def test_a_lopsided_split_takes_the_place_of_the_verdict():
    def day(variant, _number):
        return (230 if variant == "a" else 170, 20) if variant < "c" else (0,)

    unwell = results(experiment(days=14), FakeCounting(14, day))
    split = next(check for check in unwell.health if check.check is Check.SPLIT)

    assert unwell.verdict.kind is VerdictKind.UNHEALTHY
    assert split.state is CheckState.FAILED
    assert split.numbers["p"] < 0.01


def test_units_of_several_variants_fail_from_one_percent_on():
    few = results(experiment(days=14), FakeCounting(14, steady((0.1,), (0.1,)), crossed=50))
    many = results(experiment(days=14), FakeCounting(14, steady((0.1,), (0.1,)), crossed=60))

    assert few.is_healthy
    assert [check.check for check in many.health if check.state is CheckState.FAILED] == [Check.CROSSED]
    assert many.left_out.crossed == 60


def test_a_guardrail_that_gets_worse_rolls_back_though_the_primary_measure_wins():
    test = experiment(days=14, guardrails=(Guardrail("offers_viewed", 0.05),))

    hurt = results(test, FakeCounting(14, steady((0.1, 0.5), (0.2, 0.3))))

    assert hurt.guardrails[0].differences[0].guardrail is GuardrailState.BREACHED
    assert (hurt.verdict.kind, hurt.verdict.arm) == (VerdictKind.ROLL_BACK, "b")


def test_secondary_measures_are_corrected_together_and_never_weaken_the_primary():
    rates = (0.10, 0.30, 0.30), (0.13, 0.325, 0.30)
    alone = results(experiment(days=14), FakeCounting(14, steady(*((rate[0],) for rate in rates), n=1_000)))
    plan = StatisticsPlan(correction=Correction.HOLM, sequential=False)
    test = experiment(days=14, secondary=("assessments", "offers_viewed"), statistics=plan)

    with_others = results(test, FakeCounting(14, steady(*rates, n=1_000)))
    first, second = (result.differences[0] for result in with_others.secondary)

    assert with_others.primary.differences[0].adjusted_p == with_others.primary.differences[0].p
    assert alone.primary.differences[0].difference.estimate == with_others.primary.differences[0].difference.estimate
    assert first.adjusted_p == pytest.approx(2 * first.p)
    for each in (first, second):
        assert each.is_significant == (each.difference.lower > 0 or each.difference.upper < 0)


def test_an_arm_that_nobody_saw_stays_in_the_table_with_the_reason_why_nothing_is_known():
    thirds = tuple(Variant(key, key.upper(), 1 / 3) for key in "abc")

    seen = results(experiment(thirds, days=14), FakeCounting(14, steady((0.1,), (0.1,))))
    never = seen.primary.arms[2]

    assert (never.n, never.value, never.sample) == (0, None, None)
    assert seen.primary.differences[1].difference == Inconclusive("no units")
    assert isinstance(seen.primary.differences[0].difference, Effect)


def test_nothing_is_said_of_sessions_before_them():
    told = results(experiment(days=14), FakeCounting(14, steady((0.1,), (0.1,)))).primary

    assert told.adjusted_by is None
    assert told.unadjusted_because


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"measure": "visitors"}, "measure"),
        ({"measure": "conversionrate"}, "measure"),
        ({"breakdown": "source"}, "breakdown"),
        ({"until": START}, "until"),
        ({"until": START + timedelta(days=90)}, "until"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(options, field):
    with pytest.raises(InvalidRequest) as refused:
        results(experiment(), FakeCounting(1, steady((0.1,), (0.1,))), **options)

    assert [error.field for error in refused.value.errors] == [field]


def test_a_draft_has_no_results():
    with pytest.raises(InvalidRequest):
        results(replace(experiment(), started_at=None), FakeCounting(1, steady((0.1,), (0.1,))))


def test_only_measures_with_a_value_for_each_unit_can_judge_an_experiment():
    faults = list(measure_faults("primary", ["median_duration", "conversion_rate", "nonsense"]))

    assert [fault.field for fault in faults] == ["primary", "primary"]
    assert "no value for each unit" in faults[0].message
    assert UNIT_MEASURES["bounce_rate"].less_is_better
    assert UNIT_MEASURES["conversion_rate"].denominator is not None


def test_a_count_that_took_long_stands_for_a_while_and_a_quick_one_is_made_anew():
    now = [0.0]
    memory, query = CountMemory(lambda: now[0]), CountQuery(experiment(), (), START, START + timedelta(days=1), "UTC")

    def count(seconds, answer):
        def made():
            now[0] += seconds
            return answer

        return memory.get(query, made)

    assert count(0.5, "first") == "first"
    assert count(5, "second") == "second"
    now[0] += 299
    assert count(5, "third") == "second"
    now[0] += 2
    assert count(0.5, "fourth") == "fourth"
    assert count(0.5, "fifth") == "fifth"

"""EXP-1: what an experiment or a flag may say, and what would make one worthless, without an app."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.experiments.config_json import config_json, config_of
from backend.analytics.experiments.definition import (
    Allocation,
    Automation,
    Correction,
    ExperimentConfig,
    ExperimentSchedule,
    ExperimentUnit,
    Guardrail,
    Minimum,
    Namespace,
    StatisticsEngine,
    StatisticsPlan,
    TestType,
    Variant,
)
from backend.analytics.experiments.families import ProductNames
from backend.analytics.experiments.flag import FlagDefinition, flag_problems
from backend.analytics.experiments.flag_schedule import coverage_at, document_at
from backend.analytics.experiments.readiness import TrafficFacts, start_concerns
from backend.analytics.experiments.schedule_phase import SchedulePhase, phase_at
from backend.analytics.experiments.validation import config_problems

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
NAMES = ProductNames(("published",), ("by_share",), ("balanced",), {"tasks": ("Half of the tasks",)})
ARMS = Variant("control", "As it is", 0.5), Variant("new", "New", 0.5)
CONFIG = ExperimentConfig(
    "Price test", TestType.CUSTOM, "It helps.", ExperimentUnit.VISITOR, ARMS, primary="conversion_rate", seed="abc"
)
FULL = ExperimentConfig(
    "Price – ü", TestType.CONVERSION_OFFER, "Cheaper\nsells", ExperimentUnit.SESSION,
    (Variant("a", "A", 1 / 3, {"price_cents": 900, "features": ["x"]}), Variant("b", "B", 2 / 3, {"n": [1, None]})),
    primary="revenue_per_visitor", seed="s", traffic=0.1, targeting={"country": {"$in": ["US"]}},
    namespace=Namespace("home", 0.25, 0.75), secondary=("upgrades",), guardrails=(Guardrail("bounce_rate", 0.05),),
    statistics=StatisticsPlan(StatisticsEngine.BAYESIAN, False, 0.01, Correction.BENJAMINI_HOCHBERG),
    minimum=Minimum(14, 1000), mde=0.07, allocation=Allocation.TOP_TWO,
    schedule=ExperimentSchedule(NOW, NOW + timedelta(days=14, microseconds=1)), automation=Automation(True, True),
    conversion_window=timedelta(hours=36), planned_units=12_000,
)  # fmt: skip


@pytest.mark.parametrize("config", [CONFIG, FULL])
def test_a_configuration_comes_back_from_json_as_it_was(config):
    assert config_of(config_json(config)) == config


def refused(**changes):
    return {problem.field for problem in config_problems(replace(CONFIG, **changes), NAMES)}


def arms(*changes):
    return tuple(replace(arm, **change) for arm, change in zip(ARMS, changes, strict=True))


def test_a_sound_design_has_no_problem():
    assert refused() == set()
    thirds = tuple(Variant(key, key, float(Fraction(1, 3))) for key in "abc")
    tenths = tuple(Variant(f"v{number}", "x", 0.1) for number in range(10))
    assert refused(variants=thirds) == refused(variants=tenths) == set()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": " ", "hypothesis": "\x00"}, {"name", "hypothesis"}),
        ({"variants": ARMS[:1]}, {"variants"}),
        ({"variants": arms({"weight": 0.5 + 2e-9}, {})}, {"variants"}),
        ({"variants": arms({"weight": 1.5}, {"weight": -0.5})}, {"variants.1.weight"}),
        ({"variants": arms({"weight": float("nan")}, {})}, {"variants.0.weight", "variants"}),
        ({"variants": arms({"key": "new"}, {})}, {"variants.0.key", "variants.1.key"}),
        ({"variants": arms({"key": "No way"}, {"name": ""})}, {"variants.0.key", "variants.1.name"}),
        ({"variants": arms({}, {"payload": {"x": "y" * 5000}})}, {"variants.1.payload"}),
        ({"variants": arms({}, {"payload": {"x": "\x00"}})}, {"variants.1.payload"}),
        ({"traffic": 0.0}, {"traffic"}),
        ({"targeting": {"country": {"$regex": "(?=x)"}}}, {"targeting.country.$regex"}),
        ({"targeting": {"race": "x", "country": {"$near": 1}}}, {"targeting.race", "targeting.country.$near"}),
        ({"targeting": {"$or": [{"$not": {"path": {"$in": "x"}}}, 3]}},
         {"targeting.$or.0.$not.path.$in", "targeting.$or.1"}),
        ({"namespace": Namespace("X", -1, 2)}, {"namespace.name", "namespace.start", "namespace.end"}),
        ({"namespace": Namespace("x", 0.5, 0.5)}, {"namespace.end"}),
        ({"primary": "happiness", "secondary": ("upgrades", "upgrades")}, {"primary", "secondary.1"}),
        ({"secondary": ("conversion_rate",)}, {"secondary.0"}),
        ({"guardrails": (Guardrail("visitors", 0),)}, {"guardrails.0.measure", "guardrails.0.max_drop"}),
        ({"statistics": StatisticsPlan(alpha=0.5), "mde": 0}, {"statistics.alpha", "mde"}),
        ({"minimum": Minimum(0, 0)}, {"minimum.days", "minimum.users_per_variant"}),
        ({"planned_units": 0}, {"planned_units"}),
        ({"conversion_window": timedelta(days=91)}, {"conversion_window_hours"}),
        ({"schedule": ExperimentSchedule(NOW, NOW)}, {"schedule.ends_at"}),
        ({"type": TestType.URGENCY_MESSAGING, "variants": arms({}, {"payload": {"text": "Now!"}})},
         {"variants.1.payload.source"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_every_reason(changes, fields):
    assert refused(**changes) == fields


def concerns(config=CONFIG, facts=None):
    return {concern.code: concern.blocks for concern in start_concerns(config, (), (), NOW, facts)}


def test_what_would_make_an_experiment_worthless_is_said_before_the_start():
    guarded = replace(CONFIG, guardrails=(Guardrail("bounce_rate", 0.05),), planned_units=10_000)

    assert concerns() == {"no_guardrail": False}
    assert concerns(guarded, TrafficFacts(units_per_day=1000, lasting=1.0)) == {"no_lasting_id": False}
    assert concerns(guarded, TrafficFacts(units_per_day=10)) == {"too_little_traffic": False}
    assert concerns(guarded, TrafficFacts(units_per_day=0, lasting=0)) == {"no_traffic": True, "no_lasting_id": True}
    once = replace(guarded, statistics=StatisticsPlan(sequential=False), planned_units=None)
    assert concerns(once) == {"no_plan": False}
    short = replace(guarded, schedule=ExperimentSchedule(None, NOW + timedelta(days=3)))
    broken = replace(guarded, schedule=ExperimentSchedule(None, NOW + timedelta(days=10)))
    assert (concerns(short), concerns(broken)) == ({"too_short": True}, {"broken_week": False})
    assert concerns(replace(guarded, type=TestType.PERSONALIZATION)) == {"same_payloads": False}


def test_a_schedule_is_over_from_its_end_on_and_begins_at_its_start():
    schedule = ExperimentSchedule(NOW, NOW + timedelta(days=7))
    moments = [NOW - timedelta(seconds=1), NOW, NOW + timedelta(days=7) - timedelta(microseconds=1), NOW + timedelta(7)]

    assert [phase_at(schedule, moment) for moment in moments] == [
        SchedulePhase.BEFORE, SchedulePhase.DURING, SchedulePhase.DURING, SchedulePhase.AFTER,
    ]  # fmt: skip
    assert phase_at(ExperimentSchedule(), NOW) is SchedulePhase.DURING


def flag(*rules, key="beta", **document):
    return {problem.field for problem in flag_problems(key, FlagDefinition("", {"rules": [*rules], **document}))}


SLOW = {"from": 0.1, "to": 0.9, "starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-12-05T00:00:00Z"}


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ({"force": 1, "condition": {"email": {"$regex": "(a+)+$"}}, "coverage": 0.5}, set()),
        ({"variations": [0, 1], "weights": [0.5, 0.5], "namespace": ["x", 0, 1], "hashVersion": 2}, set()),
        ({"force": True, "schedule": SLOW}, set()),
        ({}, {"rules.0"}),
        ({"force": 1, "variations": [1, 2]}, {"rules.0"}),
        ({"force": 1, "condition": {"email": {"$regex": r"(a)\1"}}}, {"rules.0.condition.email.$regex"}),
        ({"force": 1, "coverage": 1.5, "color": "red"}, {"rules.0.coverage", "rules.0.color"}),
        ({"variations": [0], "weights": [0.5, 0.6]}, {"rules.0.variations", "rules.0.weights"}),
        ({"variations": [0, 1], "ranges": [[0.6, 0.5]]}, {"rules.0.ranges", "rules.0.ranges.0"}),
        ({"force": 1, "parentConditions": [{"condition": {}}]}, {"rules.0.parentConditions.0"}),
        ({"force": 1, "filters": [{"ranges": [[0, 2]]}], "hashVersion": 3},
         {"rules.0.filters.0.ranges.0", "rules.0.hashVersion"}),
        ({"force": 1, "coverage": 1, "schedule": SLOW | {"ends_at": "2026-12-01", "to": 2}},
         {"rules.0.coverage", "rules.0.schedule.ends_at", "rules.0.schedule.to"}),
    ],
)  # fmt: skip
def test_a_rule_of_a_flag_is_refused_with_every_reason(rule, fields):
    assert flag(rule) == fields


def test_a_flag_is_refused_for_its_key_and_for_json_that_nobody_could_keep():
    deep = nested = []
    for _ in range(5000):
        nested.append([])
        nested = nested[0]

    assert flag(key="config") == flag(key="a b") == {"key"}
    assert flag(defaultValue=deep) == flag(defaultValue=float("inf")) == flag(defaultValue="\x00") == {"rules"}
    assert flag(defaultValue="x" * 40_000) == {"rules"}


@given(st.floats(-10, 20), st.floats(-10, 20), st.floats(0, 1), st.floats(0, 1))
def test_a_roll_out_by_the_calendar_stays_between_its_ends_and_never_turns_back(one, other, first, last):
    schedule = SLOW | {"from": first, "to": last}
    earlier, later = sorted(NOW + timedelta(days=days) for days in (one, other))
    shares = coverage_at(schedule, earlier), coverage_at(schedule, later)

    assert all(min(first, last) <= share <= max(first, last) for share in shares)
    assert shares[0] == shares[1] or (shares[0] < shares[1]) == (first < last)


def test_a_document_for_evaluators_has_the_coverage_of_now_in_place_of_the_schedule():
    rules = [{"force": True, "schedule": SLOW}, {"force": False}]
    halfway = datetime(2026, 12, 3, tzinfo=UTC)

    assert document_at({"defaultValue": 0, "rules": rules}, halfway) == {
        "defaultValue": 0,
        "rules": [{"force": True, "coverage": 0.5}, {"force": False}],
    }

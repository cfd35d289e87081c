"""EXP-6: an experiment from its first exposure to its roll-out in steps, and back, without anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.events.names import EventName
from backend.analytics.experiments.count_memory import CountMemory
from backend.analytics.experiments.counting import Counting
from backend.analytics.experiments.decisions import Decisions
from backend.analytics.experiments.definition import (
    Allocation,
    Automation,
    ExperimentConfig,
    ExperimentStatus,
    ExperimentUnit,
    Guardrail,
    TestType,
    Variant,
)
from backend.analytics.experiments.families import ProductNames
from backend.analytics.experiments.result_service import ResultService
from backend.analytics.experiments.roll_out import step_phase
from backend.analytics.experiments.service import SCHEDULE, Editor, ExperimentService
from backend.analytics.experiments.statistics.verdict_input import VerdictKind
from backend.analytics.experiments.verdicts import VerdictStore
from backend.analytics.experiments.watch import ExperimentWatch
from backend.analytics.warehouse.service import Warehouse
from backend.audit.service import AuditLog
from backend.database import get_db_session
from backend.extensions import db
from backend.faults import Faults
from backend.jobs.attempt import Attempts
from backend.plugins import get
from tests.landing_rows import landing_row

START = datetime(2026, 11, 2, 14, tzinfo=UTC)
DAY = timedelta(days=1)
EDITOR = Editor("cli")
ARMS = Variant("today", "As it is", 0.5), Variant("plus", "Plus", 0.5)
CONFIG = ExperimentConfig(
    "Offer test", TestType.CUSTOM, "More ask for it.", ExperimentUnit.VISITOR, ARMS, "plan_visitors", seed="",
    guardrails=(Guardrail("result_visitors", 0.2),), automation=Automation(roll_out=True, roll_back=True),
)  # fmt: skip
NOTHING = dict.fromkeys(("visitor_id", "user_id", "country"), None)


class Time:
    """A clock that the test sets."""

    now = START

    def __call__(self):
        return self.now


@pytest.fixture
def time(app):
    with app.app_context():
        yield Time()


@pytest.fixture
def life(time):
    return ExperimentService(get_db_session(), get(AuditLog), get(ProductNames), Faults(), time)


@pytest.fixture
def verdicts(life):
    return VerdictStore(get_db_session())


@pytest.fixture
def decisions(life, verdicts, time):
    counting = Counting(get(Warehouse), DAY, CountMemory(lambda: 0.0))
    results = ResultService(life.get, counting, "America/New_York", time, verdicts.taken)
    return Decisions(life, results, verdicts, get_db_session(), Attempts(), time)


def started(life, config=CONFIG):
    return life.start(life.create(config, EDITOR).test_id, EDITOR)


def visits(experiment, phase, numbers, since, lasting, variant_of, pays, result):
    """Exposed one after the other; `pays` and `result` say of whom by variant and number within it."""
    rows, seen = [], dict.fromkeys((variant.key for variant in ARMS), 0)
    for place, number in enumerate(numbers):
        variant = variant_of(number)
        seen[variant] += 1
        at, visitor = since + lasting * place / len(numbers), f"visitor-{phase}-{number}"
        data = {"experiment": experiment.test_id, "phase": phase, "variant": variant, "unit": "visitor"}
        data |= {"unit_key": "visitor_id", "propensity": 0.5, "weights_version": 1}
        stream = {"session_id": "mingus-server-experiments", "visitor_id": visitor}
        rows.append(landing_row(**stream, event_type=EventName.EXPERIMENT_EXPOSED, timestamp=at, event_data=data))
        own = {"session_id": visitor, "visitor_id": visitor, "timestamp": at + timedelta(seconds=1)}
        if result(variant, seen[variant]):
            rows.append(landing_row(**own, event_type=EventName.ASSESSMENT_SUBMITTED))
        if pays(variant, seen[variant]):
            paid = {"price_cents": 900, "currency": "USD"}
            rows.append(landing_row(**own, event_type=EventName.UPGRADE_CLICKED, event_data=paid))
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.insert(AnalyticsEvent), [NOTHING | row for row in rows])


def two_weeks(experiment, *, plus=0.14, today=0.06):
    """2,400 visitors, of whom nine in ten see a result."""
    every = {"plus": round(1 / plus), "today": round(1 / today)}
    visits(
        experiment, 1, range(2_400), START, 14 * DAY, lambda number: ("today", "plus")[number % 2],
        lambda variant, n: n % every[variant] == 0, lambda _, n: n % 10 != 1,
    )  # fmt: skip


def test_a_winner_rolls_out_by_steps_until_a_guardrail_takes_it_back(life, decisions, verdicts, time):
    experiment = started(life)
    two_weeks(experiment)

    time.now = START + 3 * DAY
    assert decisions.look().deeds == ()  # not a whole week
    time.now = START + 14 * DAY
    assert decisions.look().deeds == (f"{experiment.test_id}: plus shipped to 10%",)
    kept = verdicts.of(experiment.test_id, 1)
    assert (kept.taken.verdict.kind, kept.taken.verdict.arm) == (VerdictKind.SHIP, "plus")
    assert kept.taken.units == {"today": 1_200, "plus": 1_200}
    assert life.get(experiment.test_id).status is ExperimentStatus.STOPPED

    time.now += DAY - timedelta(seconds=1)
    assert decisions.look().deeds == ()
    time.now += timedelta(seconds=1)
    assert decisions.look().deeds == (f"{experiment.test_id}: plus shipped to 25%",)

    step = life.get(experiment.test_id)
    visits(
        step, step_phase(step), range(800), time.now, DAY / 2, lambda number: "plus" if number % 4 == 0 else "today",
        lambda *_: False, lambda variant, n: n % 20 != 0 if variant == "today" else n % 2 == 0,
    )  # fmt: skip
    time.now += DAY / 2
    assert decisions.look().deeds == (f"{experiment.test_id}: plus rolled back",)
    back = life.get(experiment.test_id)
    assert (back.shipped, back.shipped_share) == ("plus", 0.0)
    [last, *_] = life.history(experiment.test_id)
    assert (last.who, last.why) == (
        SCHEDULE.name,
        "result_visitors got worse by more than 20% among the 25% who saw it",
    )
    assert decisions.look() == decisions.look()
    assert decisions.look().looked_at == 0


def test_a_verdict_that_was_taken_stays_with_the_data_it_was_taken_on(life, decisions, verdicts, time):
    experiment = started(life, replace(CONFIG, automation=Automation()))
    two_weeks(experiment)
    time.now = START + 8 * DAY
    decisions.look()
    first = verdicts.of(experiment.test_id, 1)
    time.now = START + 14 * DAY
    decisions.look()
    later = verdicts.of(experiment.test_id, 1)

    assert first.taken == later.taken
    assert first.taken.until <= START + 8 * DAY
    assert (first.looked_at, later.looked_at) == (START + 8 * DAY, START + 14 * DAY)
    assert later.smallest_p["plus"] <= first.smallest_p["plus"] < 0.05
    assert life.get(experiment.test_id).status is ExperimentStatus.RUNNING


def test_what_harms_is_stopped_where_that_was_asked_for(life, decisions, time):
    experiment = started(life)
    two_weeks(experiment, plus=0.05, today=0.17)
    time.now = START + 14 * DAY

    assert decisions.look().deeds == (f"{experiment.test_id}: stopped",)
    assert life.get(experiment.test_id).shipped is None


def test_a_bandit_gives_more_to_what_does_better_once_a_day_after_its_first_week(life, decisions, time):
    experiment = started(life, replace(CONFIG, allocation=Allocation.THOMPSON, automation=Automation()))
    two_weeks(experiment)
    time.now = START + 6 * DAY
    assert decisions.look().deeds == ()
    time.now = START + 10 * DAY
    assert decisions.look().deeds == (f"{experiment.test_id}: re-weighted",)
    time.now += timedelta(hours=23)
    assert decisions.look().deeds == ()

    weights = life.get(experiment.test_id).weights
    assert weights["plus"] > 0.95
    assert sum(weights.values()) == pytest.approx(1, abs=1e-12)


def test_what_cannot_be_counted_holds_up_no_other(life, decisions, time):
    broken, sound = started(life), started(life, replace(CONFIG, name="Second", primary="revenue"))
    db.session.execute(
        sa.text("UPDATE ab_tests SET config = replace(config, 'plan_visitors', 'gone') WHERE test_id = :id"),
        {"id": broken.test_id},
    )
    db.session.commit()
    time.now = START + DAY

    looks = decisions.look()

    assert (looks.looked_at, looks.failed) == (2, 1)
    assert VerdictStore(get_db_session()).of(sound.test_id, 1).looked_at == time.now


def test_ops_see_which_experiments_cannot_be_trusted(life, decisions, time):
    experiment = started(life)
    visits(
        experiment, 1, range(1_000), START, DAY, lambda number: "plus" if number % 10 else "today",
        lambda *_: False, lambda *_: True,
    )  # fmt: skip
    watch = ExperimentWatch(get_db_session())
    assert [each.is_healthy for each in watch.running()] == [True]
    time.now = START + DAY
    decisions.look()

    assert [(each.name, each.is_healthy) for each in watch.running()] == [("Offer test", False)]
    assert watch.figures(time.now + timedelta(hours=1)) == {
        "experiments_running": 1,
        "experiments_unhealthy": 1,
        "experiments_look_age_seconds": 3_600,
    }

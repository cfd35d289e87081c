"""EXP-1: the life of experiments and flags, each change one transaction with who and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from backend.analytics.experiments.conflict import ExperimentConflict
from backend.analytics.experiments.definition import (
    Allocation,
    Automation,
    ExperimentConfig,
    ExperimentSchedule,
    ExperimentStatus,
    ExperimentUnit,
    TestType,
    Variant,
)
from backend.analytics.experiments.families import ProductNames
from backend.analytics.experiments.flag import FlagDefinition
from backend.analytics.experiments.flags import FlagService
from backend.analytics.experiments.holdouts import HoldoutDefinition, HoldoutService
from backend.analytics.experiments.kill_file import KillFile, in_effect
from backend.analytics.experiments.models import AbWeightPeriod
from backend.analytics.experiments.schedules import ExperimentSchedules
from backend.analytics.experiments.service import SCHEDULE, Editor, ExperimentService
from backend.analytics.experiments.store import HistoryStore
from backend.audit.models import AuditEntry
from backend.audit.service import AuditLog
from backend.database import get_db_session
from backend.errors import InvalidRequest, NotFound
from backend.extensions import db
from backend.faults import Faults
from backend.plugins import get
from tests.conftest import ON_SQLITE

START = datetime(2026, 12, 1, 12, tzinfo=UTC)
EDITOR = Editor("account:editor")
ARMS = Variant("control", "As it is", 0.5), Variant("new", "New", 0.5, {"any": 1})
CONFIG = ExperimentConfig(
    "Price test", TestType.CUSTOM, "It helps.", ExperimentUnit.USER, ARMS, primary="conversion_rate", seed=""
)


class Time:
    """A clock that the test sets."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def time(any_app):
    with any_app.app_context():
        yield Time()


@pytest.fixture
def life(time):
    return ExperimentService(get_db_session(), get(AuditLog), get(ProductNames), Faults(), time)


@pytest.fixture
def flags(time):
    return FlagService(get_db_session(), get(AuditLog), get(KillFile), Faults(), time)


@pytest.fixture
def holdouts(time):
    return HoldoutService(get_db_session(), get(AuditLog), time)


def version():
    return HistoryStore(get_db_session()).version()


def codes(refused):
    return {(error.field, error.code) for error in refused.value.errors}


def test_an_experiment_goes_from_draft_to_archive_and_says_who_and_why(life, time):
    test_id = life.create(CONFIG, EDITOR, "Sales asked").test_id
    for step in (life.start, life.pause, life.resume, life.stop, life.archive):
        time.now += timedelta(days=1)
        step(test_id, EDITOR, f"{step.__name__}, please")
    ended, history = life.get(test_id), life.history(test_id)

    assert (ended.status, ended.phase) == (ExperimentStatus.ARCHIVED, 1)
    assert (ended.started_at, ended.stopped_at) == (START + timedelta(days=1), START + timedelta(days=4))
    assert [entry.deed for entry in reversed(history)] == [
        "created", "started", "paused", "resumed", "stopped", "archived",
    ]  # fmt: skip
    assert {entry.who for entry in history} == {"account:editor"}
    assert (history[-1].why, history[0].why) == ("Sales asked", "archive, please")
    assert (history[-2].before["status"], history[-2].after["status"]) == ("draft", "running")
    audited = db.session.scalars(select(AuditEntry.action).where(AuditEntry.object == f"experiment:{test_id}"))
    assert len(list(audited)) == len(history)


ALLOWED = {
    "draft": {"start", "archive"},
    "running": {"pause", "stop"},
    "paused": {"resume", "stop"},
    "stopped": {"archive"},
    "archived": set(),
}
WAY = {"draft": (), "running": ("start",), "paused": ("start", "pause"), "stopped": ("start", "stop")} | {
    "archived": ("archive",)
}


@ON_SQLITE
@pytest.mark.parametrize("status", [*ALLOWED])
def test_each_state_allows_its_own_steps_and_refuses_all_others(life, status):
    test_id = life.create(CONFIG, EDITOR).test_id
    for step in WAY[status]:
        getattr(life, step)(test_id, EDITOR)
    db.session.commit()
    before = version()

    for step in {"start", "pause", "resume", "stop", "archive"} - ALLOWED[status]:
        with pytest.raises(ExperimentConflict, match=status):
            getattr(life, step)(test_id, EDITOR)
        db.session.rollback()
    assert (life.get(test_id).status, version()) == (status, before)


@ON_SQLITE
def test_only_a_draft_is_redesigned_and_never_its_unit_or_seed(life):
    draft = life.create(CONFIG, EDITOR)
    changed = life.update(draft.test_id, replace(CONFIG, name="Other", seed="mine"), EDITOR)
    with pytest.raises(ExperimentConflict) as refused:
        life.update(draft.test_id, replace(CONFIG, unit=ExperimentUnit.SESSION, type=TestType.PERSONALIZATION), EDITOR)
    db.session.rollback()
    life.start(draft.test_id, EDITOR)

    assert (changed.config.name, changed.config.seed) == ("Other", draft.config.seed)
    assert codes(refused) == {("unit", "fixed"), ("type", "fixed")}
    with pytest.raises(ExperimentConflict, match="running"):
        life.update(draft.test_id, CONFIG, EDITOR)


@ON_SQLITE
def test_a_copy_is_a_draft_with_buckets_of_its_own(life):
    first = life.create(replace(CONFIG, schedule=ExperimentSchedule(START, START + timedelta(days=9))), EDITOR)
    copy = life.copy(first.test_id, EDITOR)

    assert copy.status is ExperimentStatus.DRAFT
    assert copy.config.seed != first.config.seed
    assert replace(copy.config, seed="") == replace(CONFIG, seed="")
    assert copy.test_id != first.test_id


def test_new_weights_begin_a_period_and_leave_those_before(life, time):
    test_id = life.create(CONFIG, EDITOR).test_id
    life.start(test_id, EDITOR)
    time.now += timedelta(hours=1)
    life.reweight(test_id, {"control": 0.2, "new": 0.8}, None, EDITOR, "It looks fine")
    same = life.reweight(test_id, {"control": 0.2, "new": 0.8}, 1.0, EDITOR, "Again")

    assert [(p.version, p.weights["new"], p.traffic) for p in same.periods] == [(1, 0.5, 1.0), (2, 0.8, 1.0)]
    assert same.config.variants == ARMS
    assert life.history(test_id)[0].before["weights"] == {"control": 0.5, "new": 0.5}


@ON_SQLITE
@pytest.mark.parametrize(
    ("weights", "traffic", "fields"),
    [
        ({"control": 0.5, "new": 0.6}, None, {"weights"}),
        ({"control": 1.0, "new": 0.0}, None, {"weights"}),
        ({"control": 0.0, "new": 1.0}, None, {"weights.control", "weights"}),
        ({"control": 0.5, "old": 0.5}, 0.0, {"weights.old", "weights.new", "traffic"}),
        ({"control": 0.5, "new": float("nan")}, 2.0, {"weights.new", "weights", "traffic"}),
    ],
)
def test_weights_that_cannot_be_are_refused_with_every_reason(life, weights, traffic, fields):
    test_id = life.create(CONFIG, EDITOR).test_id
    life.start(test_id, EDITOR)

    with pytest.raises(InvalidRequest) as refused:
        life.reweight(test_id, weights, traffic, EDITOR, "Why not")
    assert {error.field for error in refused.value.errors} == fields


@ON_SQLITE
def test_the_weights_of_a_bandit_are_moved_by_the_schedule_alone(life):
    test_id = life.create(replace(CONFIG, allocation=Allocation.THOMPSON), EDITOR).test_id
    life.start(test_id, EDITOR)
    moved = {"control": 0.4, "new": 0.6}

    with pytest.raises(ExperimentConflict, match="follow what was seen"):
        life.reweight(test_id, moved, None, EDITOR, "By hand")
    db.session.rollback()
    assert life.reweight(test_id, moved, None, SCHEDULE, "Seen").weights == moved
    assert life.reweight(test_id, None, 0.5, EDITOR, "Less of it").periods[-1].traffic == 0.5


def offers(name):
    payloads = [{"weighting": "equal_kinds"}, {"weighting": "tasks_twice"}]
    arms = tuple(replace(arm, payload=payload) for arm, payload in zip(ARMS, payloads, strict=True))
    return replace(CONFIG, name=name, type=TestType.RISK_ALGORITHM, variants=arms)


@ON_SQLITE
def test_two_experiments_never_change_the_same_part_of_the_product_at_once(life):
    first, second = (life.create(offers(name), EDITOR).test_id for name in ("One", "Two"))
    life.start(first, EDITOR)
    with pytest.raises(ExperimentConflict) as rival:
        life.start(second, EDITOR)
    db.session.rollback()
    life.ship(first, "new", 1.0, EDITOR, "It won")
    with pytest.raises(ExperimentConflict) as shipped:
        life.start(second, EDITOR)
    db.session.rollback()

    assert (codes(rival), codes(shipped)) == ({("type", "rival")}, {("type", "shipped")})


def test_a_follow_up_takes_over_from_the_winner_that_it_follows(life):
    first = life.create(offers("One"), EDITOR).test_id
    life.start(first, EDITOR)
    life.ship(first, "new", 1.0, EDITOR, "It won")
    with pytest.raises(ExperimentConflict, match="still shown"):
        life.archive(first, EDITOR)
    db.session.rollback()
    second = life.create(offers("Two"), EDITOR, follows=first).test_id
    life.start(second, EDITOR)

    assert (life.get(first).shipped, life.get(first).shipped_share) == (None, 0.0)
    assert (life.get(second).follows, life.get(second).status) == (first, "running")
    assert next(entry.deed for entry in life.history(first)) == "handed_over"


@ON_SQLITE
def test_a_variant_is_shipped_in_steps_and_taken_back(life, time):
    test_id = life.create(CONFIG, EDITOR).test_id
    life.start(test_id, EDITOR)
    time.now += timedelta(days=8)
    life.ship(test_id, "new", 0.1, EDITOR, "First step")
    time.now += timedelta(days=1)
    back = life.ship(test_id, "new", 0, EDITOR, "It harmed")

    assert (back.status, back.stopped_at) == ("stopped", START + timedelta(days=8))
    assert (back.shipped, back.shipped_share) == ("new", 0)
    with pytest.raises(InvalidRequest) as refused:
        life.ship(test_id, "nobody", 1.5, EDITOR, "x")
    assert {error.field for error in refused.value.errors} == {"variant", "share"}


@ON_SQLITE
def test_automation_can_be_changed_while_it_runs(life):
    test_id = life.create(CONFIG, EDITOR).test_id
    life.start(test_id, EDITOR)

    assert life.automate(test_id, Automation(roll_back=True), EDITOR, "Safer").config.automation.roll_back


def test_the_schedule_starts_and_stops_by_both_instants_however_late_it_looks(life, time):
    dates = ExperimentSchedule(START + timedelta(days=1), START + timedelta(days=15))
    test_id = life.create(replace(CONFIG, schedule=dates), EDITOR).test_id
    never = life.create(CONFIG, EDITOR).test_id
    look = ExperimentSchedules(life, get_db_session(), time).look

    assert (look(), life.get(test_id).status) == (0, "draft")
    time.now = START + timedelta(days=1, minutes=3)
    assert (look(), look(), life.get(test_id).status) == (1, 0, "running")
    time.now = START + timedelta(days=16)
    assert (look(), look()) == (1, 0)
    ended = life.get(test_id)
    assert (ended.status, ended.stopped_at) == ("stopped", dates.ends_at)
    assert life.history(test_id)[0].who == "schedule"
    assert life.get(never).status == "draft"


@ON_SQLITE
def test_a_draft_whose_time_is_over_is_never_started(life, time):
    dates = ExperimentSchedule(START + timedelta(days=1), START + timedelta(days=15))
    test_id = life.create(replace(CONFIG, schedule=dates), EDITOR).test_id
    time.now = START + timedelta(days=20)

    assert ExperimentSchedules(life, get_db_session(), time).look() == 0
    with pytest.raises(ExperimentConflict, match="past"):
        life.start(test_id, EDITOR)


@ON_SQLITE
def test_a_start_that_is_refused_leaves_the_others_to_start(life, time):
    dated = ExperimentSchedule(START + timedelta(days=1), None)
    rivals = [life.create(replace(offers(name), schedule=dated), EDITOR).test_id for name in ("One", "Two")]
    time.now += timedelta(days=2)

    assert ExperimentSchedules(life, get_db_session(), time).look() == 1
    assert sorted(life.get(test_id).status for test_id in rivals) == ["draft", "running"]


def test_every_change_moves_the_version_once(life, flags, holdouts):
    steps = [version()]
    test_id = life.create(CONFIG, EDITOR).test_id
    for change in (
        lambda: life.start(test_id, EDITOR),
        lambda: life.reweight(test_id, None, 0.5, EDITOR, "Less"),
        lambda: life.stop(test_id, EDITOR),
        lambda: flags.add("beta", FlagDefinition("", {"defaultValue": False}), EDITOR),
        lambda: flags.kill("beta", EDITOR),
        lambda: flags.delete("beta", EDITOR),
        lambda: holdouts.add(HoldoutDefinition("half", 0.1, ()), EDITOR),
    ):
        steps.append(version())
        change()
    steps.append(version())

    assert steps == [*range(9)]


@ON_SQLITE
def test_an_unknown_experiment_is_not_found(life):
    for ask in (life.get, life.history, lambda test_id: life.start(test_id, EDITOR)):
        with pytest.raises(NotFound):
            ask("nothing")


def test_a_start_writes_one_period_of_its_phase(life):
    test_id = life.create(CONFIG, EDITOR).test_id
    life.start(test_id, EDITOR)

    periods = select(func.count()).select_from(AbWeightPeriod).where(AbWeightPeriod.test_id == test_id)
    assert db.session.scalar(periods) == 1


@ON_SQLITE
def test_a_flag_killed_in_the_database_is_killed_on_this_host_for_processes_that_have_not_read_it_yet(flags):
    switches = get(KillFile).switches
    flags.add("beta", FlagDefinition("", {"defaultValue": False}), EDITOR)
    flags.kill("beta", EDITOR)
    killed = switches()
    flags.kill("beta", EDITOR)

    assert [in_effect(killed, known) for known in (version() - 1, version())] == [{"flag:beta"}, set()]
    assert switches() == killed
    get(KillFile).kill("flag:beta")
    flags.revive("beta", EDITOR)
    assert switches() == {"flag:beta"}

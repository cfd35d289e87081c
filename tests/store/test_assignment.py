"""A unit's variant stays, and each exposure is one row and one event. EXP-2"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.analytics.events.event import Sender
from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.events.service import EventTracker
from backend.analytics.experiments.assignment import Assigner
from backend.analytics.experiments.configuration import Configuration
from backend.analytics.experiments.definition import ExperimentSchedule, ExperimentStatus, ExperimentUnit
from backend.analytics.experiments.exposures import Exposures
from backend.analytics.experiments.models import AbAssignment, Holdout
from backend.analytics.experiments.placing import AssignmentReason
from backend.analytics.experiments.units import UnitIds, Viewer
from backend.clock import utc_now
from backend.database import get_db_session
from backend.errors import NotFound
from backend.extensions import db
from backend.faults import Faults
from backend.plugins import get
from tests.conftest import ON_SQLITE
from tests.experiments import STARTED, bump, reweigh, run, set_status

SESSION = Viewer(UnitIds(session="s-1"))


@pytest.fixture
def session(any_app):
    with any_app.app_context():
        yield get_db_session()


def ask(viewer=SESSION, test_id="price", attributes=None, **given):
    """As a process that has just looked."""
    get(Configuration)._looked_at = float("-inf")
    return get(Assigner).variant(test_id, viewer, attributes or {}, **given)


def asked_at(now, session):
    exposures = Exposures(session, nullcontext, get(EventTracker), Faults(), utc_now)
    return Assigner(get(Configuration), exposures, session, lambda: now).variant("price", SESSION, {})


def rows(session):
    found = session.scalars(sa.select(AbAssignment).order_by(AbAssignment.id)).all()
    return [(row.test_id, row.unit, row.unit_id, row.variant) for row in found]


def events(session):
    return session.scalars(sa.select(AnalyticsEvent).order_by(AnalyticsEvent.id)).all()


def shown(session):
    return [event.event_data["variant"] for event in events(session)]


def test_a_unit_asked_about_again_has_one_row_and_one_event(session):
    run(session)

    first, again = ask(), ask()

    assert first == again
    assert first.is_exposed
    assert rows(session) == [("price", "session", "s-1", first.variant.key)]
    [event] = events(session)
    assert (event.event_type, event.session_id) == ("experiment_exposed", "mingus-server-experiments")
    assert (event.visitor_id, event.user_id) == ("s-1", None)
    assert event.event_data == {
        "experiment": "price", "phase": 1, "variant": first.variant.key, "unit": "session", "unit_key": "visitor_id",
        "propensity": 0.5, "weights_version": 1,
    }  # fmt: skip


def test_many_requests_at_once_for_one_unit_store_one_exposure(any_app, session):
    run(session)
    variants = []

    def one():
        with any_app.app_context():
            variants.append(get(Assigner).variant("price", SESSION, {}).variant.key)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(variants) == 8
    assert len(set(variants)) == 1
    assert len(rows(session)) == len(events(session)) == 1


def test_weights_changed_while_running_move_nobody_who_was_exposed(session):
    run(session)
    units = [Viewer(UnitIds(session=f"s-{number}")) for number in range(20)]
    before = [ask(unit).variant.key for unit in units]
    reweigh(session, "price", {"a": 0.0, "b": 1.0})

    assert set(before) == {"a", "b"}
    assert [ask(unit).variant.key for unit in units] == before
    assert {ask(Viewer(UnitIds(session=f"new-{number}"))).variant.key for number in range(20)} == {"b"}
    assert {event.event_data["weights_version"] for event in events(session)} == {1, 2}


def test_a_member_sees_what_the_account_has_and_the_visitors_own_after_signing_out(session):
    """A, B, A: three exposures, since each is what the visitor saw last."""
    run(session, unit=ExperimentUnit.VISITOR)
    by_variant = {}
    for number in range(40):
        by_variant.setdefault(ask(Viewer(UnitIds(visitor=f"v-{number}"))).variant.key, f"v-{number}")
    ask(Viewer(UnitIds("u-1", by_variant["b"])))
    browser, before = by_variant["a"], len(events(session))

    signed_in = ask(Viewer(UnitIds("u-1", browser)))
    signed_out = ask(Viewer(UnitIds(visitor=browser)))

    assert (signed_in.variant.key, signed_out.variant.key) == ("b", "a")
    assert ask(Viewer(UnitIds(visitor=browser))) == signed_out
    assert shown(session)[before:] == ["b", "a"]
    assert [event.user_id for event in events(session)[before:]] == ["u-1", None]


def test_what_a_visitor_has_becomes_what_the_account_has(session):
    run(session, unit=ExperimentUnit.VISITOR)
    alone = ask(Viewer(UnitIds(visitor="v-1")))

    assert ask(Viewer(UnitIds("u-1", "v-1"))).variant == alone.variant
    others = {ask(Viewer(UnitIds("u-1", f"other-{number}"))).variant.key for number in range(10)}
    assert others == {alone.variant.key}


def test_a_holdout_unit_sees_control_and_counts_in_no_experiment(session):
    run(session)
    session.add(Holdout(name="winter", share=1.0, test_ids={"tests": ["price"]}, created_at=STARTED))
    bump(session)

    answers = [ask(), ask()]

    assert {(answer.variant.key, answer.reason, answer.is_exposed) for answer in answers} == {
        ("a", AssignmentReason.HOLDOUT, False)
    }
    [event] = events(session)
    assert event.event_type == "holdout_exposed"
    assert event.event_data == {"holdout": "winter", "unit": "session", "unit_key": "visitor_id"}


def test_a_forced_variant_is_marked_and_never_an_exposure(session):
    run(session)

    answers = [ask(replace(SESSION, forced={"price": "b"})) for _ in range(2)]

    assert {(answer.variant.key, answer.is_forced, answer.is_exposed) for answer in answers} == {("b", True, False)}
    [event] = events(session)
    assert event.event_data["forced"] is True


@ON_SQLITE
def test_nobody_comes_in_after_the_end_though_the_schedule_has_not_looked_yet(session):
    run(session, schedule=ExperimentSchedule(ends_at=STARTED + timedelta(days=7)))
    before, after = (STARTED + timedelta(days=7, seconds=off) for off in (-1, 0))

    seen = [asked_at(before, session), asked_at(after, session)]

    assert [answer.reason for answer in seen] == [AssignmentReason.ASSIGNED, AssignmentReason.STOPPED]
    assert (seen[1].variant, len(events(session))) == (None, 1)


def test_an_exposure_after_the_stop_is_marked(session):
    """A process that has not looked since assigns for up to a second longer."""
    run(session)
    stale = get(Configuration)
    stale.current()
    set_status(session, "price", ExperimentStatus.STOPPED)
    stale._looked_at = float("inf")

    assert get(Assigner).variant("price", SESSION, {}).is_exposed
    assert events(session)[0].event_data["after_stop"] is True


@ON_SQLITE
@pytest.mark.parametrize(
    ("viewer", "reason"),
    [
        (replace(SESSION, is_tracked=False), AssignmentReason.NOT_TRACKED),
        (replace(SESSION, sender=Sender(is_bot=True)), AssignmentReason.ROBOT),
        (Viewer(UnitIds()), AssignmentReason.NO_UNIT),
    ],
)
def test_who_is_in_no_experiment_is_told_why_and_leaves_nothing(session, viewer, reason):
    run(session)

    answer = ask(viewer)

    assert (answer.variant, answer.reason) == (None, reason)
    assert rows(session) == [] == events(session)


@ON_SQLITE
def test_a_look_without_showing_leaves_nothing(session):
    run(session)

    assert ask(peek=True).variant == ask(replace(SESSION, is_shown=False)).variant is not None
    assert rows(session) == [] == events(session)


@ON_SQLITE
def test_targeting_traffic_and_namespaces_leave_others_out(session):
    run(session, "targeted", targeting={"country": "US"})
    run(session, "little", traffic=0.0)

    assert ask(test_id="targeted", attributes={"country": "IN"}).reason is AssignmentReason.NOT_TARGETED
    assert ask(test_id="targeted", attributes={"country": "US"}).variant
    assert ask(test_id="little").reason is AssignmentReason.OUTSIDE_TRAFFIC
    with pytest.raises(NotFound):
        ask(test_id="unknown")


@ON_SQLITE
def test_a_step_of_a_roll_out_counts_under_a_phase_of_its_own_and_its_end_counts_nobody(session):
    run(session, "step", ExperimentStatus.STOPPED, shipped="b", shipped_share=0.25)
    run(session, "all", ExperimentStatus.STOPPED, shipped="b", shipped_share=1.0)

    assert [ask(test_id=name).is_exposed for name in ("step", "step", "all")] == [True, True, False]
    assert ask(replace(SESSION, is_tracked=False), "all").variant.key == "b"
    [event] = events(session)
    assert (event.event_data["experiment"], event.event_data["phase"]) == ("step", -12)


@ON_SQLITE
def test_without_the_database_a_unit_still_gets_its_variant_and_does_not_count(session):
    run(session)
    expected = ask(peek=True).variant
    session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE ab_assignments RENAME TO away"))

    answer = ask()

    assert (answer.variant, answer.is_exposed) == (expected, False)


@pytest.mark.parametrize("point", ["exposure.assigned", "exposure.landed", "exposure.committed"])
def test_killed_at_any_point_and_asked_again_leaves_one_row_and_one_event(any_app, session, point):
    run(session)
    session.rollback()

    if (child := os.fork()) == 0:
        db.engine.dispose(close=False)
        tracker, configuration = get(EventTracker), get(Configuration)
        exposures = Exposures(session, nullcontext, tracker, Faults(point), utc_now)
        Assigner(configuration, exposures, session, utc_now).variant("price", SESSION, {})
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

    assert ask().is_exposed
    assert len(rows(session)) == len(events(session)) == 1

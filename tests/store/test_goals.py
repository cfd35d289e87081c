"""DASH-9: goals are the team's, keep their versions, and record each period that is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from backend.accounts.permissions import Role
from backend.analytics.goals import service
from backend.analytics.goals.goal import Direction, GoalPeriod, Target
from backend.analytics.goals.judgement import Status
from backend.analytics.goals.service import Editor, Goals
from backend.analytics.goals.standing import GoalStandings
from backend.analytics.goals.store import GoalStore
from backend.analytics.metrics.catalogue.query import Filter, Operator
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.warehouse.service import Warehouse
from backend.audit.models import AuditEntry
from backend.database import get_db_session
from backend.errors import InvalidRequest, NotFound
from backend.extensions import db
from backend.plugins import get
from backend.row_security import act_for
from tests.accounts import make_account
from tests.landing_rows import store

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
TARGET = Target("sessions", 2, GoalPeriod.WEEK, Direction.AT_LEAST, date(2026, 11, 4))


@pytest.fixture
def people(any_app):
    return make_account(any_app).id, make_account(any_app, Role.ADMIN).id


@pytest.fixture
def goals(any_app, people):
    """As the first of two people's requests have them."""
    with any_app.test_request_context():
        act_for(get_db_session(), people[0])
        yield get(Goals)


def editor(account_id, *, is_admin=False):
    act_for(get_db_session(), account_id)
    return Editor(account_id, "account:a", is_admin)


def standings(now=NOW):
    session = get_db_session()
    return GoalStandings(
        GoalStore(session), session, get(CatalogueService), get(Warehouse).first_day, lambda: now, "UTC"
    )


def test_a_goal_comes_back_with_every_version(goals, people):
    filtered = replace(TARGET, filters=(Filter("source", Operator.IN, ("mail",)),))
    goal = goals.add(editor(people[0]), filtered)
    changed = goals.change(editor(people[0]), goal.id, lambda target: replace(target, value=5))

    assert goals.all(people[0]) == (changed,)
    assert [version.target for version in changed.versions] == [filtered, replace(filtered, value=5)]
    assert goals.get(people[1], goal.id).mine is False


def test_its_owner_and_admins_change_a_goal_and_the_audit_log_remembers(goals, people):
    goal = goals.add(editor(people[0]), TARGET)
    with pytest.raises(NotFound):
        goals.change(editor(people[1]), goal.id, lambda target: target)

    goals.change(editor(people[1], is_admin=True), goal.id, lambda target: replace(target, value=9))
    goals.end(editor(people[0]), goal.id)

    assert [version.mine for version in goals.get(people[0], goal.id).versions] == [True, False]
    assert goals.active(people[0]) == ()
    deeds = get_db_session().scalars(select(AuditEntry.action).where(AuditEntry.object == f"goal:{goal.id}"))
    assert sorted(deeds) == ["goal.added", "goal.changed", "goal.ended"]


def test_the_team_has_as_many_goals_as_fit_on_a_page(goals, people, monkeypatch):
    monkeypatch.setattr(service, "MOST_ACTIVE", 1)
    goal = goals.add(editor(people[0]), TARGET)

    with pytest.raises(InvalidRequest, match="The team already has 1 goals"):
        goals.add(editor(people[1]), TARGET)
    goals.end(editor(people[0]), goal.id)
    goals.add(editor(people[1]), TARGET)


def test_a_period_is_recorded_once_it_has_settled_and_stays_as_it_was(goals, people):
    for day, session in ((3, "a"), (10, "b"), (10, "c")):
        store(db.engine, 1, timestamp=datetime(2026, 11, day, 9, tzinfo=UTC), session_id=session)
    goal = goals.add(editor(people[0]), TARGET)

    assert standings(datetime(2026, 11, 16, 1, tzinfo=UTC)).close() == 1  # the second week still settles
    assert [standings().close(), standings().close()] == [1, 0]
    changed = goals.change(editor(people[0]), goal.id, lambda target: replace(target, value=50, starts_on=NOW.date()))

    history = standings(NOW + timedelta(days=7)).history(changed)
    rows = [(row.first_day.day, row.value, row.target.value, row.status, row.recorded) for row in history]
    assert rows == [
        (16, 0, 50, Status.MISSED, False),
        (9, 2, 2, Status.MET, True),
        (2, 1, 2, Status.MISSED, True),
    ]


def test_a_goal_is_counted_in_the_period_that_is_now(goals, people):
    for number in range(12):
        store(db.engine, 1, timestamp=datetime(2026, 11, 17, 9, tzinfo=UTC), session_id=f"s{number}")
    few, many = (goals.add(editor(people[0]), replace(TARGET, value=value)) for value in (10, 12_000))

    first, second = standings().of([few, many])

    assert (first.counted.value, first.judgement.status, second.judgement.status) == (12, Status.MET, Status.BEHIND)
    assert (first.period.first_day, first.period.last_day) == (date(2026, 11, 16), date(2026, 11, 22))

"""PERF-4: when the database is lost, whoever is on call is told once without it, and again when it is back."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.database_watch import DatabaseWatch
from backend.accounts.permissions import Role
from backend.analytics.monitoring.alerts.alert import AlertState
from backend.analytics.monitoring.alerts.notifier import ChangeKind
from backend.analytics.monitoring.alerts.service import AlertService, NewSilence
from backend.analytics.monitoring.channels.models import StoredDelivery
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.readings import Family, Readings
from backend.clock import utc_now
from backend.extensions import db
from backend.plugins import KEY, get
from tests.accounts import make_account
from tests.conftest import ON_SQLITE, as_role, close, make_app, make_settings, of_postgresql

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Leading:
    """A leader, or none."""

    def __init__(self, fence=1):
        self.fence = fence


class Site:
    """An app whose database can be broken, a watch over it, and the emails that left."""

    def __init__(self, app, outbox, fence=1):
        self.app, self.outbox, self.now = app, outbox, utc_now()
        self.watch = DatabaseWatch(app, Leading(fence), lambda: self.now)

    def look(self, later):
        self.now += later
        self.watch.look()
        return len(self.emails())

    def emails(self):
        return [path for path in self.outbox.rglob("*.eml") if "database" in path.read_text()]

    def rename(self, before, after):
        """Without its table of migrations the database answers no look."""
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE {before} RENAME TO {after}"))

    def lose(self):
        self.rename("alembic_version", "mislaid")

    def find(self):
        self.rename("mislaid", "alembic_version")


@pytest.fixture
def site(any_app, instance):
    make_account(any_app, Role.OPS)
    site = Site(any_app, instance / "outbox")
    site.look(SECOND)
    yield site
    site.watch.stop()


@ON_SQLITE
def test_a_loss_is_told_once_and_its_end_too(site):
    answered = site.now
    site.lose()
    assert [site.look(10 * SECOND) for _ in range(3)] == [0, 0, 0]
    assert [site.look(10 * SECOND) for _ in range(6)] == [1] * 6
    [email] = site.emails()
    assert "The database" in email.read_text()

    with site.app.app_context():
        [arrived] = [one for one in site.app.extensions[KEY].build(Readings).drain() if one.family is Family.ALERT]
    assert (arrived.name, arrived.outcome) == ("email", "ok")
    assert 0 <= arrived.value < 120

    site.find()
    for _ in range(8):
        site.look(10 * SECOND)

    with site.app.app_context():
        [alert] = get(AlertService).all([AlertState.RESOLVED]).alerts
        told = db.session.scalars(sa.select(StoredDelivery)).all()
    assert (alert.rule_id, alert.measured) == ("database-lost", "The database didn’t answer")
    assert alert.since > answered
    assert [(delivery.channel_id, delivery.kind) for delivery in told] == [("email", "resolved")]


def test_whoever_can_be_on_call_by_now_is_told_though_the_minute_is_not_over(any_app, site):
    newcomer = make_account(any_app, Role.ADMIN)
    site.look(5 * SECOND)

    with any_app.app_context():
        site.watch._prepared.attempts[ChangeKind.OPENED]["email"]()
    assert sum(f"To: {newcomer.email}" in path.read_text() for path in site.emails()) == 1
    assert len(site.emails()) == 2


@ON_SQLITE
def test_a_moment_without_an_answer_wakes_nobody(site):
    site.lose()
    site.look(20 * SECOND)
    site.find()

    assert [site.look(10 * SECOND) for _ in range(12)] == [0] * 12


@ON_SQLITE
@pytest.mark.parametrize("quiet", ["silence", "off", "follower"])
def test_nobody_is_told_who_is_not_to_be(any_app, site, quiet):
    with any_app.app_context():
        if quiet == "silence":
            until = utc_now() + timedelta(hours=1)
            get(AlertService).silence("cli", NewSilence(None, None, until, "the database moves"))
        if quiet == "off":
            get(MonitoringControl).stop("cli")
    if quiet == "follower":
        site.watch = DatabaseWatch(any_app, Leading(None), lambda: site.now)
    site.look(MINUTE)
    site.lose()

    assert [site.look(10 * SECOND) for _ in range(12)] == [0] * 12


def test_a_database_that_hangs_does_not_answer(postgresql_url, tmp_path):
    app = make_app(make_settings(tmp_path, **of_postgresql(postgresql_url)))
    watch = DatabaseWatch(app, Leading(), patience=0.5)
    with app.app_context():
        assert watch._answers()
        owner = sa.create_engine(as_role("owner", postgresql_url))
        with owner.begin() as connection:
            connection.execute(sa.text("LOCK TABLE alembic_version"))
            assert not watch._answers()
            assert not watch._answers()
        for thread in [one for one in threading.enumerate() if one.name == "database-look"]:
            thread.join()
        assert watch._answers()
        owner.dispose()
    close(app)

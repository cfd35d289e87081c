"""Every route of the site with an address that leads somewhere, and who asks there."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

from backend.accounts.permissions import Role
from backend.analytics.annotations.service import Annotations
from backend.analytics.boards.board import NewBoard
from backend.analytics.boards.service import Boards
from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.analytics.experiments import service as experiments
from backend.analytics.experiments.definition import ExperimentConfig, ExperimentUnit, TestType, Variant
from backend.analytics.experiments.flag import FlagDefinition
from backend.analytics.experiments.flags import FlagService
from backend.analytics.experiments.holdouts import HoldoutDefinition, HoldoutService
from backend.analytics.goals.goal import Direction, GoalPeriod, Target
from backend.analytics.goals.service import Editor, Goals
from backend.analytics.monitoring.alerts.alert import AlertState
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.errors.buffer import Circumstances, ErrorBuffer
from backend.analytics.monitoring.errors.group import ErrorSource
from backend.analytics.monitoring.errors.service import ErrorService
from backend.analytics.monitoring.hosts import MonitoringHost
from backend.analytics.monitoring.incidents.incident import Component, Impact, NewIncident
from backend.analytics.monitoring.incidents.service import IncidentService
from backend.analytics.views.service import SavedViews
from backend.analytics.views.view import NewView, ViewKind
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import get
from backend.routes.access import access_of
from backend.tasks import alerts
from tests.accounts import make_account, signed_in
from tests.http.visiting import Visitor

QUESTIONS = {
    "calculator.search": "?q=nurse",
    "analytics.funnel.funnel_sessions": "?step=1",
    "analytics.variants.assign": "?session_id=walk&peek=true",
    "tables.table": "?measures=sessions",
    "filter_values.values": "?field=source",
}
# Parameters whose values are there in every installation.
STANDING = {
    "token": "t" * 43,
    "question": "place",
    "action": "pay",
    "deed": "archive",
    "_deed": "role",
    "tile": "00000000",
    "draft": "nothing",
    "key_id": "nobody00",
    "number": 1,
    "code": "29-1141",
    "slug": "registered-nurses",
    "group": "healthcare-practice",
    "section": "events",
    "filename": "css/tokens.css",
    "sheet": "public",
    "channel_id": "email",
    "rule_id": "cpu-high",
    "silence_id": 1,
    "client_key": "sdk-mingus",
}
# Pages of a mailed or printed link, which only its mail or terminal knows: without it there is nothing to see.
MAILED = re.compile(r"/(verify|invitation|reset|email|first-look|letters|shared)/<token>")


def assert_hardened(headers):
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for directive in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"):
        assert directive in policy


class Walk:
    """A site with a finished visitor, and an admin who is signed in."""

    def __init__(self, app):
        self.app = app
        self.visitor = Visitor(app.test_client())
        self.visitor.finish()
        self.account = make_account(app, Role.ADMIN)
        self.admin = signed_in(app.test_client(), self.account)
        with app.app_context():
            get(EventTracker).record([Event(uuid4(), "ai_calculator_opened", "walk", None, utc_now(), as_json({}))])
        [row] = self.admin.get("/api/analytics/dashboard/funnel/sessions?step=1").json["data"]
        self.ids = self.things()
        self.values = STANDING | {
            "link": self.visitor.result.rpartition("/")[2],
            "visit": row["visit"],
            "group_id": self.error_group(),
            "alert_id": self.alert(),
            "incident_id": self.incident(),
            **self.experiments(),
        }

    def things(self):
        """One of everything that an address names by its id, by the blueprint that shows it."""
        own = self.account
        with self.app.app_context():
            view = get(SavedViews).save(own.id, NewView("Walk", ViewKind.VIEW, "overview", {}))
            note = get(Annotations).add(own.id, utc_now(), "Walk")
            board = get(Boards).add(own.id, NewBoard("Walk", ()))
            target = Target("sessions", 2, GoalPeriod.WEEK, Direction.AT_LEAST, utc_now().date())
            goal = get(Goals).add(Editor(own.id, own.name), target)
        ids = {"views": view.public_id, "annotations": note.public_id, "boards": board.id, "goals": goal.id}
        pages = {"view_pages": "views", "annotation_pages": "annotations", "goal_pages": "goals"}
        pages |= {"board_pages": "boards", "board_editor": "boards"} | {f"analytics.{name}": name for name in ids}
        return {blueprint: ids[name] for blueprint, name in pages.items()}

    def experiments(self):
        """A running experiment, a flag, and a holdout."""
        editor, arms = experiments.Editor(f"account:{self.account.public_id}"), (Variant("a", "A", 0.5),)
        arms += (Variant("b", "B", 0.5),)
        unit, measure = ExperimentUnit.SESSION, "conversion_rate"
        draft = ExperimentConfig("Walk", TestType.CUSTOM, "We walk.", unit, arms, primary=measure, seed="")
        with self.app.app_context():
            test_id = get(experiments.ExperimentService).create(draft, editor).test_id
            get(experiments.ExperimentService).start(test_id, editor)
            get(FlagService).add("walk", FlagDefinition("", {"defaultValue": False}), editor)
            get(HoldoutService).add(HoldoutDefinition("walk", 0.1, ()), editor)
        return {"test_id": test_id, "key": "walk", "name": "walk"}

    def error_group(self):
        with self.app.app_context():
            get(ErrorBuffer).record(ValueError("walk"), Circumstances(ErrorSource.JOB, "walk"))
            get(ErrorBuffer).write(get(ErrorService).record)
            return get(ErrorService).groups()[0].id

    def incident(self):
        told = NewIncident("Walk", (Component.API,), Impact.DEGRADED, "We are walking.")
        with self.app.app_context():
            return get(IncidentService).begin(f"account:{self.account.public_id}", told).id

    def alert(self):
        """The alert about a host that was heard of a minute too long ago, as the schedule opens it."""
        with self.app.app_context():
            silent = utc_now() - timedelta(minutes=2)
            get_db_session().add(MonitoringHost(id="walk", fence=1, sampled_at=silent, figures={}))
            get_db_session().commit()
            alerts.evaluate()
            pending = get(AlertService).all([AlertState.PENDING]).alerts
            return next(alert.id for alert in pending if alert.rule_id == "host-lost")

    def rules(self, method):
        return [rule for rule in self.app.url_map.iter_rules() if method in rule.methods]

    def address(self, rule):
        named = self.values | {"public_id": self.ids.get(rule.endpoint.rpartition(".")[0], self.account.public_id)}
        values = {name: named[name] for name in rule.arguments}
        return self.app.url_map.bind("localhost").build(rule.endpoint, values) + QUESTIONS.get(rule.endpoint, "")

    def access(self, rule):
        return access_of(self.app.view_functions[rule.endpoint])

    def client(self, rule):
        """An admin where the rule demands a scope, else the visitor."""
        return self.visitor.client if self.access(rule).scope is None else self.admin

    def get(self, rule):
        return self.client(rule).get(self.address(rule), buffered=True)

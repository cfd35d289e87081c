"""An experiment that runs and was counted, by the services that do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.events.names import EventName
from backend.analytics.experiments.definition import ExperimentConfig, ExperimentUnit, Guardrail, TestType, Variant
from backend.analytics.experiments.models import AbTest, AbWeightPeriod
from backend.analytics.experiments.service import Editor, ExperimentService
from backend.database import get_db_session
from backend.extensions import db
from backend.plugins import get
from tests.landing_rows import landing_row

ARMS = Variant("today", "Four questions", 0.5), Variant("plus", "Plus", 0.5)
CONFIG = ExperimentConfig(
    "Answer first", TestType.CUSTOM, "Does the result right after the job get more people to see it?",
    ExperimentUnit.VISITOR, ARMS, "result_visitors", seed="", secondary=("revenue",),
    guardrails=(Guardrail("upgrades", 0.5),),
)  # fmt: skip
NOTHING = dict.fromkeys(("visitor_id", "user_id", "country"), None)


def counted_experiment(app, visitors=240, days=0, rates=(0.4, 0.45), skew=2, **changes):
    """Its id. `days`: how long it has run; `rates`: of each arm; every `skew`-th visitor gets the second arm."""
    with app.app_context():
        service, editor = get(ExperimentService), Editor("cli")
        test_id = service.create(replace(CONFIG, **changes), editor, "we want to know").test_id
        started = service.start(test_id, editor, "now").started_at - timedelta(days=days)
        moved(test_id, started)
        rows = [
            row for number in range(visitors) for row in visit(test_id, number, started, (visitors, days, rates, skew))
        ]
        with db.engine.begin() as connection:
            connection.execute(sa.insert(AnalyticsEvent), [NOTHING | row for row in rows])
        return test_id


def moved(test_id, started):
    """The start into the past, as if it had been started then."""
    session = get_db_session()
    session.execute(sa.update(AbTest).where(AbTest.test_id == test_id).values(started_at=started))
    session.execute(sa.update(AbWeightPeriod).where(AbWeightPeriod.test_id == test_id).values(starts_at=started))
    session.commit()


def visit(test_id, number, started, design):
    visitors, days, rates, skew = design
    arm = 1 if number % skew == 0 else 0
    at = started + timedelta(days=days) * (number / visitors) + timedelta(milliseconds=1)
    name = f"{test_id}-{number}"
    data = {"experiment": test_id, "phase": 1, "variant": ("today", "plus")[arm], "unit": "visitor"}
    yield landing_row(
        session_id="mingus-server-experiments", event_type=EventName.EXPERIMENT_EXPOSED, timestamp=at, visitor_id=name,
        country="US" if number % 3 else "IN",
        event_data=data | {"unit_key": "visitor_id", "propensity": 0.5, "weights_version": 1},
    )  # fmt: skip
    who = {"session_id": f"s-{name}", "visitor_id": name, "timestamp": at + timedelta(milliseconds=1)}
    if number * 7919 % 1000 < rates[arm] * 1000:
        yield landing_row(**who, event_type=EventName.ASSESSMENT_SUBMITTED)
    if number % 20 in (8, 9):
        yield landing_row(
            **who, event_type=EventName.UPGRADE_CLICKED, event_data={"price_cents": 900, "currency": "USD"}
        )

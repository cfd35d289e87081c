"""Answers of closed days are worked out once, however many events arrive."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from backend.analytics.lake.delta import Lake
from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.attribution.paths import By, SessionSelection, lost_question, paths_question
from backend.analytics.metrics.catalogue.expressions import parts
from backend.analytics.metrics.catalogue.query import Query
from backend.analytics.metrics.funnel.definition import FunnelQuery, FunnelScope, Order
from backend.analytics.metrics.funnel.questions import counts
from backend.analytics.metrics.funnel.received import received_events
from backend.analytics.metrics.live.question import LIVE
from backend.analytics.metrics.period import Period
from backend.analytics.warehouse.answers import AnswerCache
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.question import Question, compiled_anew
from backend.analytics.warehouse.relations import SESSIONS, relation
from backend.analytics.warehouse.service import Warehouse
from backend.analytics.warehouse.sessions import Sessions
from backend.analytics.warehouse.snapshots import Snapshots
from backend.analytics.warehouse.stores import FileStore
from tests.sessions_oracle import DAY, event, micros
from tests.store.test_warehouse import BEGAN, NOW, Counting, add


def _number_before(end):
    sessions = relation(SESSIONS)
    sessions = sessions.filter(sessions.started_at < end)
    return sessions.aggregate(number=sessions.count())


NUMBER_BEFORE = Question("number before", ("end",), _number_before, of_sessions=True)


@pytest.fixture
def engine(tmp_path):
    engine = Counting("256MB", 1, tmp_path / "spill")
    yield engine
    engine.close()


def test_what_is_known_of_closed_days_stays_while_events_arrive(engine, tmp_path):
    lake = Lake(str(tmp_path / "lake"), (EVENTS, SESSIONS))
    sessions = Sessions(lake, lambda: DuckEngine("256MB", 1, tmp_path / "spill"), lambda: NOW)
    store = FileStore(tmp_path / "answers", 600)
    add(lake, event("a", BEGAN))
    sessions.refresh()
    warehouse = Warehouse(engine, Snapshots(lake), lambda: NOW, AnswerCache(store))
    closed, with_open = (partial(warehouse.ask, NUMBER_BEFORE, end=end) for end in (BEGAN + DAY, micros(NOW) + DAY))
    assert (closed().rows, with_open().rows, engine.asked) == ([(1,)], [(1,)], 2)

    add(lake, event("b", micros(NOW)))
    warehouse.forget()
    worker = Warehouse(engine, Snapshots(lake), lambda: NOW, AnswerCache(store))
    assert (worker.ask(NUMBER_BEFORE, end=BEGAN + DAY).rows, engine.asked) == ([(1,)], 2)
    assert (worker.ask(NUMBER_BEFORE, end=micros(NOW) + DAY).rows, engine.asked) == ([(2,)], 3)

    add(lake, event("late", BEGAN))
    sessions.refresh()
    worker.forget()
    assert (worker.ask(NUMBER_BEFORE, end=BEGAN + DAY).rows, engine.asked) == ([(2,)], 4)


PERIOD = Period.between(None, None, "UTC", NOW)
QUERY = Query(("sessions", "offer_rate", "events"), PERIOD, ("country",))
FUNNEL = FunnelQuery(PERIOD, breakdown="first_seen_week")
ASKED = [
    *(part.question for part in parts(QUERY, timedelta(days=1), limited=True)),
    counts(FUNNEL),
    counts(replace(FUNNEL, scope=FunnelScope.VISITOR, order=Order.STRICT)),
    paths_question(By.SOURCE, SessionSelection(), aged=True),
    lost_question(By.SOURCE, SessionSelection()),
    received_events(),
    LIVE,
]


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.name[:30])
def test_a_question_of_sessions_reads_no_other_relation(question):
    assert question.of_sessions == (re.search('(FROM|JOIN) "events"', compiled_anew(question, "duckdb")) is None)

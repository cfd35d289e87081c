"""DASH-1 on a real funnel: Olist's leads of 2017 and 2018, of which some became sellers within weeks, some much later.

Olist & Andre Sionek (2018), CC BY-NC-SA 4.0: read where it lies, never shipped. Its page says 8,000 leads, 842 deals.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from backend.analytics.lake.delta import Lake, moved_days
from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.funnel.definition import EventMatch, FunnelQuery, FunnelScope
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.period import Period
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.relations import SESSIONS
from backend.analytics.warehouse.service import Warehouse
from backend.analytics.warehouse.sessions import Sessions
from backend.analytics.warehouse.snapshots import Snapshots
from tests.sessions_oracle import event, micros

STEPS = (EventMatch("ai_calculator_opened"), EventMatch("deal_won"))  # what comes first says where from
NOW = datetime(2018, 6, 1, tzinfo=UTC)  # the last leads are of the day before
LEADS = Period.between(date(2017, 6, 14), date(2018, 5, 31), "UTC", NOW)


@pytest.fixture(scope="module")
def leads(shared_data):
    """By lead: when it came, from where, and when it was won."""
    folder = shared_data / "funnel_olist"
    with (folder / "olist_closed_deals_dataset.csv").open() as file:
        won = {row["mql_id"]: datetime.fromisoformat(f"{row['won_date']}+00:00") for row in csv.DictReader(file)}
    with (folder / "olist_marketing_qualified_leads_dataset.csv").open() as file:
        return {
            row["mql_id"]: (
                datetime.fromisoformat(f"{row['first_contact_date']}T00:00+00:00"),
                row["origin"] or None,
                won.get(row["mql_id"]),
            )
            for row in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def funnels(leads, tmp_path_factory):
    folder = tmp_path_factory.mktemp("olist")
    rows = []
    for lead, (came, origin, won) in leads.items():
        rows.append(event(f"{lead}-came", micros(came), visitor_id=lead, source=origin))
        if won and won < NOW:
            rows.append(event(f"{lead}-won", micros(won), "deal_won", visitor_id=lead))
    lake, engine = Lake(str(folder / "lake"), (EVENTS, SESSIONS)), DuckEngine("512MB", 1, folder / "spill")
    base = lake.open(EVENTS.name)
    table = pa.Table.from_pylist(rows, schema=EVENTS.arrow_schema())
    lake.append(base, table, moved_days(base, {row["day"] for row in rows}))
    Sessions(lake, lambda: engine, lambda: NOW).refresh()
    yield FunnelService(Warehouse(engine, Snapshots(lake), lambda: NOW), lambda: NOW)
    engine.close()


def within(leads, window):
    """How long those took who were won in the window, and how many are still in it."""
    waits = [won - came for came, _, won in leads.values() if won and won < NOW and came <= won <= came + window]
    open_still = sum(NOW - came < window and not (won and came <= won < NOW) for came, _, won in leads.values())
    return waits, open_still


@pytest.mark.parametrize("days", [14, 60])
def test_leads_that_became_sellers_their_waits_and_those_who_still_may(funnels, leads, days):
    window = timedelta(days=days)
    report = funnels.answer(FunnelQuery(LEADS, STEPS, window, scope=FunnelScope.VISITOR))
    waits, open_still = within(leads, window)
    seconds = [wait.total_seconds() for wait in waits]

    assert [step.sessions for step in report.funnel.steps] == [8_000, len(waits)]
    assert report.funnel.steps[1].median_seconds == pytest.approx(np.quantile(seconds, 0.5), abs=1e-6)
    assert report.funnel.steps[1].p90_seconds == pytest.approx(np.quantile(seconds, 0.9), abs=1e-6)
    assert report.funnel.immature == open_still > 100


def test_channels_win_as_many_as_a_count_by_hand_says(funnels, leads):
    query = FunnelQuery(LEADS, STEPS, timedelta(days=60), scope=FunnelScope.VISITOR, breakdown="source", limit=20)
    report = funnels.answer(query)
    came, won = {}, {}
    for at, origin, won_at in leads.values():
        came[origin] = came.get(origin, 0) + 1
        won[origin] = won.get(origin, 0) + bool(won_at and won_at < NOW and at <= won_at <= at + query.window)

    assert {group.key: [step.sessions for step in group.funnel.steps] for group in report.groups} == {
        origin: [came[origin], won[origin]] for origin in came
    }

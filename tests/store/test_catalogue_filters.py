"""DASH-4: filters by where a visitor came from find what the lake keeps of it, however they are spelled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.analytics.metrics.attribution.service import AttributionQuery, AttributionService
from backend.analytics.metrics.catalogue.query import MOST_VALUES, Filter, Operator, Query
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.definition import EventMatch, FunnelQuery
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.period import Period
from backend.errors import InvalidRequest
from tests.sessions_oracle import event, micros
from tests.warehouse_in_memory import InMemory

NOW = datetime(2026, 5, 1, tzinfo=UTC)
APRIL = Period.between(date(2026, 4, 1), date(2026, 4, 30), "UTC", NOW)
KEPT = [("google", "cpc"), ("google", "cpc"), ("Google", "CPC"), ("direct", None), (None, None)]


@pytest.fixture(scope="module")
def warehouse():
    """Visits by Google, one of them from before the lake kept small letters; each opens, and asks for a plan."""
    rows = []
    for number, (source, medium) in enumerate(KEPT):
        at = micros(APRIL.start.astimezone(UTC)) + number
        rows.append(event(f"s{number}", at, source=source, medium=medium))
        rows.append(event(f"s{number}", at + 1, "paid_upgrade_clicked", price_cents=100, currency="USD"))
    return InMemory(rows, NOW)


@pytest.mark.parametrize(
    ("field", "op", "values", "found"),
    [
        ("source", Operator.EQ, ("Google",), 3),
        ("source", Operator.EQ, ("google",), 2),
        ("source", Operator.IN, (" GOOGLE ", "mail"), 2),
        ("source", Operator.NE, ("Google",), 2),
        ("source", Operator.EQ, ("(Direct)",), 1),
        ("source", Operator.EQ, ("",), 1),
        ("medium", Operator.IN, ("CPC",), 3),
        ("medium", Operator.EQ, ("(none)",), 2),
    ],
)
def test_a_filter_finds_what_is_kept_in_small_letters_and_what_was_kept_before(warehouse, field, op, values, found):
    filters = (Filter(field, op, values),)
    steps = (EventMatch("ai_calculator_opened"), EventMatch("paid_upgrade_clicked"))

    counted = CatalogueService(warehouse, lambda: NOW, timedelta(hours=24)).answer(
        Query(("sessions",), APRIL, filters=filters)
    )
    funnel = FunnelService(warehouse, lambda: NOW).answer(FunnelQuery(APRIL, steps, filters=filters))
    credited = AttributionService(warehouse, lambda: NOW).revenue(AttributionQuery(APRIL, filters=filters))

    assert (counted.totals.n, funnel.funnel.steps[1].sessions, credited.n) == (found, found, found)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("country", "us", "US"),
        ("region", "ca", "US-CA"),
        ("region", "ca-on", "CA-ON"),
        ("device", "Mobile", "mobile"),
        ("risk_level", "HIGH ", "high"),
        ("occupation", " 29-1141", "29-1141"),
        ("first_seen_month", "2026-11", "2026-11"),
        ("country", "", ""),
    ],
)
def test_a_value_of_a_closed_list_is_found_in_any_spelling(field, typed, kept):
    query = Query(("sessions",), APRIL, filters=(Filter(field, Operator.EQ, (typed,)),))
    assert query.filters[0].values == (kept,)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "XX"),
        ("country", "Germany"),
        ("region", "US-"),
        ("region", "ZZ-1"),
        ("device", "phone"),
        ("risk_level", "extreme"),
        ("occupation", "nurse"),
        ("major_group", "291"),
        ("first_seen_month", "2026-13"),
        ("first_seen_week", "2026-11-17"),
        ("first_seen_week", "soon"),
    ],
)
def test_a_value_that_a_dimension_cannot_have_is_refused_by_every_question(field, value):
    filters = (Filter("source", Operator.EQ, ("google",)), Filter(field, Operator.IN, (value,)))
    steps = (EventMatch("ai_calculator_opened"), EventMatch("paid_upgrade_clicked"))
    for ask in (
        lambda: Query(("sessions",), APRIL, filters=filters),
        lambda: FunnelQuery(APRIL, steps, filters=filters),
        lambda: AttributionQuery(APRIL, filters=filters),
    ):
        with pytest.raises(InvalidRequest) as refused:
            ask()
        assert [error.field for error in refused.value.errors] == ["filters.1.value"]


def test_a_part_of_a_value_is_looked_for_as_it_is():
    query = Query(("sessions",), APRIL, filters=(Filter("first_seen_month", Operator.CONTAINS, ("2026",)),))
    assert query.filters[0].values == ("2026",)


def test_other_spellings_do_not_use_up_the_values_that_a_filter_may_have():
    many = tuple(f"Source {number}" for number in range(MOST_VALUES))

    query = Query(("sessions",), APRIL, filters=(Filter("source", Operator.IN, many),))

    assert len(query.for_totals().filters[0].values) == 2 * MOST_VALUES
    with pytest.raises(InvalidRequest):
        Query(("sessions",), APRIL, filters=(Filter("source", Operator.IN, (*many, "one more")),))

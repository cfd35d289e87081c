"""DASH-6: filters in the addresses of dashboard pages, and what chips and errors say of them."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from backend.analytics.metrics.catalogue.filter_parameters import CONDITIONS, filters_of, parameters_of
from backend.analytics.metrics.catalogue.query import Filter, Operator
from backend.analytics.metrics.catalogue.vocabularies import VOCABULARIES
from backend.dashboards.addresses import query_of
from backend.dashboards.chips import filter_in_words
from backend.dashboards.filters import no_filter
from backend.dashboards.names import Names
from backend.dashboards.question import PageQuestion

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NAMES = Names({"country": {"US": "United States"}.get}, {"country": ("US", "DE")})
KEPT = {
    "country": ["US", "DE", ""],
    "region": ["US-CA", "DE-BE", ""],
    "device": ["mobile", "other", ""],
    "risk_level": ["low", "high", ""],
    "occupation": ["29-1141", ""],
    "major_group": ["29", ""],
    "first_seen_week": ["2026-11-16", ""],
    "first_seen_month": ["2026-11", ""],
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30).map(str.strip)


def values_of(name, op):
    if op is Operator.CONTAINS:
        return TEXTS.filter(bool)
    return st.sampled_from(KEPT[name]) if name in VOCABULARIES else TEXTS


@st.composite
def filters(draw):
    """Filters as an address can hold them: one for each parameter, in the order of the dimensions."""
    chosen = draw(st.sets(st.sampled_from(sorted(CONDITIONS)), max_size=8))
    return tuple(
        Filter(name, op, tuple(draw(st.lists(values_of(name, op), min_size=1, max_size=4, unique=True))))
        for parameter, (name, op) in CONDITIONS.items()
        if parameter in chosen
    )


def asked(query):
    return PageQuestion.parse(MultiDict(parse_qsl(query, keep_blank_values=True)), "UTC", NOW)


@given(filters())
def test_any_filters_come_back_from_their_address(chosen):
    question = asked(query_of(parameters_of(chosen)))

    assert (question.errors, question.filters) == ((), chosen)
    assert asked(query_of(question.address())) == question
    assert tuple(filters_of(parameters_of(chosen))) == chosen


ANY_TEXT = st.text(max_size=250)
ANY_NAME = st.sampled_from([*CONDITIONS, "field", "op", "value", "typed", "q"]) | ANY_TEXT


@given(st.lists(st.tuples(ANY_NAME, ANY_TEXT | st.sampled_from(["\0", "\ud800", "is", "source"])), max_size=12))
def test_any_address_makes_a_question_or_errors_that_say_why(pairs):
    question = PageQuestion.parse(MultiDict(pairs), "UTC", NOW, ("q",))

    assert (question.period is None) == bool(question.errors)
    assert all(error.message for error in question.errors)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Filter("country", Operator.IN, ("US",)), "Country is United States"),
        (Filter("country", Operator.IN, ("US", "FR")), "Country is United States or FR"),
        (Filter("source", Operator.NOT_IN, ("google",)), "Source is not google"),
        (Filter("source", Operator.NOT_IN, ("",)), "Source is any"),
        (Filter("medium", Operator.IN, ("",)), "Medium is none"),
        (Filter("medium", Operator.IN, ("cpc", "")), "Medium is cpc or none"),
        (Filter("job_title", Operator.CONTAINS, ("jobs",)), "Job title contains jobs"),
        (Filter("source", Operator.IN, ("a", "b", "c")), "Source is a, b, or c"),
        (Filter("source", Operator.IN, tuple("abcde")), "Source is a, b, or 3 more"),
    ],
)
def test_a_chip_is_a_short_sentence(condition, words):
    assert filter_in_words(condition, NAMES) == words


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("contry", "Country (country)"),
        ("state", "State or region (region)"),
        ("title", "Job title (job_title)"),
        ("sourse_not", "Source (source)"),
        ("exposure", "Exposure level (risk_level)"),
    ],
)
def test_an_unknown_filter_is_told_with_the_nearest(name, near):
    assert no_filter(name).message == f"There is no filter “{name}”. Did you mean {near}?"


def test_where_no_filter_is_near_nothing_is_guessed():
    assert no_filter("zzz" * 40).message == f"There is no filter “{('zzz' * 40)[:40]}”."

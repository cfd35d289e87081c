"""The calculator's forms: what people write, and what they are told when it cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.result import ActivityPlace, Education
from backend.assessments.job_impact.presentation.week import week_groups
from backend.errors import InvalidRequest
from backend.routes.schemas.job_impact_form import (
    annual_pay,
    background_reply,
    job_reply,
    place_reply,
    searched,
    week_reply,
)

WEEK = week_groups(
    [
        ActivityPlace(key, key, f"Doing {key}", topic, share, share, 0.5, None)
        for key, topic, share in (("a", "driving", 60.0), ("b", "forms", 40.0))
    ],
    {},
)
TEXTS = st.dictionaries(
    st.sampled_from(
        [
            "salary",
            "period",
            "hours",
            "experience_years",
            "education",
            "state",
            "occupation",
            "job_title",
            "activities.a",
            "hours.forms",
        ]
    ),
    st.text(max_size=30) | st.sampled_from(["nan", "-1", "1e400", "١٢", "²", "25/hour", "1_000"]),
)


@pytest.mark.parametrize(
    ("form", "dollars"),
    [
        ({"salary": "52,000"}, 52_000),
        ({"salary": " $52k "}, 52_000),
        ({"salary": "52.5K"}, 52_500),
        ({"salary": "25/hour"}, 52_000),
        ({"salary": "$25 an hour"}, 52_000),
        ({"salary": "25/hr"}, 52_000),
        ({"salary": "4,000 a month"}, 48_000),
        ({"salary": "1000 per week"}, 52_000),
        ({"salary": "60000 a year"}, 60_000),
        ({"salary": "USD 52,000"}, 52_000),
        ({"salary": "US$52,000.00"}, 52_000),
        ({"salary": "52000."}, 52_000),
        ({"salary": "52,000/yr."}, 52_000),
        ({"salary": "25 hourly"}, 52_000),
        ({"salary": "52000 annually"}, 52_000),
        ({"salary": "1,000 dollars Weekly"}, 52_000),
    ],
)
def test_reads_pay_as_people_write_it(form, dollars):
    assert annual_pay(form) == dollars


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lots",
        "-5",
        "52",
        "1e5",
        "nan",
        "12.3.4",
        "$",
        "25 / fortnight",
        "99,999,999",
        "52,00",
        "5,2,0,0,0",
        "52,0000",
        ",520",
        "5 2 0 0 0",
    ],
)
def test_says_what_pay_it_cannot_read(text):
    with pytest.raises(InvalidRequest) as refusal:
        annual_pay({"salary": text})

    assert [error.field for error in refusal.value.errors] == ["salary"]


@pytest.mark.parametrize("text", ["1" + " " * 20_000 + "x", "1" * 20_000, "1" + ",000" * 5_000, "$" * 20_000])
def test_an_endless_text_gets_the_ordinary_answers(text):
    with pytest.raises(InvalidRequest) as pay:
        annual_pay({"salary": text})
    with pytest.raises(InvalidRequest) as years:
        background_reply({"experience_years": text})
    with pytest.raises(InvalidRequest) as hours:
        week_reply({"activities.a": text}, WEEK)

    assert [error.message for error in pay.value.errors] == [
        "Enter your pay as an amount, such as “$52,000” or “$25 an hour”"
    ]
    assert [error.field for error in years.value.errors] == ["experience_years"]
    assert [error.field for error in hours.value.errors] == ["activities.a"]


def test_names_every_bad_field_at_once():
    with pytest.raises(InvalidRequest) as refusal:
        background_reply({"experience_years": "71", "education": "wizard"})

    assert [error.field for error in refusal.value.errors] == ["experience_years", "education"]


def test_an_answer_may_be_kept_to_oneself():
    assert background_reply({}).experience_years is None
    assert background_reply({"experience_years": "", "education": ""}).education is None
    assert place_reply({"state": "", "industry": ""}, {"GA"}, {"62"}).state is None


def test_reads_what_was_given():
    assert background_reply({"experience_years": "6.5", "education": "masters"}).education is Education.MASTERS
    assert place_reply({"state": "GA", "industry": "62"}, {"GA"}, {"62"}).industry == "62"
    assert job_reply({"occupation": "29-1141", "job_title": "  staff   nurse "}, {"29-1141"}).job_title == "staff nurse"


def test_an_emptied_week_is_a_typical_one_and_an_emptied_field_is_none():
    assert week_reply({"hours.driving": "", "hours.forms": ""}, WEEK).activities == {}
    assert week_reply({"hours.driving": "", "hours.forms": "10"}, WEEK).activities == {"a": 0.0, "b": 10.0}
    assert week_reply({"hours.driving": "24", "activities.a": ""}, WEEK).activities == {"a": 0.0, "b": 16.0}


def test_a_field_left_out_keeps_its_hours():
    assert week_reply({"hours.driving": "30"}, WEEK).activities == {"a": 30.0, "b": 16.0}
    assert week_reply({"activities.a": "30"}, WEEK).activities == {"a": 30.0, "b": 16.0}
    assert week_reply({}, WEEK).activities == {}


def test_every_bad_hour_is_named_by_its_group_or_activity():
    with pytest.raises(InvalidRequest) as refusal:
        week_reply({"hours.driving": "-1", "activities.b": "many"}, WEEK)

    assert [(error.field, error.message) for error in refusal.value.errors] == [
        ("hours.driving", "Driving and operating vehicles: enter hours as a number from 0 to 168, such as 4.5"),
        ("activities.b", "Doing b: enter hours as a number from 0 to 168, such as 4.5"),
    ]


def test_a_week_of_nothing_is_refused():
    with pytest.raises(InvalidRequest, match="at least one group"):
        week_reply({"hours.driving": "0", "hours.forms": "0"}, WEEK)


def test_a_week_of_more_hours_than_there_are_is_refused():
    with pytest.raises(InvalidRequest, match="A week has 168 hours"):
        week_reply({"hours.driving": "100", "hours.forms": "100"}, WEEK)


def test_a_long_title_is_cut():
    assert len(searched("x" * 500)) == 100


@given(TEXTS)
def test_any_text_is_read_or_refused(form):
    for read in (
        annual_pay,
        background_reply,
        lambda form: week_reply(form, WEEK),
        lambda form: place_reply(form, {"GA"}, {"62"}),
        lambda form: job_reply(form, {"29-1141"}),
    ):
        try:
            read(form)
        except InvalidRequest as refusal:
            assert refusal.errors

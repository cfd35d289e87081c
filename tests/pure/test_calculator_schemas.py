"""What the calculator's requests accept, before anyone looks at the figures."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from backend.assessments.job_impact.model.result import Answers, Education
from backend.routes.schemas.job_impact import MOST_ACTIVITIES, AssessRequest
from backend.routes.schemas.job_search import OccupationSearch


def refused(**given):
    with pytest.raises(ValidationError) as refusal:
        AssessRequest.model_validate({"occupation": "29-1141"} | given)
    return {problem["loc"][0] for problem in refusal.value.errors()}


def test_the_whole_request_becomes_answers():
    example = AssessRequest.model_config["json_schema_extra"]["example"]
    assert AssessRequest.model_validate(json.loads(json.dumps(example))).to_answers() == Answers(
        occupation="29-1141",
        activities={"4.A.4.a.3.I02": 20.0},
        experience_years=6.0,
        education=Education.BACHELORS,
        industry="62",
        state="GA",
        salary=82_000.0,
    )


def test_only_the_occupation_is_needed():
    assert AssessRequest(occupation="29-1141").to_answers() == Answers("29-1141")


@pytest.mark.parametrize("name", ["experience_years", "education", "industry", "state", "salary"])
def test_null_means_not_said(name):
    assert AssessRequest.model_validate({"occupation": "29-1141", name: None}).to_answers() == Answers("29-1141")


@pytest.mark.parametrize("number", [True, "20", -1, float("nan"), float("inf"), 10**400, None, [1]])
def test_a_share_is_a_finite_json_number_of_at_least_0(number):
    assert refused(activities={"4.A.4.a.3.I02": number}) == {"activities"}


@pytest.mark.parametrize("number", [True, "20", -1, float("nan"), float("inf"), 10**400, 71])
def test_experience_is_a_number_of_years_up_to_70(number):
    assert refused(experience_years=number) == {"experience_years"}


@pytest.mark.parametrize("number", [False, "82000", 0, 0.5, 10_000_001, float("nan")])
def test_a_salary_is_a_number_of_dollars_from_1_to_ten_million(number):
    assert refused(salary=number) == {"salary"}


@pytest.mark.parametrize("key", ["", "k" * 41])
def test_an_activity_id_has_1_to_40_characters(key):
    assert refused(activities={key: 1}) == {"activities"}


def test_the_number_of_activities_is_bounded():
    assert refused(activities={str(n): 1 for n in range(MOST_ACTIVITIES + 1)}) == {"activities"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("occupation", 29),
        ("occupation", ""),
        ("occupation", "\ud800"),
        ("education", "phd"),
        ("education", 1),
        ("state", "ga"),
        ("state", "GA\n"),
        ("industry", 62),
        ("colour", "red"),
    ],
)
def test_other_fields_are_refused_by_name(name, value):
    assert refused(**{name: value}) == {name}


def test_every_bad_field_is_named_at_once():
    assert refused(occupation=1, state=2, salary="x", colour=1) == {"occupation", "state", "salary", "colour"}


@pytest.mark.parametrize("q", ["", "x" * 101])
def test_a_search_has_1_to_100_characters(q):
    with pytest.raises(ValidationError):
        OccupationSearch(q=q)


def test_a_request_cannot_be_changed():
    with pytest.raises(ValidationError):
        AssessRequest(occupation="29-1141").occupation = "23-2011"

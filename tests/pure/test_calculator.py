"""The calculator on the shipped figures: every answer is refused by name or assessed, and always the same way."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.job_impact import MODEL_VERSION
from backend.assessments.job_impact.model.result import Answers, Education
from backend.errors import InvalidRequest
from backend.reference.errors import UnknownOccupation
from backend.reference.loading import load_reference
from backend.reference.tables import Measure
from backend.routes.schemas.job_impact import MOST_ACTIVITIES, AssessResponse, OccupationResponse

PROJECT = Path(__file__).resolve().parents[2]
REFERENCE = load_reference()
CALCULATOR = JobImpactCalculator(REFERENCE)
CODES = sorted(REFERENCE.occupations)
NURSE = Answers("29-1141")
HOURS = {"4.A.4.a.3.I02": 20.0}
FORBIDDEN = ("risk of losing", "be replaced", "safe", "chance of losing", "lose your job")
EVERY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)


def body(assessment):
    """The bytes of the answer; refuses NaN and infinity."""
    answer = AssessResponse.of(assessment).model_dump(mode="json")
    return json.dumps(answer, allow_nan=False).encode()


@st.composite
def valid_answers(draw):
    row = REFERENCE.occupations[draw(st.sampled_from(CODES))]
    ids = [activity.id for activity in row.activities]
    shares = draw(st.dictionaries(st.sampled_from(ids), st.floats(0, 1e6), max_size=6)) if ids else {}
    return Answers(
        occupation=row.code,
        activities=shares if any(shares.values()) else {},
        experience_years=draw(st.none() | st.floats(0, 70)),
        education=draw(st.none() | st.sampled_from(Education)),
        industry=draw(st.none() | st.sampled_from(sorted(REFERENCE.industries))),
        state=draw(st.none() | st.sampled_from(sorted(REFERENCE.states))),
        salary=draw(st.none() | st.floats(1, 1e7)),
    )


@st.composite
def any_answers(draw):
    """Each answer may be right, wrong or missing."""
    right = draw(valid_answers())
    return Answers(
        occupation=draw(st.just(right.occupation) | st.text(max_size=10)),
        activities=draw(st.just(right.activities) | st.dictionaries(st.text(max_size=40), EVERY_FLOAT, max_size=4)),
        experience_years=draw(st.just(right.experience_years) | EVERY_FLOAT),
        education=right.education,
        industry=draw(st.just(right.industry) | st.text(max_size=10)),
        state=draw(st.just(right.state) | st.text(max_size=2)),
        salary=draw(st.just(right.salary) | EVERY_FLOAT),
    )


def refused(answers):
    """Fields that are named in the refusal; empty if the answers were assessed."""
    try:
        CALCULATOR.assess(answers)
    except InvalidRequest as refusal:
        return [error.field for error in refusal.errors]
    return []


@given(any_answers())
def test_any_answers_are_assessed_or_refused_by_name(answers):
    names = ("occupation", "activities", "experience_years", "industry", "state", "salary")
    assert all(field.startswith(names) for field in refused(answers))


@given(valid_answers())
def test_a_valid_answer_gives_a_finite_score_inside_its_band(answers):
    answer = json.loads(body(CALCULATOR.assess(answers)))
    if answer["score"] is None:
        assert "too thin" in answer["reason"]
    else:
        assert 0 <= answer["band"]["low"] <= answer["score"] <= answer["band"]["high"] <= 100


@given(valid_answers())
def test_no_word_of_an_answer_is_contradicted_by_a_number_of_it(answers):
    answer = json.loads(body(CALCULATOR.assess(answers)))
    assert answer["parts"] is None or sum(answer["parts"].values()) == 100
    if answer["score"] is None:
        return
    assert answer["risk_level"] == level_of(answer["score"]) == level_of(answer["place"])
    assert answer["range_levels"] == {end: level_of(answer["band"][end]) for end in ("low", "high")}
    for exposure, percentile in ((answer, "yours"), (answer["typical"], "percentile")):
        places = [measure[percentile] for measure in answer["measures"]]
        assert exposure["measures_range"] == {"low": min(places), "high": max(places)}
        apart = round(max(places) - min(places), 1)
        assert exposure["agreement"] == ("agree" if apart <= 30 else "mixed" if apart <= 55 else "disagree")
    for move in answer["moves"]:
        assert move["missed"] == []
        more = move["place"] - answer["place"]
        assert more <= -10 if answer["place"] >= 35 else more <= 5 and move["place"] < 35
    assert all(move["missed"] for move in answer["near_misses"])


def level_of(score):
    return "low" if score < 35 else "medium" if score < 65 else "high"


def test_shares_are_of_the_tasks_unless_hours_were_given():
    tasks, week = (json.loads(body(CALCULATOR.assess(replace(NURSE, activities=shares)))) for shares in ({}, HOURS))
    assert (tasks["shares_of"], week["shares_of"]) == ("tasks", "week")
    assert tasks["occupation"]["title"] == "Registered nurses"
    assert {"title", "name"} <= week["activities"][0].keys()


@given(valid_answers())
def test_context_never_changes_the_score(answers):
    bare = Answers(answers.occupation, answers.activities)
    one, other = CALCULATOR.assess(answers), CALCULATOR.assess(bare)
    assert (one.yours, one.typical, one.lean, one.activities) == (
        other.yours,
        other.typical,
        other.lean,
        other.activities,
    )


@given(valid_answers(), st.floats(1e-2, 1e2))
def test_shares_in_any_unit_give_the_same_hash_and_result(answers, factor):
    whole = {key: float(round(share)) for key, share in answers.activities.items() if round(share)}
    answers = replace(answers, activities=whole)
    scaled = replace(answers, activities={key: share * factor for key, share in whole.items()})
    assert body(CALCULATOR.assess(scaled)) == body(CALCULATOR.assess(answers))


@given(valid_answers())
def test_no_text_speaks_of_losing_work(answers):
    text = body(CALCULATOR.assess(answers)).decode().lower().replace("safe repairer", "")  # a job
    assert not [words for words in FORBIDDEN if f" {words} " in text]


def test_no_shares_are_the_default():
    found = CALCULATOR.assess(NURSE)
    assert found.yours is found.typical
    assert all(place.share == place.typical_share for place in found.activities)


def test_the_order_of_the_activities_changes_nothing():
    shares = {"4.A.4.a.3.I02": 20.0, "4.A.3.b.6.I06": 10.0}
    turned = dict(reversed(shares.items()))
    assert body(CALCULATOR.assess(Answers("29-1141", shares))) == body(CALCULATOR.assess(Answers("29-1141", turned)))


def test_every_bad_field_is_named_at_once():
    bad = Answers(
        occupation="29-1141",
        activities={"4.A.4.a.3.I02": -1.0, "4.A.3.b.6.I06": float("nan"), "nowhere": 1.0},
        experience_years=71.0,
        industry="no such industry",
        state="ZZ",
        salary=float("inf"),
    )
    assert refused(bad) == [
        "activities.4.A.4.a.3.I02",
        "activities.4.A.3.b.6.I06",
        "activities.nowhere",
        "experience_years",
        "salary",
        "state",
        "industry",
    ]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (Answers("00-0000"), "occupation"),
        (Answers("29-1141", {"4.A.4.a.3.I02": 0.0}), "activities"),
        (Answers("29-1141", salary=0), "salary"),
        (Answers("29-1141", experience_years=-1), "experience_years"),
    ],
)
def test_an_impossible_answer_is_refused(answers, field):
    assert refused(answers) == [field]


def test_the_hash_covers_every_answer_but_the_salary():
    said = [
        NURSE,
        Answers("23-2011"),
        replace(NURSE, activities={"4.A.4.a.3.I02": 20.0}),
        replace(NURSE, experience_years=6),
        replace(NURSE, education=Education.BACHELORS),
        replace(NURSE, industry=min(REFERENCE.industries)),
        replace(NURSE, state="GA"),
    ]
    hashes = [CALCULATOR.assess(answers).provenance.input_hash for answers in said]
    assert len(set(hashes)) == len(said)
    paid = CALCULATOR.assess(replace(NURSE, salary=82_000)).provenance
    assert paid.input_hash == hashes[0]
    assert paid.model == MODEL_VERSION


def test_a_measure_outside_the_typical_band_is_named():
    outside = CALCULATOR.assess(NURSE).outside
    assert [place.id for place in outside] == [Measure.MICROSOFT]
    assert outside[0].percentile == pytest.approx(31.5, abs=0.05)


def test_every_measure_has_its_source():
    measures = CALCULATOR.assess(NURSE).measures
    assert [place.id for place in measures] == list(Measure)
    assert all(place.name and place.source and place.url.startswith("https://") for place in measures)


def test_activities_go_from_most_to_least_exposed():
    exposures = [place.exposure for place in CALCULATOR.assess(NURSE).activities]
    assert exposures == sorted(exposures, reverse=True)


def test_too_little_evidence_is_said():
    answer = AssessResponse.of(CALCULATOR.assess(Answers("11-1031")))
    assert (answer.score, answer.band, answer.risk_level, answer.moves) == (None, None, None, [])
    assert "no place among US workers" in answer.reason
    assert "Without a score" in answer.advice


def test_pay_is_the_states_own_where_published():
    local = CALCULATOR.assess(replace(NURSE, state="GA", salary=82_000)).pay
    national = CALCULATOR.assess(replace(NURSE, salary=82_000)).pay
    assert (local.area, national.area) == ("Georgia", "United States")
    assert local.p50 == REFERENCE.state_pay("GA", "29-1141").p50
    assert 1 <= national.percentile < local.percentile <= 99


def test_without_a_salary_there_is_no_percentile():
    assert CALCULATOR.assess(NURSE).pay.percentile is None


def test_moves_of_a_nurse_need_no_surgeons_degree():
    moves = CALCULATOR.assess(NURSE).moves
    assert moves.passing
    degree = "Doctoral or professional degree"
    assert degree not in {move.education for move in moves.passing}
    surgeons = [move for move in moves.near_misses if move.education == degree]
    assert all("needs a doctoral or professional degree" in [miss.words for miss in m.missed] for m in surgeons)
    score = CALCULATOR.assess(NURSE).yours.score
    assert all(score - move.score >= 10 and move.pay_change >= -5 for move in moves.passing)


def test_facts_have_a_source():
    answers = replace(NURSE, experience_years=6, education=Education.BACHELORS, industry="62", state="GA")
    facts = CALCULATOR.assess(answers).context
    assert [fact.id for fact in facts] == ["industry", "education", "experience", "prices"]
    assert all(fact.source and fact.text.endswith(".") for fact in facts)


def test_a_profile_shows_the_default_week():
    profile = CALCULATOR.profile("29-1141")
    shares = [place.share for place in profile.activities]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100)
    assert profile.typical == CALCULATOR.assess(NURSE).typical
    assert profile.outlook.openings > 0


@pytest.mark.parametrize("code", CODES[::50])
def test_every_profile_is_an_answer(code):
    json.dumps(OccupationResponse.of(CALCULATOR.profile(code)).model_dump(mode="json"), allow_nan=False)


def test_a_request_has_room_for_every_activity_of_any_occupation():
    assert max(len(row.activities) for row in REFERENCE.occupations.values()) <= MOST_ACTIVITIES


def test_an_unknown_profile_is_not_found():
    with pytest.raises(UnknownOccupation):
        CALCULATOR.profile("00-0000")


REPEAT = """
import hashlib, json
from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Education
from backend.reference.loading import load_reference
from backend.routes.schemas.job_impact import AssessResponse

calculator = JobImpactCalculator(load_reference())
codes = ("29-1141", "15-1252", "11-1031", "23-2011")
seen = set()
for _ in range(250):
    digest = hashlib.sha256()
    for code in codes:
        shares = {a.id: 1.0 + n for n, a in enumerate(calculator.profile(code).activities[:4])}
        answers = Answers(code, shares, 6.0, Education.BACHELORS, "62", "GA", 82000.0)
        digest.update(AssessResponse.of(calculator.assess(answers)).model_dump_json().encode())
    seen.add(digest.hexdigest())
print(*seen)
"""


def test_two_processes_with_different_hash_seeds_give_the_same_bytes():
    """Reliability check 3: a thousand assessments in each of two processes."""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", REPEAT],
            cwd=PROJECT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert len(outputs.pop().split()) == 1

"""The named weightings of the published measures, and what a result says of them."""

from __future__ import annotations

import re
from math import isclose

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Evidence
from backend.assessments.job_impact.model.weighting import WEIGHTINGS
from backend.assessments.job_impact.presentation.headline import Voice, headline_of
from backend.assessments.job_impact.presentation.place import place_section
from backend.assessments.job_impact.presentation.sources import sources_section
from backend.errors import InvalidRequest
from backend.reference.loading import load_reference

# Software developers, customer service, nurses, paralegals, electricians, data scientists (two kinds), hairdressers,
# truck drivers, writers, dishwashers.
TEN = (
    "15-1252",
    "43-4051",
    "29-1141",
    "23-2011",
    "47-2111",
    "15-2051",
    "39-5012",
    "53-3032",
    "27-3043",
    "35-9021",
)
MEAN = {
    "equal_kinds": lambda task, ability, usage: (task + ability + usage) / 3,
    "equal_measures": lambda task, ability, usage: (2 * task + ability + 2 * usage) / 5,
    "tasks_twice": lambda task, ability, usage: (2 * task + ability + usage) / 4,
    "use_twice": lambda task, ability, usage: (task + ability + 2 * usage) / 4,
}
NUMBER = re.compile(r"(\d+(?:\.\d+)?)")


@pytest.fixture(scope="module")
def calculator():
    return JobImpactCalculator(load_reference())


def test_the_usual_score_of_a_nurse_is_the_one_that_was_published(calculator):
    assert round(calculator.assess(Answers("29-1141")).yours.score, 1) == 51.0


@pytest.mark.parametrize("weighting", MEAN)
@pytest.mark.parametrize("code", ["15-1252", "29-1141", "23-2011"])
def test_each_weighting_is_the_mean_that_it_is_named_after(calculator, weighting, code):
    yours = calculator.assess(Answers(code), weighting).yours

    assert isclose(yours.score, MEAN[weighting](*(yours.families[kind] for kind in Evidence)), abs_tol=1e-9)
    assert weighting in WEIGHTINGS


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_a_weighting_moves_scores_and_no_measure_and_stays_inside_its_kinds(calculator, weighting):
    for code in TEN:
        usual, other = calculator.assess(Answers(code)), calculator.assess(Answers(code), weighting)

        assert (other.measures, other.parts, other.yours.band) == (usual.measures, usual.parts, usual.yours.band)
        assert other.yours.band.low <= other.yours.score <= other.yours.band.high


def test_a_kind_without_measures_counts_in_no_weighting(calculator):
    scores = {key: calculator.assess(Answers("15-2051"), key).yours for key in WEIGHTINGS}
    task, usage = (scores["equal_kinds"].families[kind] for kind in (Evidence.TASK, Evidence.USAGE))

    assert isclose(scores["use_twice"].score, (task + 2 * usage) / 3, abs_tol=1e-9)
    assert isclose(scores["equal_kinds"].score, (task + usage) / 2, abs_tol=1e-9)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_what_hours_moved_adds_up_by_every_weighting(calculator, weighting):
    hours = {"4.A.4.a.3.I02": 1.0, "4.A.1.b.2.I10": 2.0}
    usual = calculator.assess(Answers("29-1141"), weighting)
    yours = calculator.assess(Answers("29-1141", activities=hours), weighting)

    assert isclose(
        sum(activity.points for activity in yours.activities), yours.yours.score - usual.yours.score, abs_tol=1e-9
    )


def test_related_jobs_are_compared_by_the_weighting_of_the_score(calculator):
    moves = calculator.assess(Answers("43-4051"), "use_twice").moves
    alone = {move.code: calculator.assess(Answers(move.code), "use_twice").yours.score for move in moves.passing}

    assert alone
    assert {move.code: move.score for move in moves.passing} == alone


def test_the_provenance_keeps_the_weighting_and_the_hash_depends_on_it(calculator):
    kept = [calculator.assess(Answers("29-1141"), key).provenance for key in WEIGHTINGS]

    assert [provenance.weighting for provenance in kept] == list(WEIGHTINGS)
    assert kept[0].model == "exposure-1.0"
    assert kept[3].model == "exposure-1.0, use_twice"
    assert len({provenance.input_hash for provenance in kept}) == len(WEIGHTINGS)


def test_a_weighting_that_is_not_published_is_refused(calculator):
    with pytest.raises(InvalidRequest) as refused:
        calculator.assess(Answers("29-1141"), "mine")

    assert refused.value.errors[0].field == "weighting"


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("code", TEN)
def test_the_page_says_which_weighting_and_its_own_numbers_give_the_score(calculator, weighting, code):
    a = calculator.assess(Answers(code), weighting)
    place = place_section(a, Voice.OWN, headline_of(a, Voice.OWN))
    sources = sources_section(a)
    row = sources.scores[0]
    families = list(a.yours.families)
    shown = [float(number) for number in NUMBER.findall(row.sentence.replace("5 measures", "").partition("mean")[2])]
    by = WEIGHTINGS[weighting]
    counts = by.of({kind: 1 if kind is Evidence.ABILITY else 2 for kind in families})

    if by.twice in families:
        assert "counted twice" in place.foot
        assert "counted twice" in row.sentence
    assert ("pages about jobs" in place.foot) is (weighting != "equal_kinds")
    if not by.each_measure or len(a.yours.places) == 5:
        mean = sum(counts[kind] * number for kind, number in zip(families, shown[: len(families)], strict=True))
        assert abs(mean / sum(counts.values()) - float(row.score)) <= 0.11
    assert f"the {place.figure.number} " in place.foot.lower()

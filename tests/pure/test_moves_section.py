"""Related jobs on a result: which rows stand, what a relaxed rule brings, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Miss, MoveFlag, MoveRule, Moves, Relaxation
from backend.assessments.job_impact.presentation.moves import MoveSort, moves_section
from backend.reference.loading import load_reference
from tests.factories_result import assessment, missed, move

LOW = {"beta_human": 12.0, "beta_gpt4": 11.0, "aioe": 29.0, "microsoft": 20.0, "anthropic": 47.0}


def less_exposed(relaxed_by, words="only 8 less exposed"):
    return (Miss(MoveRule.EXPOSURE, words, relaxed_by),)


PASSING = move(code="1", openings=5_000, growth_percent=1.0, pay_change=9.0, similarity=10)
SHRINKING = move(code="2", openings=900, growth_percent=-9.0, flags=(MoveFlag.SHRINKING, MoveFlag.RARE))
LESS_PAY = move(code="3", missed=missed("pays 12.0% less"), pay_change=-12.0)
NEARLY = move(code="4", missed=less_exposed(Relaxation.EXPOSURE))
MORE = move(code="5", missed=less_exposed(Relaxation.ANY_EXPOSURE, "4 more exposed"))
BEYOND = move(code="6", missed=(Miss(MoveRule.DEGREE, "needs a doctoral or professional degree", None),))
SOME = Moves((PASSING, SHRINKING), (LESS_PAY, NEARLY, MORE, BEYOND), None, PASSING)
SLUGS = {str(code): str(code) for code in range(10)}


def section(moves=SOME, relaxed=(), sort=MoveSort.BEST, **changes):
    return moves_section(assessment(moves=moves, **changes), frozenset(relaxed), sort, SLUGS)


def shown(section):
    return [row.address.removeprefix("/jobs/") for row in section.rows if row.shown]


def test_what_passes_is_shown_and_what_a_control_could_bring_waits():
    rows = section()
    assert shown(rows) == ["1", "2"]
    assert [row.address for row in rows.rows] == [f"/jobs/{code}" for code in "12345"]
    assert [badge.text for badge in rows.rows[1].badges] == ["shrinking", "rare"]


@pytest.mark.parametrize(
    ("relaxed", "codes"),
    [
        ([Relaxation.PAY], "123"),
        ([Relaxation.EXPOSURE], "124"),
        ([Relaxation.ANY_EXPOSURE], "1245"),
        ([Relaxation.PAY, Relaxation.ANY_EXPOSURE], "12345"),
    ],
)
def test_a_relaxed_rule_brings_what_missed_it(relaxed, codes):
    rows = section(relaxed=relaxed)
    assert "".join(shown(rows)) == codes
    assert {option.value for option in rows.relaxes if option.selected} == {rule.value for rule in relaxed}


def test_only_rules_that_would_bring_a_job_can_be_relaxed():
    assert [option.value for option in section(Moves((PASSING,), (LESS_PAY, BEYOND), None)).relaxes] == ["pay"]
    assert section(Moves((PASSING,), (BEYOND,), None)).relaxes == ()


@pytest.mark.parametrize(
    ("sort", "codes"),
    [(MoveSort.OPENINGS, "12"), (MoveSort.GROWTH, "12"), (MoveSort.PAY, "21"), (MoveSort.SIMILAR, "21")],
)
def test_rows_are_sorted_by_what_was_chosen(sort, codes):
    assert "".join(shown(section(sort=sort))) == codes


def test_where_nothing_passes_the_nearest_three_stand_with_what_they_miss():
    none = section(Moves((), (LESS_PAY, NEARLY, BEYOND, MORE), "None of the 4 passes every rule."))
    assert shown(none) == ["3", "4", "5"]
    assert [badge.text for row in none.rows for badge in row.badges][:2] == ["pays 12.0% less", "only 8 less exposed"]
    assert none.heading == "Related jobs: none passes every rule"
    assert "None of the 4 passes every rule. Below are the three nearest, each with what it misses." in none.lead


def test_what_no_relaxing_lets_pass_is_not_called_near():
    far = section(Moves((), (BEYOND,), "None of the 1 passes every rule."))
    assert (far.rows, far.heading) == ((), "Related jobs")
    assert far.lead == "None of the 1 passes every rule."


def test_a_job_of_low_exposure_is_told_that_it_need_not_move():
    low = moves_section(assessment(LOW, moves=SOME))
    assert low.heading == "No need to move for AI’s sake"
    assert low.lead.startswith("A nurse is already less exposed than most, so we don’t ask for less exposure here.")
    assert "at most 5 places more exposed and still under 35" in low.note


def test_the_heading_promises_less_exposure_only_while_that_is_asked_for():
    less, any_of_it = section(), section(relaxed={Relaxation.ANY_EXPOSURE})
    assert less.heading == less.headings.less_exposed == "Related jobs that AI reaches less"
    assert any_of_it.heading == less.headings.any_exposure == "Related jobs, whatever AI reaches"


def test_pay_is_compared_with_the_median_of_the_same_area():
    in_ohio = replace(PASSING, area="Ohio")
    assert "US medians; the change is against $97,550, this job’s median" in section().note
    mixed = section(Moves((in_ohio, SHRINKING), (), None))
    assert [row.area for row in mixed.rows] == ["Ohio", "US"]
    assert "against this job’s median in the same area" in mixed.note


def test_no_row_of_any_occupation_contradicts_its_section():
    reference = load_reference()
    calculator = JobImpactCalculator(reference)
    for code in reference.occupations:
        a = calculator.assess(Answers(code))
        for row, places in _rows_of(a):
            limit = places + 5 if places < 35 else places - 10
            there = int(row.place.removesuffix(" of 100"))
            within = there <= limit and (places >= 35 or there < 35)
            exposed = any("exposed" in badge.text for badge in row.badges)
            assert within != exposed, (a.title, row)
            assert row.shown == (not row.misses or row.nearest), (a.title, row)
            assert row.change_kind == ("flat" if row.change == "same" else "better" if "+" in row.change else "worse")


def _rows_of(a):
    if a.yours is None:
        return
    place = int(a.yours.score + 0.5)
    place -= place in {35, 65} and a.yours.score < place
    for row in moves_section(a).rows:
        yield row, place

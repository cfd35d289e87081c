"""Which related occupations are offered as moves, and what is said of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.job_impact import ExposureModel
from backend.assessments.job_impact.model.move_rules import Start, Step, extra_years
from backend.assessments.job_impact.model.moves import Area, find_moves
from backend.assessments.job_impact.model.result import Answers, Relaxation
from backend.assessments.job_impact.model.rounding import rounded_place
from backend.reference.loading import load_reference
from backend.reference.plain_names import PlainNames
from backend.reference.tables import Measure, Occupation, Pay

TODAY = Occupation(
    code="00-0000",
    title="Today",
    employment=100,
    pay=Pay(None, None, 50_000, None, None),
    growth_percent=1.0,
    openings=5_000,
    entry_education="Bachelor's degree",
    related_experience=None,
    on_the_job_training=None,
    job_zone=3.0,
    lean=None,
    measures={Measure.AIOE: 0.9, Measure.BETA_HUMAN: 0.9},
    activities=(),
    related=(),
    industries={},
    attainment={},
)

NAMES = PlainNames({}, {})


def there(code, *, measure=0.1, pay=60_000, **more):
    """A related occupation that passes every filter unless told otherwise."""
    measures = {Measure.AIOE: measure, Measure.BETA_HUMAN: measure}
    median = None if pay is None else Pay(None, None, pay, None, None)
    return replace(TODAY, code=code, title=code, measures=measures, pay=median, **more)


def moves(*related, today=TODAY, area=None, drop=None):
    """What is found for `today`; `drop` places the person that many points above the first related occupation."""
    today = replace(today, related=tuple(row.code for row in related))
    model = ExposureModel.of([today, *related])
    base = model.typical(related[0].code).score if drop is not None else model.typical(today.code).score
    return find_moves(today, base + (drop or 0.0), model, area, NAMES)


def codes(moves):
    return [move.code for move in moves]


def words(move):
    return [miss.words for miss in move.missed]


def test_moves_are_ranked_by_openings_growth_pay_and_similarity_together():
    """a: ranks 3, 3, 3 and 1; b: 1, 2, 2 and 2; c: 2, 1, 1 and 3. Means 2.5, 1.75 and 1.75."""
    related = (
        there("a", pay=55_000, openings=1_000, growth_percent=1.0),
        there("b", pay=60_000, openings=9_000, growth_percent=2.0),
        there("c", pay=70_000, openings=5_000, growth_percent=3.0),
    )
    assert codes(moves(*related).passing) == ["b", "c", "a"]


def test_a_quarter_apart_the_lower_mean_comes_first():
    """a: ranks 2, 1, 1.5 and 1, mean 1.375; b: 1, 2, 1.5 and 2, mean 1.625."""
    related = (there("a", openings=5_000, growth_percent=3.0), there("b", openings=9_000, growth_percent=2.0))
    assert codes(moves(*related).passing) == ["a", "b"]


def test_of_means_closer_than_a_quarter_more_openings_come_first():
    """a: ranks 2, 1, 2 and 1, mean 1.5; b: 1, 2.5, 1 and 2, mean 1.625; c is far behind."""
    related = (
        there("a", openings=5_000, growth_percent=3.0, pay=60_000),
        there("b", openings=9_000, growth_percent=2.0, pay=70_000),
        there("c", openings=2_000, growth_percent=2.0, pay=50_000),
    )
    assert codes(moves(*related).passing) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("more", "flags"),
    [
        ({"growth_percent": -2.1}, ["shrinking"]),
        ({"openings": 999}, ["rare"]),
        ({"growth_percent": -22.3, "openings": 500}, ["shrinking", "rare"]),
        ({"growth_percent": -2.0, "openings": 1_000}, []),
    ],
)
def test_what_shrinks_or_rarely_opens_says_so_and_is_never_first(more, flags):
    found = moves(there("a", pay=120_000, **more), there("b", pay=50_000, growth_percent=-2.0, openings=1_000))
    by_code = {move.code: move for move in found.passing}
    assert [flag.value for flag in by_code["a"].flags] == flags
    assert found.first.code == ("b" if flags else "a")
    alone = moves(there("a", **more))
    assert (alone.first is None) == bool(flags)
    assert codes(alone.passing) == ["a"]


def test_similarity_is_the_rank_among_the_related():
    found = moves(there("a"), there("b"), there("c"), there("d")).passing
    assert {move.code: move.similarity for move in found} == {"a": 100, "b": 75, "c": 50, "d": 25}


@pytest.mark.parametrize(
    ("more", "missed", "relaxed_by"),
    [
        ({"pay": 42_000}, "pays 16.0% less", Relaxation.PAY),
        ({"pay": 39_000}, "pays 22.0% less", None),
        ({"pay": 47_480}, "pays 5.1% less", Relaxation.PAY),
        ({"job_zone": 5.0}, "needs about 6 years more preparation", Relaxation.PREPARATION),
        ({"job_zone": 5.5}, "needs about 6 years more preparation", None),
        ({"entry_education": "Doctoral or professional degree"}, "needs a doctoral or professional degree", None),
    ],
)
def test_what_misses_a_rule_says_which_and_what_would_relax_it(more, missed, relaxed_by):
    result = moves(there("a", **more))
    assert result.passing == ()
    (near,) = result.near_misses
    assert words(near) == [missed]
    assert [miss.relaxed_by for miss in near.missed] == [relaxed_by]


@pytest.mark.parametrize(
    ("start", "there_at", "missed", "relaxed_by"),
    [
        (51.0, 41.4, None, None),
        (51.0, 41.6, "only 9 less exposed", Relaxation.EXPOSURE),
        (51.0, 46.4, "only 5 less exposed", Relaxation.EXPOSURE),
        (51.0, 46.6, "only 4 less exposed", Relaxation.ANY_EXPOSURE),
        (51.0, 51.2, "just as exposed", Relaxation.ANY_EXPOSURE),
        (51.0, 55.0, "4 more exposed", Relaxation.ANY_EXPOSURE),
        (24.7, 30.1, None, None),
        (24.7, 30.6, "6 more exposed", Relaxation.EXPOSURE),
        (24.7, 36.0, "11 more exposed", Relaxation.ANY_EXPOSURE),
        (33.0, 34.9, None, None),
        (33.0, 36.2, "3 more exposed, at 36", Relaxation.EXPOSURE),
    ],
)
def test_exposure_is_compared_in_the_whole_numbers_that_are_shown(start, there_at, missed, relaxed_by):
    today = Start(TODAY, int(rounded_place(start)), 3.0)
    found = Step(today, there("a"), int(rounded_place(there_at)), 120.0, 0.0, 0.0).misses()
    assert [(miss.words, miss.relaxed_by) for miss in found] == ([(missed, relaxed_by)] if missed else [])


def test_a_professional_degree_is_no_hurdle_for_who_needs_one_today():
    degree = "Doctoral or professional degree"
    assert moves(there("a", entry_education=degree), today=replace(TODAY, entry_education=degree)).passing


def test_near_misses_carry_all_they_miss_and_the_nearest_come_first():
    result = moves(
        there("twice", pay=42_000, job_zone=5.0),
        there("never", entry_education="Doctoral or professional degree"),
        there("shrinking", pay=42_000, growth_percent=-9.0),
        there("once", pay=42_000),
    )
    assert codes(result.near_misses) == ["once", "shrinking", "twice", "never"]
    assert words(result.near_misses[2]) == ["pays 16.0% less", "needs about 6 years more preparation"]


@pytest.mark.parametrize("more", [{"pay": None}, {"job_zone": None}, {"employment": None}])
def test_what_is_unknown_cannot_pass(more):
    result = moves(there("a", **more), there("b"))
    assert [move.code for move in result.passing] == ["b"]


def test_pay_is_compared_in_the_state_where_both_are_published():
    local = {"00-0000": Pay(None, None, 80_000, None, None), "a": Pay(None, None, 100_000, None, None)}
    found = moves(there("a"), there("b"), area=Area("Georgia", local.get)).passing
    assert {move.code: (move.median_pay, move.area) for move in found} == {
        "a": (100_000, "Georgia"),
        "b": (60_000, "United States"),
    }


def test_preparation_is_told_in_plain_words():
    hard = there("a", job_zone=4.0, related_experience="Less than 5 years", on_the_job_training="Internship/residency")
    assert moves(hard).passing[0].preparation == (
        "Less than 5 years of related experience, internship or residency, about 2 years more preparation than this job"
    )


@pytest.mark.parametrize(
    ("today", "zone", "years"), [(1, 2, 0.75), (3, 4, 2), (4, 5, 4), (3.5, 4, 1), (4, 3, 0), (2, 2, 0)]
)
def test_extra_years_follow_the_job_zones(today, zone, years):
    assert extra_years(today, zone) == pytest.approx(years)


@pytest.mark.parametrize(
    ("related", "advice"),
    [
        (
            [{"pay": 42_000}, {"pay": 42_000}, {"job_zone": 5.0}],
            "None of the 3 related jobs that can be compared passes every rule. 2 would if 80% of this job's pay were",
        ),
        ([{"job_zone": 5.0}], "does not pass every rule. 1 would if two steps more preparation were fine."),
        ([{"measure": 0.9}], "1 would if exposure did not matter."),
        (
            [{"pay": 42_000, "job_zone": 5.0}],
            "1 would if 80% of this job's pay were enough and two steps more preparation were fine.",
        ),
        ([{"pay": 1_000, "job_zone": 5.5}], "No rule that can be relaxed would change that."),
        ([{"pay": None}], "None of the related jobs has a score"),
    ],
)
def test_without_moves_the_advice_names_the_filter_to_relax(related, advice):
    result = moves(*(there(str(n), **more) for n, more in enumerate(related)))
    assert result.passing == ()
    assert advice in result.advice


def test_moves_found_need_no_advice():
    assert moves(there("a")).advice is None


@pytest.mark.parametrize(
    ("today", "score", "advice"),
    [
        (TODAY, None, "Without a score"),
        (TODAY, 50.0, "names no related jobs"),
        (replace(TODAY, related=("a",), job_zone=None), 50.0, "names no related jobs"),
        (replace(TODAY, related=("a",), pay=None), 50.0, "No national median pay"),
        (replace(TODAY, related=("a",)), 4.0, "None of the related jobs has a score"),
    ],
)
def test_where_nothing_can_be_compared_the_advice_says_why(today, score, advice):
    result = find_moves(today, score, ExposureModel.of([today]), None, NAMES)
    assert advice in result.advice


@pytest.fixture(scope="module")
def calculator():
    return JobImpactCalculator(load_reference())


def test_a_truck_driver_is_told_of_diesel_mechanics_first(calculator):
    found = calculator.assess(Answers("53-3032")).moves
    assert (found.first.code, found.first.openings) == ("49-3031", 26_500)
    mining = next(move for move in found.passing if move.code == "47-5044")
    assert [flag.value for flag in mining.flags] == ["shrinking", "rare"]


def test_a_hairdresser_sees_skincare_specialists_and_barbers(calculator):
    found = calculator.assess(Answers("39-5012")).moves
    assert {"39-5094", "39-5011"} <= set(codes(found.passing))


def test_no_occupation_names_a_shrinking_or_rare_move_first_and_every_move_keeps_the_rules(calculator):
    for code in load_reference().occupations:
        a = calculator.assess(Answers(code))
        if a.yours is None:
            continue
        place = int(rounded_place(a.yours.score))
        for move in a.moves.passing:
            kept = move.place < 35 and move.place <= place + 5 if place < 35 else move.place <= place - 10
            assert kept, (a.title, move.title)
            assert move.pay_change >= -5, (a.title, move.title)
        assert a.moves.first is None or (a.moves.first.growth_percent >= -2 and a.moves.first.openings >= 1_000)
        assert all(move.missed for move in a.moves.near_misses)

"""Which related occupations are offered as moves, and what is said of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.assessments.job_impact.model.job_impact import ExposureModel
from backend.assessments.job_impact.model.moves import Area, extra_years, find_moves
from backend.reference.plain_names import PlainNames
from backend.reference.tables import Measure, Occupation, Pay

TODAY = Occupation(
    code="00-0000",
    title="Today",
    employment=100,
    pay=Pay(None, None, 50_000, None, None),
    growth_percent=1.0,
    openings=10,
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


def test_moves_are_sorted_by_pay_gain():
    found = moves(there("a"), there("b", pay=90_000), there("c", pay=47_500)).passing
    assert [move.code for move in found] == ["b", "a", "c"]
    assert [move.pay_change for move in found] == pytest.approx([80, 20, -5])


def test_similarity_is_the_rank_among_the_related():
    found = moves(there("a"), there("b"), there("c"), there("d")).passing
    assert {move.code: move.similarity for move in found} == {"a": 100, "b": 75, "c": 50, "d": 25}


@pytest.mark.parametrize(
    ("more", "missed"),
    [
        ({"pay": 42_000}, "pays 16.0% less"),
        ({"job_zone": 5.0}, "needs about 6 years more preparation"),
    ],
)
def test_a_near_miss_says_which_filter_it_failed(more, missed):
    result = moves(there("a", **more))
    assert result.passing == ()
    assert [move.missed for move in result.near_misses] == [missed]


@pytest.mark.parametrize(("today", "near"), [("Bachelor's degree", 0), ("Master's degree", 1)])
def test_a_professional_degree_is_near_only_after_a_masters(today, near):
    doctor = there("a", entry_education="Doctoral or professional degree")
    result = moves(doctor, today=replace(TODAY, entry_education=today))
    assert [move.missed for move in result.near_misses] == ["needs a doctoral or professional degree"] * near
    assert "if you accepted a doctoral or professional degree" in result.advice


@pytest.mark.parametrize(("drop", "missed"), [(9.9, "only 9 points less exposed"), (5.0, "only 5 points less exposed")])
def test_a_smaller_drop_in_exposure_is_a_near_miss(drop, missed):
    assert moves(there("a"), drop=drop).near_misses[0].missed == missed


def test_ten_points_less_exposed_passes():
    assert moves(there("a"), drop=10.0).passing[0].missed is None


@pytest.mark.parametrize("more", [{"pay": 39_000}, {"job_zone": 5.5}, {"pay": 42_000, "job_zone": 5.0}])
def test_what_fails_by_far_or_twice_is_not_shown(more):
    result = moves(there("a", **more))
    assert (result.passing, result.near_misses) == ((), ())


def test_a_professional_degree_is_no_hurdle_for_who_needs_one_today():
    degree = "Doctoral or professional degree"
    assert moves(there("a", entry_education=degree), today=replace(TODAY, entry_education=degree)).passing


def test_at_most_three_near_misses_the_most_similar_first():
    result = moves(*(there(code, pay=45_000) for code in "abcde"))
    assert [move.code for move in result.near_misses] == ["a", "b", "c"]


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
        "Less than 5 years of related experience, internship or residency, "
        "about 2 years more preparation than today's job"
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
            [{"pay": 30_000}, {"pay": 30_000}, {"job_zone": 5.5}],
            "Of 3 related jobs that can be compared, 2 would pass if you accepted less",
        ),
        ([{"job_zone": 5.5}], "1 would pass if you accepted much longer preparation"),
        ([{"measure": 0.9}], "would pass if you did not ask for 10 points less exposure"),
        ([{"pay": 1_000, "job_zone": 5.5}], "each misses two filters or more, most often pay and preparation"),
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
        (TODAY, None, "too little evidence"),
        (TODAY, 50.0, "names no related jobs"),
        (replace(TODAY, related=("a",), job_zone=None), 50.0, "names no related jobs"),
        (replace(TODAY, related=("a",), pay=None), 50.0, "No national median pay"),
        (replace(TODAY, related=("a",)), 4.0, "already among the least exposed"),
    ],
)
def test_where_nothing_can_be_compared_the_advice_says_why(today, score, advice):
    result = find_moves(today, score, ExposureModel.of([today]), None, NAMES)
    assert advice in result.advice

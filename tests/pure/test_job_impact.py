"""The exposure model on made-up occupations: what must hold whatever the figures are."""

from __future__ import annotations

from dataclasses import replace
from math import fsum, isfinite

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.job_impact import ExposureModel, Scale, TooLittleEvidence, combine, week
from backend.assessments.job_impact.model.result import Agreement, Evidence, Exposure, Level
from backend.reference.tables import Activity, Measure, Occupation

unit = st.floats(0, 1)


def occupation(code="00-0001", *, employment=100, measures=None, activities=(), lean=None):
    return Occupation(
        code=code,
        title=code,
        employment=employment,
        pay=None,
        growth_percent=None,
        openings=None,
        entry_education=None,
        related_experience=None,
        on_the_job_training=None,
        job_zone=None,
        lean=lean,
        measures=measures or {},
        activities=activities,
        related=(),
        industries={},
        attainment={},
    )


@st.composite
def weeks(draw):
    """Activities of one occupation whose default shares sum to 1."""
    raw = draw(st.lists(st.integers(1, 100), min_size=1, max_size=6))
    return tuple(
        Activity(f"4.A.{n}", f"Activity {n}", part / sum(raw), draw(unit), draw(st.none() | unit), draw(unit))
        for n, part in enumerate(raw)
    )


@st.composite
def economies(draw):
    """Two to eight occupations, some without employment, some without measures."""
    return [
        occupation(
            f"00-{n:04}",
            employment=draw(st.none() | st.integers(1, 10**7)),
            measures=draw(st.dictionaries(st.sampled_from(Measure), st.sampled_from((0.0, 0.25, 0.5)) | unit)),
            activities=draw(st.just(()) | weeks()),
            lean=draw(st.none() | unit),
        )
        for n in range(draw(st.integers(2, 8)))
    ]


@st.composite
def people(draw):
    """An economy, one of its occupations that has activities, and shares over them."""
    rows = draw(economies())
    rows[0] = replace(rows[0], activities=draw(weeks()))
    ids = [activity.id for activity in rows[0].activities]
    shares = draw(st.dictionaries(st.sampled_from(ids), st.floats(0, 1000)))
    return rows, rows[0].code, shares


def values(found):
    return None if isinstance(found, TooLittleEvidence) else (found.score, found.band.low, found.band.high)


@given(people())
def test_a_score_lies_in_its_band_and_the_band_between_0_and_100(person):
    rows, code, shares = person
    found = ExposureModel.of(rows).personal(code, shares)
    if isinstance(found, Exposure):
        assert all(map(isfinite, found.families.values()))
        assert 0 <= found.band.low <= found.score <= found.band.high <= 100


@given(economies(), st.data())
def test_raising_a_measure_never_lowers_the_score(rows, data):
    row = data.draw(st.sampled_from([row for row in rows if row.measures] or rows))
    assume(row.measures)
    measure = data.draw(st.sampled_from(sorted(row.measures)))
    raised = replace(row, measures=row.measures | {measure: row.measures[measure] + data.draw(st.floats(0, 1))})

    before = ExposureModel.of(rows).typical(row.code)
    after = ExposureModel.of([raised if other is row else other for other in rows]).typical(row.code)

    if isinstance(before, Exposure):
        assert after.score >= before.score - 1e-9


@given(people(), st.randoms())
def test_the_order_of_the_rows_changes_nothing(person, random):
    rows, code, shares = person
    shuffled = random.sample(rows, len(rows))
    one, other = ExposureModel.of(rows), ExposureModel.of(shuffled)
    assert one.personal(code, shares) == other.personal(code, shares)
    assert dict(one.typicals) == dict(other.typicals)


@given(people(), st.floats(1e-3, 1e3))
def test_shares_in_any_unit_mean_the_same(person, factor):
    rows, code, shares = person
    assume(all(share == 0 or share > 1e-6 for share in shares.values()))
    model = ExposureModel.of(rows)
    scaled = {key: share * factor for key, share in shares.items()}
    assert values(model.personal(code, scaled)) == pytest.approx(values(model.personal(code, shares)), abs=1e-6)


@given(people())
def test_without_shares_the_week_is_the_default(person):
    rows, code, shares = person
    model = ExposureModel.of(rows)
    assert model.personal(code, {}) is model.typical(code)
    assert model.personal(code, dict.fromkeys(shares, 0.0)) is model.typical(code)
    assert model.lean(code, {}).share == rows[0].lean


@given(weeks(), st.data())
def test_a_week_is_a_whole_however_it_is_stated(activities, data):
    ids = [activity.id for activity in activities]
    huge_or_tiny = st.floats(0, 1.7e308)
    found = week(activities, data.draw(st.dictionaries(st.sampled_from(ids), huge_or_tiny)))
    assert fsum(found) == pytest.approx(1)
    assert all(share >= 0 for share in found)


@pytest.mark.parametrize(("chosen", "trust"), [(1, 0.2), (2, 0.4), (3, 0.6), (4, 0.8), (5, 0.8)])
def test_each_chosen_activity_adds_a_fifth_of_trust_up_to_four_fifths(chosen, trust):
    activities = tuple(Activity(str(n), "", 0.1, 0.5, None, 0.5) for n in range(10))
    found = week(activities, {str(n): 1 for n in range(chosen)} | {"9": 0})
    assert found[9] == pytest.approx((1 - trust) * 0.1)
    assert found[0] == pytest.approx(trust / chosen + (1 - trust) * 0.1)


@pytest.mark.parametrize("shares", [{"4.A.0": -1}, {"4.A.0": float("nan")}, {"4.A.0": float("inf")}, {"nowhere": 1}])
def test_an_impossible_week_is_refused(shares):
    with pytest.raises(ValueError, match=r"share|activities"):
        week((Activity("4.A.0", "", 1.0, 0.5, None, 0.5),), shares)


def test_equal_values_share_the_middle_of_their_ranks():
    scale = Scale.of([2.0, 1.0, 2.0, 4.0], [10, 40, 20, 30])
    assert [scale.place(value) for value in (1.0, 2.0, 4.0)] == [20.0, 55.0, 85.0]


def test_a_scale_is_linear_between_values_and_flat_beyond_them():
    scale = Scale.of([1.0, 3.0], [50, 50])
    assert [scale.place(value) for value in (0.0, 1.0, 2.0, 3.0, 9.0)] == [25.0, 25.0, 50.0, 75.0, 75.0]


@pytest.mark.parametrize(
    ("each", "workers"), [([], []), ([1.0], [0]), ([1.0], [-5]), ([float("nan")], [1]), ([1.0], [float("inf")])]
)
def test_an_impossible_scale_is_refused(each, workers):
    with pytest.raises(ValueError, match="scale"):
        Scale.of(each, workers)


def test_one_kind_of_evidence_is_too_little_and_says_which():
    found = combine({Evidence.TASK: 50.0}, {})
    assert isinstance(found, TooLittleEvidence)
    assert "too thin" in found.reason
    assert "tasks" in found.reason


@pytest.mark.parametrize(
    ("low", "high", "agreement"),
    [(40, 70, Agreement.AGREE), (40, 70.1, Agreement.MIXED), (20, 75, Agreement.MIXED), (20, 75.1, Agreement.DISAGREE)],
)
def test_agreement_depends_on_how_far_the_single_measures_lie_apart(low, high, agreement):
    assert (
        combine(
            dict.fromkeys((Evidence.TASK, Evidence.USAGE), 50.0),
            {Measure.AIOE: low, Measure.MICROSOFT: high},
        ).agreement
        is agreement
    )


@pytest.mark.parametrize(
    ("score", "level"), [(34.9, Level.LOW), (35.0, Level.MEDIUM), (64.9, Level.MEDIUM), (65.0, Level.HIGH)]
)
def test_levels_begin_at_35_and_65(score, level):
    found = combine(dict.fromkeys(Evidence, score), dict.fromkeys(Measure, score))
    assert (found.level, found.low_level, found.high_level) == (level, level, level)


@pytest.mark.parametrize("place", [-0.1, 100.1, float("nan")])
def test_a_family_outside_0_to_100_is_refused(place):
    with pytest.raises(ValueError, match="between 0 and 100"):
        combine({Evidence.TASK: place, Evidence.USAGE: 50.0}, {})


@pytest.mark.parametrize(("share", "label"), [(0.5, "mostly by itself"), (0.49, "mostly to help"), (None, None)])
def test_lean_is_named_from_a_half(share, label):
    model = ExposureModel.of([occupation(lean=share)])
    assert model.lean("00-0001", {}).label == label


def test_a_week_without_exposed_work_has_no_lean():
    idle = Activity("4.A.0", "", 1.0, 0.0, None, 0.0)
    model = ExposureModel.of([occupation(activities=(idle,))])
    assert model.lean("00-0001", {"4.A.0": 1}).share is None


def test_a_week_of_tasks_that_ai_does_alone_leans_replace():
    alone, together = Activity("a", "", 0.5, 0.8, 1.0, 0.0), Activity("b", "", 0.5, 0.8, 0.0, 0.0)
    model = ExposureModel.of([occupation(activities=(alone, together))])
    assert model.lean("00-0001", {"a": 1}).share == pytest.approx(0.6)

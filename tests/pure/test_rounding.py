"""Places as people read them: a rounded number never belongs to other words than the exact one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.job_impact import FAMILIES, TooLittleEvidence, agreement, combine, level
from backend.assessments.job_impact.model.result import Exposure
from backend.assessments.job_impact.model.rounding import rounded, rounded_place
from backend.reference.tables import Measure

near_a_cut_off = st.sampled_from([5.0, 34.5, 34.96, 35.0, 64.6, 64.97, 90.04]) | st.floats(0, 100)
digits = st.sampled_from([0, 1])


@st.composite
def exposures(draw: st.DrawFn) -> Exposure:
    places = draw(st.dictionaries(st.sampled_from(list(Measure)), near_a_cut_off, min_size=4))
    families = {
        family: sum(present) / len(present)
        for family, measures in FAMILIES.items()
        if (present := [places[measure] for measure in measures if measure in places])
    }
    exposure = combine(families, places)
    assert not isinstance(exposure, TooLittleEvidence)
    return exposure


@given(exposures(), digits)
def test_rounded_numbers_have_the_level_and_the_agreement_of_the_exact_ones(exposure: Exposure, digits: int) -> None:
    shown = rounded(exposure, digits)
    assert level(shown.score) is shown.level is exposure.level
    assert (level(shown.band.low), level(shown.band.high)) == (exposure.low_level, exposure.high_level)
    assert agreement(shown.measures_range) is shown.agreement is exposure.agreement


@given(exposures(), digits)
def test_rounded_ranges_hold_the_rounded_numbers(exposure: Exposure, digits: int) -> None:
    shown = rounded(exposure, digits)
    assert (min(shown.places.values()), max(shown.places.values())) == (
        shown.measures_range.low,
        shown.measures_range.high,
    )
    assert (min(shown.families.values()), max(shown.families.values())) == (shown.band.low, shown.band.high)
    assert shown.band.low <= shown.score <= shown.band.high
    assert all(abs(shown.places[measure] - place) < 2 * 10.0**-digits for measure, place in exposure.places.items())


@pytest.mark.parametrize(
    ("place", "digits", "shown"),
    [(51.5, 0, 52), (34.6, 0, 34), (34.97, 1, 34.9), (64.97, 0, 64), (35.2, 0, 35), (99.7, 0, 100), (26.35, 1, 26.4)],
)
def test_halves_go_up_but_never_over_a_cut_off(place: float, digits: int, shown: float) -> None:
    assert rounded_place(place, digits) == shown

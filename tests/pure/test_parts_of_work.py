"""The three parts of the work in whole percents: what pages, pictures, and the API all show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.job_impact import lean_label, parts_of
from backend.assessments.job_impact.model.result import Parts


@given(st.floats(0, 1), st.none() | st.floats(0, 1))
def test_whole_parts_add_up_to_100_and_each_is_within_one_of_the_exact_part(exposed, lean):
    parts = parts_of(exposed, lean_label(lean))
    whole, exact = parts.whole(), (parts.alone, parts.helped, parts.out)
    assert sum(whole) == 100
    assert all(abs(shown - part) < 1 for shown, part in zip(whole, exact, strict=True))


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_larger_of_two_parts_is_never_shown_as_the_smaller(exposed, lean):
    parts = parts_of(exposed, lean_label(lean))
    alone, helped, _ = parts.whole()
    assert (alone - helped) * (parts.alone - parts.helped) >= 0


@given(st.floats(0, 1))
def test_where_both_parts_are_equal_what_is_left_goes_to_what_ai_could_do_by_itself(exposed):
    alone, helped, _ = parts_of(exposed, lean_label(0.5)).whole()
    assert alone in {helped, helped + 1}


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (Parts(2.9, 32.9, 64.2), (3, 33, 64)),
        (Parts(33.4, 33.3, 33.3), (34, 33, 33)),
        (Parts(0.4, 0.4, 99.2), (1, 0, 99)),
        (Parts(0.0, 0.0, 100.0), (0, 0, 100)),
    ],
)
def test_what_is_left_goes_to_the_largest_remainder(parts, whole):
    assert parts.whole() == whole

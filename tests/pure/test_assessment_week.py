"""A week in hours, as it is shown by everyday group and as it is understood."""

from __future__ import annotations

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.result import ActivityPlace
from backend.assessments.job_impact.presentation.week import stated, total_sentence, typical_hours, week_groups


def place(key, topic, typical):
    return ActivityPlace(key, key.title(), f"Doing {key}", topic, typical, typical, 0.5, None)


# Driving 66.4%, of which the van has a quarter; forms 33.4% and 0.2%.
PLACES = (
    place("tiny", "forms", 0.2),
    place("van", "driving", 16.6),
    place("truck", "driving", 49.8),
    place("papers", "forms", 33.4),
)
TYPICAL = {"van": 6.64, "truck": 19.92, "papers": 13.36, "tiny": 0.08}
hours = st.floats(0, 168)


def typed(week, **changes):
    """The fields of the form as they are sent: those of the groups, and those of the activities."""
    groups = {group.id: float(group.shown) for group in week}
    lines = {line.id: float(line.shown) for group in week for line in group.lines}
    return [{key: changes.get(key, value) for key, value in each.items()} for each in (groups, lines)]


def test_the_largest_group_of_a_typical_week_comes_first_and_so_does_its_largest_activity():
    week = week_groups(PLACES, {})

    assert [(group.id, group.shown) for group in week] == [("driving", "26.5"), ("forms", "13.5")]
    assert [line.id for group in week for line in group.lines] == ["truck", "van", "papers", "tiny"]


def test_hours_are_shown_to_the_half_small_ones_to_the_tenth_and_none_as_nothing():
    assert [line.shown for group in week_groups(PLACES, {}) for line in group.lines] == ["20", "6.5", "13.5", "0.1"]
    assert typical_hours(0) == "0"


def test_the_hours_of_the_groups_of_every_job_add_up_to_40(shipped_assessments):
    for a in shipped_assessments:
        week = week_groups(a.activities, {})
        assert not week or fsum(float(group.shown) for group in week) == 40
        assert all(abs(float(group.shown) - group.typical) < 0.5 for group in week)


def test_a_week_left_as_shown_is_typical():
    week = week_groups(PLACES, {})

    assert stated(week, *typed(week)) == {}
    assert stated(week, {}, {}) == {}


def test_the_hours_of_a_group_are_split_over_its_activities_as_in_a_typical_week():
    week = week_groups(PLACES, {})

    assert stated(week, *typed(week, driving=30.0)) == pytest.approx(TYPICAL | {"van": 7.5, "truck": 22.5})


def test_what_was_typed_for_an_activity_wins_over_the_hours_of_its_group():
    week = week_groups(PLACES, {})

    assert stated(week, *typed(week, driving=30.0, van=20.0)) == pytest.approx(TYPICAL | {"van": 20, "truck": 10})
    assert stated(week, *typed(week, driving=5.0, van=20.0)) == pytest.approx(TYPICAL | {"van": 20, "truck": 0})


def test_changing_one_activity_leaves_the_others_exact():
    week = week_groups(PLACES, {})

    assert stated(week, *typed(week, tiny=10.0)) == pytest.approx(TYPICAL | {"tiny": 10.0}, abs=1e-12)


def test_what_was_typed_comes_back_as_it_was_typed():
    own = {"van": 12.25, "truck": 0.0, "papers": 30.0, "tiny": 0.0}
    week = week_groups(PLACES, own)

    assert [group.shown for group in week] == ["12.25", "30"]
    assert [line.shown for group in week for line in group.lines] == ["0", "12.25", "30", "0"]
    assert stated(week, *typed(week)) == own


def test_a_group_typed_anew_keeps_what_its_activities_share():
    week = week_groups(PLACES, {"van": 10.0, "truck": 10.0, "papers": 5.0, "tiny": 0.0})

    assert stated(week, *typed(week, driving=30.0))["van"] == pytest.approx(15)


def test_a_group_of_no_hours_can_be_filled_again():
    week = week_groups(PLACES, {"papers": 5.0})

    assert stated(week, *typed(week, driving=40.0)) == pytest.approx({"van": 10, "truck": 30, "papers": 5, "tiny": 0})


@given(driving=hours, forms=hours)
def test_no_hour_of_a_group_is_lost(driving, forms):
    week = week_groups(PLACES, {})
    own = stated(week, {"driving": driving, "forms": forms}, {})

    for group, total in zip(week, (driving, forms), strict=True):
        expected = group.typical if total == float(group.shown) else total
        assert fsum((own or TYPICAL)[line.id] for line in group.lines) == pytest.approx(expected)


def test_the_form_says_how_many_hours_it_holds():
    assert total_sentence(week_groups(PLACES, {})) == (
        "We don’t know your hours. These are the job’s task shares spread over 40 hours; put yours in their place."
    )
    assert total_sentence(week_groups(PLACES, {"van": 12.0, "papers": 35.0})) == "Your week adds up to 47 hours."

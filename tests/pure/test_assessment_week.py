"""A week in hours, as it is shown and as it is understood."""

from __future__ import annotations

from backend.assessments.job_impact.model.result import ActivityPlace
from backend.assessments.job_impact.presentation.week import lines, stated, typical_hours


def place(key, typical):
    return ActivityPlace(key, key.title(), key.title(), key, typical, typical, 0.5, None)


PLACES = (place("small", 0.2), place("large", 66.4), place("middle", 33.4))


def shown(week):
    return {line.id: float(line.shown) for line in week}


def test_the_largest_part_of_a_typical_week_comes_first():
    assert [line.id for line in lines(PLACES, {})] == ["large", "middle", "small"]


def test_hours_are_shown_to_the_half_small_ones_to_the_tenth_and_none_as_nothing():
    assert [line.shown for line in lines(PLACES, {})] == ["26.5", "13.5", "0.1"]
    assert typical_hours(0) == "0"


def test_a_week_left_as_shown_is_typical():
    week = lines(PLACES, {})

    assert stated(week, shown(week)) == {}


def test_changing_one_activity_leaves_the_others_exact():
    week = lines(PLACES, {})
    hours = stated(week, shown(week) | {"small": 10.0})

    assert hours == {"large": 66.4 * 40 / 100, "middle": 33.4 * 40 / 100, "small": 10.0}
    assert shown(lines(PLACES, hours)) == {"large": 26.5, "middle": 13.5, "small": 10.0}


def test_what_was_typed_comes_back_as_it_was_typed():
    hours = {"large": 12.25, "middle": 0.0, "small": 30.0}

    assert [line.shown for line in lines(PLACES, hours)] == ["12.25", "0", "30"]

"""The work in three parts, and part by part, as a result says them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers
from backend.assessments.job_impact.presentation.activity_lists import largest_part, lists_of, other_lists, pieces
from backend.assessments.job_impact.presentation.headline import Voice
from backend.assessments.job_impact.presentation.parts import (
    NO_TASK,
    groups_section,
    percent_words,
    three_parts,
)
from backend.assessments.job_impact.presentation.wording import joined

NURSE, TRUCK_DRIVER, DRIVING = "29-1141", "53-3032", "4.A.3.a.4.I01"


@pytest.fixture(scope="module")
def assess(shipped):
    calculator = JobImpactCalculator(shipped)
    return lambda code, **activities: calculator.assess(Answers(code, activities=activities))


def test_the_parts_of_every_job_add_up_to_100_and_each_says_what_falls_in_it(shipped_assessments):
    for a in shipped_assessments:
        section = three_parts(a)
        assert (section is None) == (a.parts is None)
        if section is None or a.parts is None:
            continue
        exact = (a.parts.alone, a.parts.helped, a.parts.out)
        assert sum(row.percent for row in section.rows) == 100
        for row, part in zip(section.rows, exact, strict=True):
            assert row.what
            assert (row.what == NO_TASK) == (part < 1e-9)
            assert (row.share == "0%") == (part < 1e-9)


def test_an_activity_of_a_job_is_named_in_one_list_only_and_none_is_small(shipped_assessments):
    for a in shipped_assessments:
        others = other_lists(a.activities)
        every = (*lists_of(a.activities).values(), others.exposed, others.reached, others.least)
        named = [activity for activities in every for activity in activities]
        assert len({activity.id for activity in named}) == len(named)
        assert all(activity.share >= 2 and activity.topic != "further" for activity in named)


def test_examples_of_a_part_belong_there(shipped_assessments):
    for a in shipped_assessments:
        lists = lists_of(a.activities)
        for kind, activities in lists.items():
            assert all(pieces(activity)[kind] > 0 for activity in activities)
        assert all(largest_part(x) == "out" and x.exposure <= 0.25 for x in lists["out"])
        if any(x.exposure > 0.1 for x in lists["out"]):
            assert not [x for x in a.activities if x.exposure <= 0.1 and x.share >= 2 and x.topic != "further"]
        assert all(x.exposure >= 0.25 or largest_part(x) != "out" for x in (*lists["alone"], *lists["help"]))


def test_mostly_is_said_only_of_half_a_part_and_more(shipped_assessments):
    for a in shipped_assessments:
        section = three_parts(a)
        for row in section.rows if section else ():
            given = sum(pieces(activity)[row.kind] for activity in lists_of(a.activities)[row.kind])
            whole = sum(pieces(activity)[row.kind] for activity in a.activities)
            assert not row.what.startswith("Mostly") or given >= 0.499 * whole


def test_a_job_has_tasks_and_only_entered_hours_are_a_week(assess):
    typical, own = assess(TRUCK_DRIVER), assess(TRUCK_DRIVER, **{DRIVING: 30.0, "4.A.3.b.6.I08": 10.0})

    assert three_parts(typical).heading == "The job in three parts"
    assert three_parts(own).heading == "Your week, in three parts"
    assert three_parts(own, Voice.SHARED).heading == "This person’s week, in three parts"
    assert "week" not in str(three_parts(typical))
    assert "week" not in str(replace(groups_section(typical), ask_hours=""))
    assert groups_section(own).heading == "Your week, part by part"
    assert groups_section(own).rows[0].name == "Driving and operating vehicles"


def test_a_job_whose_driving_fills_the_day_asks_for_the_drivers_own_hours(assess):
    a = assess(TRUCK_DRIVER)

    assert (
        "makes up 17% of the job’s tasks, but it can fill most of a day. Enter your own" in groups_section(a).ask_hours
    )
    assert groups_section(a, Voice.SHARED).ask_hours == ""
    assert groups_section(assess(NURSE)).ask_hours == ""
    assert "Enter" not in groups_section(assess(TRUCK_DRIVER, **{DRIVING: 30.0})).ask_hours


@pytest.mark.parametrize(
    ("code", "asks"),
    [("39-5012", True), ("37-2011", True), ("35-2014", True), ("53-3051", True)]
    + [(code, False) for code in ("47-2061", "21-2011", "35-3023", "53-2011")],
)
def test_only_work_that_does_fill_the_day_is_said_to(assess, code, asks):
    assert bool(groups_section(assess(code)).ask_hours) == asks


def test_0_hours_are_shown_as_counted_and_the_page_says_why(assess):
    a = assess(TRUCK_DRIVER, **{DRIVING: 40.0})
    section = groups_section(a)

    assert any(activity.share and activity.id != DRIVING for activity in a.activities)
    assert section.numbers == "counted · reached"
    assert section.note == (
        "Your hours count for 20%, and O*NET’s ratings of the job’s tasks for the rest. "
        "So an activity with 0 hours is still counted, as a small share."
    )


def test_groups_say_how_many_they_are_and_that_shares_are_not_hours(assess):
    section = groups_section(assess(NURSE))

    assert section.count == "8 everyday groups, 46 activities"
    assert len(section.rows) == 8
    assert len(section.activities) == 46
    assert section.note == "The shares follow O*NET’s ratings of the job’s tasks. They are not hours."


def test_lists_of_activities_keep_their_word_for_every_job(shipped_assessments):
    for a in shipped_assessments:
        others = other_lists(a.activities)
        exposed, reached, least = others.exposed, others.reached, others.least
        assert all(x.exposure > 0.25 for x in (*exposed, *reached))
        assert all(x.exposure <= 0.25 for x in least)
        assert [x.exposure for x in exposed] == sorted((x.exposure for x in exposed), reverse=True)
        assert [x.share * x.exposure for x in reached] == sorted((x.share * x.exposure for x in reached), reverse=True)
        assert [x.exposure for x in least] == sorted(x.exposure for x in least)
        assert not reached or max(x.exposure for x in reached) <= min(x.exposure for x in exposed)


def test_lists_are_called_larger_where_a_smaller_activity_is_more_or_less_exposed(shipped_assessments):
    for a in shipped_assessments:
        others, parts = other_lists(a.activities), lists_of(a.activities).values()
        named = {x.id for listed in parts for x in listed}
        small = [x for x in a.activities if 0 < x.share < 2 and x.topic != "further" and x.id not in named]
        section = groups_section(a)
        headings = [listed.heading for listed in section.lists] if section else []
        if others.exposed and max((x.exposure for x in small), default=0) > others.exposed[-1].exposure + 0.01:
            assert "Most exposed of the other larger activities" in headings
        if others.least and min((x.exposure for x in small), default=1) < others.least[-1].exposure - 0.01:
            assert "Least exposed of the other larger activities" in headings


def test_a_week_names_only_activities_that_were_given_hours(assess):
    section = groups_section(a := assess(TRUCK_DRIVER, **{DRIVING: 40.0, "4.A.3.b.6.I08": 5.0}))
    others = other_lists(a.activities)
    listed = [x for each in (*lists_of(a.activities).values(), others.exposed, others.reached) for x in each]

    assert all(x.entered > 0 for x in listed)
    assert section.heading == "Your week, part by part"


def test_names_with_commas_of_their_own_are_parted_by_semicolons():
    assert joined(["driving"]) == "driving"
    assert joined(["driving", "loading"]) == "driving and loading"
    assert joined(["driving", "loading", "packing"]) == "driving, loading, and packing"
    assert joined(["practicing, training", "loading", "packing"]) == "practicing, training; loading; and packing"


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0%"), (0.2, "under 1%"), (0.5, "1%"), (46.4, "46%"), (99.7, "over 99%"), (100, "100%")]
)
def test_a_percent_never_says_nothing_or_all_of_what_is_not(value, words):
    assert percent_words(value) == words

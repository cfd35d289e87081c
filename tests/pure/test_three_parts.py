"""The work in three parts, and part by part, as a result says them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers
from backend.assessments.job_impact.presentation.headline import Voice
from backend.assessments.job_impact.presentation.parts import (
    NO_TASK,
    groups_section,
    joined,
    least_exposed,
    lists_of,
    most_exposed,
    most_exposed_time,
    percent_words,
    pieces,
    three_parts,
)

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


def test_no_activity_is_in_two_parts_and_each_gives_to_the_part_it_is_listed_in(shipped_assessments):
    for a in shipped_assessments:
        lists = lists_of(a.activities)
        listed = [activity.id for activities in lists.values() for activity in activities]
        assert len(set(listed)) == len(listed)
        for kind, activities in lists.items():
            assert all(pieces(activity)[kind] > 0 for activity in activities)


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

    assert groups_section(a).ask_hours == (
        "Driving or steering vehicles makes up 17% of the job’s tasks, but it can fill most of a day. "
        "Enter your own hours to see what that changes."
    )
    assert groups_section(a, Voice.SHARED).ask_hours == ""
    assert groups_section(assess(NURSE)).ask_hours == ""
    assert "Enter" not in groups_section(assess(TRUCK_DRIVER, **{DRIVING: 30.0})).ask_hours


def test_0_hours_are_shown_as_counted_and_the_page_says_why(assess):
    a = assess(TRUCK_DRIVER, **{DRIVING: 40.0})
    section = groups_section(a)

    assert any(activity.share and activity.id != DRIVING for activity in a.activities)
    assert section.numbers == "counted · reached"
    assert section.note == (
        "Your hours count for up to 80%, and O*NET’s ratings of the job’s tasks for the rest. "
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
        most, time, least = most_exposed(a), most_exposed_time(a), least_exposed(a)
        assert all(x.share >= 2 for x in (*most, *least))
        assert all(percent_words(100 * x.exposure)[0] not in "0u" for x in (*most, *time))
        assert [x.exposure for x in most] == sorted((x.exposure for x in most), reverse=True)
        assert [x.share * x.exposure for x in time] == sorted((x.share * x.exposure for x in time), reverse=True)
        assert not set(most) & set(least)
        if most and least:
            assert max(x.exposure for x in least) <= min(x.exposure for x in most)


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

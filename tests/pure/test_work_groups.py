"""A job's work in at most eight everyday groups."""

from __future__ import annotations

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.result import ActivityPlace
from backend.assessments.job_impact.presentation.topic_names import NAMES
from backend.assessments.job_impact.presentation.topics import TOPICS
from backend.assessments.job_impact.presentation.work_groups import (
    LONGEST_NAME,
    MOST_GROUPS,
    SMALLEST_GROUP,
    groups_of,
    topics_of,
)


def place(key: str, topic: str, share: float, exposure: float = 0.5, now: float | None = None) -> ActivityPlace:
    return ActivityPlace(key, key, f"Doing {key}", topic, share if now is None else now, share, exposure, None)


@st.composite
def works(draw: st.DrawFn) -> list[ActivityPlace]:
    weights = draw(st.lists(st.tuples(st.sampled_from(list(TOPICS)), st.integers(1, 1000)), min_size=1, max_size=60))
    total = sum(weight for _, weight in weights)
    return [place(f"a{n}", topic, 100 * weight / total) for n, (topic, weight) in enumerate(weights)]


@given(works())
def test_any_work_is_divided_among_at_most_eight_groups_that_hold_all_of_it(work):
    groups = groups_of(work)

    assert 1 <= len(groups) <= MOST_GROUPS
    assert sorted(x.id for group in groups for x in group.activities) == sorted(x.id for x in work)
    assert fsum(group.share for group in groups) == pytest.approx(100)
    assert len(groups) == 1 or min(group.typical_share for group in groups) >= SMALLEST_GROUP
    assert len({group.name for group in groups}) == len({group.id for group in groups}) == len(groups)
    assert all(len(group.name) <= LONGEST_NAME for group in groups)


@given(works(), st.randoms())
def test_the_order_of_activities_changes_nothing(work, random):
    shuffled = list(work)
    random.shuffle(shuffled)

    assert groups_of(shuffled) == groups_of(work)


def test_every_scored_job_has_groups_that_its_people_would_name(shipped_assessments):
    for assessed in shipped_assessments:
        names = [group.name for group in groups_of(assessed.activities)]
        assert len(names) <= MOST_GROUPS
        assert len(set(names)) == len(names)
        assert not {name.lower() for name in names} & {"other", "other tasks"}


def test_a_job_of_three_topics_keeps_them_by_their_own_names():
    work = [place("a", "driving", 50), place("b", "forms", 30), place("c", "repair", 20)]

    assert [group.name for group in groups_of(work)] == [TOPICS[t].label for t in ("driving", "forms", "repair")]


def test_a_small_topic_joins_another_of_its_field_and_both_are_named():
    work = [place("a", "books", 60), place("b", "records", 18), place("c", "forms", 3), place("d", "food", 19)]

    assert {group.name for group in groups_of(work)} == {
        "Accounts, budgets, and costs",
        "Records and documents",
        "Preparing and serving food",
    }


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("53-2011", "Flying and repair"),
        ("21-2011", "Preaching and teaching"),
        ("39-5012", "Skin checks, treatments, and advice"),
        ("45-4022", "Cutting and moving trees"),
        ("27-2042", "Music and shows"),
        ("53-3032", "Documents, calls, and other office work"),
    ],
)
def test_a_part_is_named_as_people_of_the_job_would(shipped_assessments, code, name):
    (assessed,) = (a for a in shipped_assessments if a.code == code)
    assert name in {group.name for group in groups_of(assessed.activities, code)}


def test_every_name_of_a_topic_in_some_jobs_stands_on_a_page_and_is_unique_there(shipped_assessments):
    used = set()
    for assessed in shipped_assessments:
        topics = topics_of(assessed.activities, assessed.code)
        used |= {(part.topic.label, part.topic.short) for part in topics}
        names = [group.name for group in groups_of(assessed.activities, assessed.code)]
        assert len(set(names)) == len(names)
        assert all(len(name) <= LONGEST_NAME for name in names)
    assert {pair for names in NAMES.values() for pair in names.values()} <= used


def test_groups_stay_the_same_whatever_the_week():
    typical = [place("a", "driving", 60), place("b", "forms", 40)]
    own = [place("a", "driving", 60, now=5.0), place("b", "forms", 40, now=95.0)]

    assert [(group.id, group.name) for group in groups_of(own)] == [(g.id, g.name) for g in groups_of(typical)]
    assert [group.share for group in groups_of(own)] == [5.0, 95.0]


def test_the_reach_of_a_group_weighs_its_activities_by_their_shares():
    (group,) = groups_of([place("a", "forms", 75, exposure=0.8), place("b", "forms", 25, exposure=0.0)])

    assert group.reach == pytest.approx(60)

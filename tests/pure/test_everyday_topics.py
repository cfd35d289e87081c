"""The plain names of activities and the everyday topics that sort them."""

from __future__ import annotations

import pytest

from backend.assessments.job_impact.presentation.topic_advice import ADVICE
from backend.assessments.job_impact.presentation.topics import FURTHER, TOPICS, Field
from backend.assessments.job_impact.presentation.work_groups import NEIGHBORS

LONGEST_ACTIVITY, LONGEST_TOPIC = 60, 45
ACTIVITIES = 332


@pytest.fixture(scope="module")
def named(shipped):
    return shipped.names.activities


def test_every_activity_has_a_plain_name_of_its_own(shipped, named):
    used = {activity.id for occupation in shipped.occupations.values() for activity in occupation.activities}

    assert len(used - {"other"}) == ACTIVITIES
    assert used <= named.keys()
    assert len({activity.name for activity in named.values()}) == len(named)


def test_names_of_activities_begin_with_a_verb_and_are_short(named):
    for activity in named.values():
        assert activity.name.split()[0].endswith("ing"), activity.name
        assert activity.name[:1].isupper()
        assert len(activity.name) <= LONGEST_ACTIVITY
        assert not set(activity.name) & set("'.;:")


def test_no_activity_is_called_what_onet_calls_it(shipped, named):
    titles = {activity.title for occupation in shipped.occupations.values() for activity in occupation.activities}

    assert not titles & {activity.name for activity in named.values()}


def test_every_activity_is_of_a_topic_that_exists(named):
    topics = {activity.topic for activity in named.values()}

    assert topics == set(TOPICS)
    assert named["other"].topic == FURTHER.id


def test_topics_are_told_apart_and_their_labels_are_short():
    labels = [topic.label for topic in TOPICS.values()]

    assert len(set(labels)) == len({topic.short for topic in TOPICS.values()}) == len(TOPICS)
    assert all(len(label) <= LONGEST_TOPIC for label in (*labels, *Field))
    assert not {"other", "miscellaneous"} & {label.lower() for label in labels}
    assert len(Field) <= 8
    assert NEIGHBORS.keys() == set(Field)


def test_every_topic_has_advice_of_its_own():
    assert ADVICE.keys() == TOPICS.keys() - {FURTHER.id}
    for topic, advice in ADVICE.items():
        assert len(advice.hand_over) <= LONGEST_TOPIC, topic
        assert len(advice.count_on) <= LONGEST_TOPIC, topic
        assert advice.check.endswith(".")
        assert not any(text.endswith(".") or ";" in text for text in (advice.hand_over, advice.count_on))

"""A job's activities in at most eight everyday groups, the same for every week of the job."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import fsum

from backend.assessments.job_impact.model.result import ActivityPlace
from backend.assessments.job_impact.presentation.topic_names import name_of
from backend.assessments.job_impact.presentation.topics import FURTHER, ORDER, TOPICS, Field, Topic

MOST_GROUPS, SMALLEST_GROUP = 8, 4.0
# A group from here on is what the job is known for: it stays by itself while a small one has other company.
LARGE_GROUP = 20.0
LONGEST_NAME = 45
# What a group is called beyond the topics that it names, where all are of one field.
OTHERS = {
    Field.CARE: "other care",
    Field.PEOPLE: "other service",
    Field.LEARNING: "other learning",
    Field.LEADING: "other planning",
    Field.OFFICE: "other office work",
    Field.KNOWLEDGE: "other knowledge work",
    Field.CHECKS: "other checks",
    Field.HANDS: "other hands-on work",
}
# Where a small group without company in its field goes, the closest field first.
NEIGHBORS = {
    Field.CARE: (Field.LEARNING, Field.PEOPLE, Field.OFFICE, Field.CHECKS),
    Field.PEOPLE: (Field.OFFICE, Field.LEADING, Field.LEARNING, Field.CARE),
    Field.LEARNING: (Field.LEADING, Field.KNOWLEDGE, Field.PEOPLE, Field.OFFICE),
    Field.LEADING: (Field.OFFICE, Field.LEARNING, Field.CHECKS, Field.PEOPLE),
    Field.OFFICE: (Field.LEADING, Field.PEOPLE, Field.CHECKS, Field.KNOWLEDGE),
    Field.KNOWLEDGE: (Field.OFFICE, Field.LEADING, Field.LEARNING, Field.CHECKS),
    Field.CHECKS: (Field.HANDS, Field.LEADING, Field.OFFICE),
    Field.HANDS: (Field.CHECKS, Field.CARE, Field.PEOPLE),
}


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """A part of the work: `share` and `typical_share` of all of it, `reach` and `alone` of the group; percent.

    `id` joins the ids of its topics, so it stays the same for all weeks of a job. Activities: largest first.
    """

    id: str
    name: str
    share: float
    typical_share: float
    reach: float
    alone: float
    activities: tuple[ActivityPlace, ...]

    @property
    def entered(self) -> float:
        """Its percent of the hours that were entered."""
        return fsum(activity.entered for activity in self.activities)


@dataclass(frozen=True, slots=True)
class TopicShare:
    """The activities of one topic in a job, largest first, and what they make up of its typical work in percent."""

    topic: Topic
    typical_share: float
    activities: tuple[ActivityPlace, ...]


Cluster = tuple[TopicShare, ...]


def topics_of(activities: Iterable[ActivityPlace], code: str = "") -> tuple[TopicShare, ...]:
    """In the order of the table of topics; an activity of a topic we do not know counts among the further tasks."""
    sorted_in: dict[str, list[ActivityPlace]] = {}
    for activity in sorted(activities, key=lambda a: (-a.typical_share, a.id)):
        sorted_in.setdefault(TOPICS.get(activity.topic, FURTHER).id, []).append(activity)
    return tuple(
        TopicShare(_topic_in(code, TOPICS[key]), fsum(a.typical_share for a in members), tuple(members))
        for key, members in sorted(sorted_in.items(), key=lambda item: ORDER[item[0]])
    )


def _topic_in(code: str, topic: Topic) -> Topic:
    names = name_of(code, topic.id)
    return replace(topic, label=names[0], short=names[1]) if names else topic


def groups_of(activities: Iterable[ActivityPlace], code: str = "") -> tuple[WorkGroup, ...]:
    """At most eight, none under 4% of the typical work unless it is alone; the largest of a typical week first.

    `code` is the job's: some jobs have names of their own for a topic.
    """
    clusters: list[Cluster] = [(topic,) for topic in topics_of(activities, code)]
    while len(clusters) > 1 and (pair := _to_join(clusters)):
        first, second = pair
        clusters = [cluster for cluster in clusters if cluster not in pair]
        clusters.append(tuple(sorted((*first, *second), key=lambda part: (-part.typical_share, part.topic.id))))
    return tuple(_group(cluster, clusters) for cluster in sorted(clusters, key=lambda c: (-_share(c), _place(c))))


def _to_join(clusters: Sequence[Cluster]) -> tuple[Cluster, Cluster] | None:
    by_size = sorted(clusters, key=lambda cluster: (_share(cluster), _place(cluster)))
    if _share(by_size[0]) < SMALLEST_GROUP:
        return by_size[0], _neighbor(by_size[0], by_size[1:])
    if len(clusters) <= MOST_GROUPS:
        return None
    for cluster in by_size:
        if cluster[0].topic is FURTHER:
            continue
        mates = [other for other in by_size if other is not cluster and _field(other) is _field(cluster)]
        if mates:
            return cluster, _closest(cluster, mates)
    return by_size[0], _neighbor(by_size[0], by_size[1:])


def _neighbor(cluster: Cluster, others: Sequence[Cluster]) -> Cluster:
    """The closest topics of its own field, else of the closest field; `others` from smallest to largest."""
    if cluster[0].topic is FURTHER:
        return others[0]
    company = [other for other in others if other[0].topic is not FURTHER] or others
    for most in (LARGE_GROUP, math.inf):
        for field in (_field(cluster), *NEIGHBORS[_field(cluster)]):
            mates = [other for other in company if _field(other) is field and _share(other) < most]
            if mates:
                return _closest(cluster, mates)
    return company[0]


def _closest(cluster: Cluster, others: Sequence[Cluster]) -> Cluster:
    """The nearest in the table of topics, the smaller of two."""
    places = [ORDER[part.topic.id] for part in cluster]
    return min(others, key=lambda other: min(abs(ORDER[part.topic.id] - place) for part in other for place in places))


def _share(cluster: Cluster) -> float:
    return fsum(part.typical_share for part in cluster)


def _place(cluster: Cluster) -> int:
    return min(ORDER[part.topic.id] for part in cluster)


def _field(cluster: Cluster) -> Field:
    """The field of its largest topic."""
    return cluster[0].topic.field


def _group(cluster: Cluster, clusters: Sequence[Cluster]) -> WorkGroup:
    activities = tuple(sorted((a for part in cluster for a in part.activities), key=lambda a: (-a.typical_share, a.id)))
    share = fsum(a.share for a in activities)
    # A group that one's own week leaves empty is described by the typical week.
    weights = [a.share if share else a.typical_share for a in activities]
    return WorkGroup(
        id="-".join(sorted(part.topic.id for part in cluster)),
        name=_name(cluster, clusters),
        share=share,
        typical_share=_share(cluster),
        reach=_percent([a.exposure for a in activities], weights),
        alone=_percent([a.alone for a in activities], weights),
        activities=activities,
    )


def _percent(parts: Sequence[float], weights: Sequence[float]) -> float:
    """Mean of `parts`, in [0, 1], by `weights`."""
    total = fsum(weights)
    return 100.0 * fsum(p * w for p, w in zip(parts, weights, strict=True)) / total if total else 0.0


def _name(cluster: Cluster, clusters: Sequence[Cluster]) -> str:
    topics = [part.topic for part in cluster]
    if len(topics) == 1:
        return topics[0].label
    shorts = [topic.short for topic in topics]
    first = shorts[0][:1].upper() + shorts[0][1:]
    if len(topics) == 2:
        return f"{first} and {shorts[1]}"
    if len(topics) == 3 and len(three := f"{first}, {shorts[1]}, and {shorts[2]}") <= LONGEST_NAME:
        return three
    field = _field(cluster)
    whole_field = sum(part.topic.field is field for other in clusters for part in other)
    if len({topic.field for topic in topics}) == 1 and whole_field == len(topics):
        return field.value
    others = OTHERS[field] if len({topic.field for topic in topics}) == 1 else "other tasks"
    two = f"{first}, {shorts[1]}, and {others}"
    return two if len(two) <= LONGEST_NAME else f"{first} and {others}"

"""The work of a result in three parts, and part by part in everyday groups: of the job's tasks, or of one's week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum

from backend.assessments.job_impact.model.job_impact import trust_in
from backend.assessments.job_impact.model.result import ActivityPlace, Assessment
from backend.assessments.job_impact.presentation.activity_lists import (
    NOTHING,
    largest_part,
    lists_of,
    other_lists,
    pieces,
)
from backend.assessments.job_impact.presentation.headline import Voice, hours_entered
from backend.assessments.job_impact.presentation.sections import (
    ActivityList,
    ActivityRow,
    GroupRow,
    GroupsSection,
    PartRow,
    PartsSection,
)
from backend.assessments.job_impact.presentation.topics import FURTHER
from backend.assessments.job_impact.presentation.wording import joined, lower_first
from backend.assessments.job_impact.presentation.work_groups import WorkGroup, groups_of
from backend.formats import counted, whole

REACH = "Reach means today’s software could do the task, or at least halve the time it takes."
NO_TASK = "The raters put no task here."
EXAMPLES_LACK = {"alone": "Parts of other tasks.", "help": "Parts of other tasks.", "out": "Parts of most tasks."}
NAMES = {"alone": "AI could do by itself.", "help": "AI could help with.", "out": "Out of AI’s reach."}
# What fills far more of a day than of the ratings of tasks: the activity, and the beginnings of the codes of the jobs.
FILLS_THE_DAY = {
    "4.A.3.a.4.I01": ("53-3",),  # driving
    "4.A.3.a.2.I31": ("39-5",),  # hair
    "4.A.3.a.1.I03": ("37-201", "35-9021", "53-7061"),  # cleaning
    "4.A.3.a.1.I08": ("37-201", "35-9021", "53-7061"),
    "4.A.3.a.2.I03": ("35-2",),  # cooking
}
ASKED_WITHIN = (10.0, 50.0)


def percent_words(value: float) -> str:
    """46%; what is not nothing but rounds to it is under 1%, and what is not all but rounds to it over 99%."""
    if 0 < value < 0.5:
        return "under 1%"
    return "over 99%" if 99.5 <= value < 100 else f"{whole(value)}%"


def three_parts(a: Assessment, voice: Voice = Voice.OWN) -> PartsSection | None:
    """None where no task of the job is rated. The percents are whole and add up to 100."""
    if a.parts is None:
        return None
    exact = dict(zip(NAMES, (a.parts.alone, a.parts.helped, a.parts.out), strict=True))
    shown = dict(zip(NAMES, a.parts.whole(), strict=True))
    lists = lists_of(a.activities)
    rows = tuple(
        PartRow(
            kind=kind,
            percent=shown[kind],
            share=_part_words(exact[kind], shown[kind]),
            name=NAMES[kind],
            what=_sentence(a.activities, lists[kind], kind, exact[kind]) if exact[kind] > NOTHING else NO_TASK,
        )
        for kind in NAMES
    )
    alone, helped, out = (row.share for row in rows)
    return PartsSection(
        heading=f"{_whole_of(a, voice)} in three parts",
        note=REACH,
        figure_text=f"By itself {alone}, with help {helped}, out of reach {out}.",
        rows=rows,
    )


def _part_words(exact: float, shown: int) -> str:
    if shown == 0 and exact > NOTHING:
        return "under 1%"
    return "over 99%" if shown == 100 and exact < 100 - NOTHING else f"{shown}%"


def _whole_of(a: Assessment, voice: Voice) -> str:
    if not hours_entered(a):
        return "The job"
    return "Your week," if voice is Voice.OWN else "This person’s week,"


def _sentence(all_of_it: Sequence[ActivityPlace], listed: Sequence[ActivityPlace], kind: str, exact: float) -> str:
    """Mostly where the listed are half of the part or more; else they are examples, or only partly in it."""
    if not listed:
        further = all(x.topic == FURTHER.id for x in all_of_it if pieces(x)[kind])
        return "Only further tasks of this job." if further else EXAMPLES_LACK[kind]
    names = joined([lower_first(activity.name) for activity in listed])
    if any(largest_part(activity) != kind for activity in listed):
        return f"Some of {names}."
    most = fsum(pieces(activity)[kind] for activity in listed) >= exact / 2
    return f"Mostly {names}." if most else f"Such as {names}."


def groups_section(a: Assessment, voice: Voice = Voice.OWN) -> GroupsSection | None:
    """None where no activity of the job is rated."""
    groups = sorted(groups_of(a.activities, a.code), key=lambda group: -group.share)
    if not groups:
        return None
    hours, largest = hours_entered(a), groups[0].share
    done = sorted((x for x in a.activities if x.share > 0), key=lambda x: (-x.share, x.id))
    measured = "share of the week as counted" if hours else "share of the tasks"
    return GroupsSection(
        heading=f"{_whole_of(a, voice).removesuffix(',')}, part by part",
        count=f"{counted(len(groups), 'everyday group')}, {counted(len(done), 'activity', 'activities')}",
        column=f"Part of the {'week' if hours else 'job'}",
        key=f"Length: {measured}. Filled: what AI reaches.",
        numbers="counted · reached" if hours else "of tasks · reached",
        rows=tuple(_group_row(group, largest) for group in groups),
        activities=_rows(done),
        share_column="Counted" if hours else "Of the tasks",
        note=_note(a, voice),
        ask_hours="" if hours else _ask_hours(a, voice),
        lists=_lists(a, voice),
    )


def _group_row(group: WorkGroup, largest: float) -> GroupRow:
    width = 100.0 * group.share / largest
    return GroupRow(
        name=group.name,
        share=percent_words(group.share),
        reach=percent_words(group.reach),
        width=width,
        reached=width * group.reach / 100.0,
    )


def _rows(activities: Iterable[ActivityPlace]) -> tuple[ActivityRow, ...]:
    return tuple(ActivityRow(x.name, percent_words(x.share), percent_words(100 * x.exposure)) for x in activities)


def _lists(a: Assessment, voice: Voice) -> tuple[ActivityList, ...]:
    """None holds an activity that the three parts name."""
    others, hours = other_lists(a.activities), hours_entered(a)
    time, which = "Most of the other AI-exposed tasks", "activities"
    if hours:
        time = f"Most of {'your' if voice is Voice.OWN else 'the'} other AI-exposed time"
        which = "activities with hours"
    lists = (
        (f"Most exposed of the other {'larger ' if others.larger else ''}{which}", others.exposed),
        (time, others.reached),
        (f"Least exposed of the other {'larger ' if others.larger_least else ''}{which}", others.least),
    )
    return tuple(ActivityList(heading, _rows(listed)) for heading, listed in lists if listed)


def _note(a: Assessment, voice: Voice) -> str:
    """What the shares are, and where one's own hours were entered, how they were counted."""
    if not hours_entered(a):
        return "The shares follow O*NET’s ratings of the job’s tasks. They are not hours."
    whose = "Your hours" if voice is Voice.OWN else "This person’s hours"
    return (
        f"{whose} count for {trust_in(sum(x.entered > 0 for x in a.activities)):.0%}, "
        "and O*NET’s ratings of the job’s tasks for the rest. "
        "So an activity with 0 hours is still counted, as a small share."
    )


def _ask_hours(a: Assessment, voice: Voice) -> str:
    """Asks for hours where the job's largest activity is one that fills the day of its people."""
    low, high = ASKED_WITHIN
    most = max(a.activities, key=lambda x: (x.typical_share, x.id))
    fills = a.code.startswith(FILLS_THE_DAY.get(most.id, ("none",)))
    if not fills or not low <= most.typical_share < high or voice is Voice.SHARED:
        return ""
    asked = "Enter your own hours" if voice is Voice.OWN else "Enter your own hours in your result"
    return (
        f"{most.name} makes up {percent_words(most.typical_share)} of the job’s tasks, but it can fill most of a day. "
        f"{asked} to see what that changes."
    )

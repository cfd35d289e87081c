"""The work of a result in three parts, and part by part in everyday groups: of the job's tasks, or of one's week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum

from backend.assessments.job_impact.model.job_impact import MOST_TRUST
from backend.assessments.job_impact.model.result import ActivityPlace, Assessment
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
from backend.assessments.job_impact.presentation.work_groups import WorkGroup, groups_of
from backend.formats import counted, whole

REACH = "Reach means today’s software could do the task, or at least halve the time it takes."
NO_TASK = "The raters put no task here."
NAMES = {"alone": "AI could do by itself.", "help": "AI could help with.", "out": "Out of AI’s reach."}
LISTED = 3
NOTHING = 1e-9
# What fills far more of a day than of the ratings of tasks, where a job has it at all.
FILLS_THE_DAY = frozenset(
    {
        "4.A.3.a.4.I01",
        "4.A.3.a.3.I03",
        "4.A.3.a.3.I08",
        "4.A.3.a.3.I11",
        "4.A.3.a.3.I06",
        "4.A.3.a.2.I03",
        "4.A.3.a.2.I05",
        "4.A.3.a.2.I31",
        "4.A.3.a.1.I03",
        "4.A.3.a.1.I11",
        "4.A.4.a.5.I02",
        "4.A.4.a.8.I01",
        "4.A.4.b.3.I02",
    }
)
ASKED_WITHIN = (10.0, 50.0)
NOTABLE = 2.0


def percent_words(value: float) -> str:
    """46%; what is not nothing but rounds to it is under 1%, and what is not all but rounds to it over 99%."""
    if 0 < value < 0.5:
        return "under 1%"
    return "over 99%" if 99.5 <= value < 100 else f"{whole(value)}%"


def joined(names: Sequence[str]) -> str:
    """a, b, and c; with semicolons where a name has commas of its own."""
    if len(names) < 3:
        return " and ".join(names)
    comma = ";" if any("," in name for name in names) else ","
    return f"{f'{comma} '.join(names[:-1])}{comma} and {names[-1]}"


def lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


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


def pieces(activity: ActivityPlace) -> dict[str, float]:
    """What share of all the work, in percent, the activity gives to each of the three parts."""
    alone = min(activity.alone, activity.exposure)
    of_it = {"alone": alone, "help": activity.exposure - alone, "out": 1.0 - activity.exposure}
    return {kind: activity.share * part if part > NOTHING else 0.0 for kind, part in of_it.items()}


def lists_of(activities: Iterable[ActivityPlace]) -> dict[str, tuple[ActivityPlace, ...]]:
    """For each part the activities that give most to it, of those that lie mostly there; nothing is listed twice.

    A part where no activity lies mostly has the largest pieces of others.
    """
    named = [activity for activity in activities if activity.topic != FURTHER.id and activity.share > 0]
    mostly: dict[str, list[ActivityPlace]] = {kind: [] for kind in NAMES}
    for activity in named:
        mostly[_largest_part(activity)].append(activity)
    listed: dict[str, tuple[ActivityPlace, ...]] = {}
    for kind in sorted(NAMES, key=lambda kind: bool(mostly[kind])):
        taken = {activity.id for chosen in listed.values() for activity in chosen}
        own = [activity for activity in mostly[kind] or named if activity.id not in taken and pieces(activity)[kind]]
        listed[kind] = tuple(sorted(own, key=lambda a: (-pieces(a)[kind], a.id))[:LISTED])
    return listed


def _largest_part(activity: ActivityPlace) -> str:
    each = pieces(activity)
    return max(NAMES, key=lambda kind: each[kind])


def _sentence(all_of_it: Sequence[ActivityPlace], listed: Sequence[ActivityPlace], kind: str, exact: float) -> str:
    """Mostly where the listed are half of the part or more; else they are examples, or only partly in it."""
    if not listed:
        further = all(x.topic == FURTHER.id for x in all_of_it if pieces(x)[kind])
        return "Only further tasks of this job." if further else "Parts of the same tasks."
    names = joined([lower_first(activity.name) for activity in listed])
    if any(_largest_part(activity) != kind for activity in listed):
        return f"Some of {names}."
    most = fsum(pieces(activity)[kind] for activity in listed) >= exact / 2
    return f"Mostly {names}." if most else f"Such as {names}."


def groups_section(a: Assessment, voice: Voice = Voice.OWN) -> GroupsSection | None:
    """None where no activity of the job is rated."""
    groups = sorted(groups_of(a.activities), key=lambda group: -group.share)
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
    time = "Most of the AI-exposed tasks"
    if hours_entered(a):
        time = "Most of your AI-exposed time" if voice is Voice.OWN else "Most of the AI-exposed time"
    lists = (
        ("Most exposed", most_exposed(a)),
        (time, most_exposed_time(a)),
        ("Least exposed", least_exposed(a)),
    )
    return tuple(ActivityList(heading, _rows(listed)) for heading, listed in lists if listed)


def _note(a: Assessment, voice: Voice) -> str:
    """What the shares are, and where one's own hours were entered, how they were counted."""
    if not hours_entered(a):
        return "The shares follow O*NET’s ratings of the job’s tasks. They are not hours."
    whose = "Your hours" if voice is Voice.OWN else "This person’s hours"
    return (
        f"{whose} count for up to {MOST_TRUST:.0%}, and O*NET’s ratings of the job’s tasks for the rest. "
        "So an activity with 0 hours is still counted, as a small share."
    )


def _ask_hours(a: Assessment, voice: Voice) -> str:
    """Asks for hours where something that fills the day is among the job's larger tasks."""
    low, high = ASKED_WITHIN
    filling = [x for x in a.activities if x.id in FILLS_THE_DAY and low <= x.typical_share < high]
    if not filling or voice is Voice.SHARED:
        return ""
    most = max(filling, key=lambda x: (x.typical_share, x.id))
    asked = "Enter your own hours" if voice is Voice.OWN else "Enter your own hours in your result"
    return (
        f"{most.name} makes up {percent_words(most.typical_share)} of the job’s tasks, but it can fill most of a day. "
        f"{asked} to see what that changes."
    )


def most_exposed(a: Assessment) -> tuple[ActivityPlace, ...]:
    """Activities of 2% of the work and more that AI reaches, the most exposed first."""
    reached = [x for x in _notable(a) if whole(100 * x.exposure)]
    return tuple(sorted(reached, key=lambda x: (-x.exposure, -x.share, x.id))[:LISTED])


def most_exposed_time(a: Assessment) -> tuple[ActivityPlace, ...]:
    """Activities by how much reached work they hold, which is share times exposure."""
    reached = [x for x in _named(a) if whole(x.share) and whole(100 * x.exposure)]
    return tuple(sorted(reached, key=lambda x: (-x.share * x.exposure, x.id))[:LISTED])


def least_exposed(a: Assessment) -> tuple[ActivityPlace, ...]:
    """Activities of 2% of the work and more, the least exposed first; never one of the most exposed."""
    most = most_exposed(a)
    rest = [x for x in _notable(a) if x not in most]
    return tuple(sorted(rest, key=lambda x: (x.exposure, -x.share, x.id))[:LISTED])


def _notable(a: Assessment) -> list[ActivityPlace]:
    return [x for x in _named(a) if x.share >= NOTABLE]


def _named(a: Assessment) -> list[ActivityPlace]:
    return [x for x in a.activities if x.topic != FURTHER.id]

"""The work of a job as a result shows it: in three parts, in everyday groups, and activity by activity."""

from __future__ import annotations

from collections.abc import Sequence

from backend.assessments.job_impact.model.result import ActivityPlace, Assessment
from backend.assessments.job_impact.presentation.headline import Voice, about, hours_entered
from backend.assessments.job_impact.presentation.next_steps import next_steps
from backend.assessments.job_impact.presentation.sections import (
    ActivityRow,
    AdviceRow,
    AdviceSection,
    GroupRow,
    GroupsSection,
    PartRow,
    PartsSection,
)
from backend.assessments.job_impact.presentation.wording import OTHER
from backend.assessments.job_impact.presentation.work_groups import WorkGroup, groups_of
from backend.formats import counted, percent

REACH_IS = "Reach means today’s software could do the task, or at least halve the time it takes."
WHOSE_WEEK = {Voice.OWN: "Your week", Voice.SHARED: "This person’s week", Voice.JOB: "The week"}
NAMES = (
    ("alone", "AI could do by itself."),
    ("help", "AI could help with."),
    ("out", "Out of AI’s reach."),
)
KEY = "Length: share of {whole}. Filled: what AI reaches."


def groups_section(a: Assessment, voice: Voice) -> GroupsSection | None:
    """None where no activities are published."""
    groups = groups_of(a.activities)
    if not groups:
        return None
    own = hours_entered(a)
    whole = "the week" if own else "the tasks"
    largest = max(group.share for group in groups) or 1.0
    return GroupsSection(
        heading=f"{WHOSE_WEEK[voice]}, part by part" if own else "The job, part by part",
        count=f"{counted(len(groups), 'everyday group')}, {counted(len(a.activities), 'activity', 'activities')}",
        column="Part of the week" if own else "Part of the job",
        key=KEY.format(whole=whole),
        numbers=f"of {whole} · reached",
        rows=tuple(_group(group, largest) for group in groups),
        activities=_activities(a.activities),
        share_column=f"Share of {whole}",
        note="",
    )


def _group(group: WorkGroup, largest: float) -> GroupRow:
    width = 100.0 * group.share / largest
    return GroupRow(group.name, percent(group.share), percent(group.reach), width, width * group.reach / 100.0)


def _activities(activities: Sequence[ActivityPlace]) -> tuple[ActivityRow, ...]:
    """The largest first; what O*NET links to no activity comes last."""
    ordered = sorted(activities, key=lambda activity: (activity.id == OTHER, -activity.share, activity.id))
    return tuple(ActivityRow(a.name, percent(a.share), percent(100.0 * a.exposure)) for a in ordered)


def parts_section(a: Assessment, voice: Voice) -> PartsSection | None:
    """None where no tasks are rated."""
    if a.parts is None:
        return None
    alone, helped, out = a.parts.whole()
    whole = WHOSE_WEEK[voice].lower() if hours_entered(a) else "the job’s tasks"
    return PartsSection(
        heading=f"{WHOSE_WEEK[voice]} in three parts" if hours_entered(a) else "The job in three parts",
        note=REACH_IS,
        figure_text=(
            f"Of {whole}, AI could do {about(alone)} by itself and help with {about(helped)}; "
            f"{about(out)} is out of its reach."
        ),
        rows=tuple(
            PartRow(kind, share, "under 1%" if not share else f"{share}%", name, "")
            for (kind, name), share in zip(NAMES, (alone, helped, out), strict=True)
        ),
    )


def advice_section(a: Assessment) -> AdviceSection | None:
    """None where nothing follows from the result."""
    steps = tuple(AdviceRow(step.text, step.because) for step in next_steps(a)[:3])
    return AdviceSection("What to do with this", steps) if steps else None

"""The part of a result about the week: how it moves the score, and its most and least exposed activities."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.result import ActivityPlace, Assessment
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.figure import RangeRow, week_figure
from backend.formats import percent, share


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity with its share of the week; `reach` is the percentage of it that AI can touch."""

    title: str
    share: str
    reach: float
    sentence: str


@dataclass(frozen=True, slots=True)
class WeekSection:
    """`ranges` is empty while the week is a typical one; `most` and `least` are where there are enough activities."""

    heading: str
    lead: str
    whose: str
    ranges: tuple[RangeRow, ...]
    most: tuple[ActivityRow, ...]
    least: tuple[ActivityRow, ...]
    note: str


def week_section(a: Assessment, *, editable: bool) -> WeekSection | None:
    """None where no activities are published. `editable`: whether the page has a form for the week."""
    if not a.activities:
        return None
    changed = wording.changed(a)
    week = "your week" if changed else "the week"
    most, least = wording.most_exposed(a), wording.least_exposed(a)
    return WeekSection(
        heading=wording.week_heading(a),
        lead=wording.week_lead(a) if editable else wording.week_lead_on_paper(a),
        whose="your week" if changed else "a typical week",
        ranges=week_figure(a) if changed else (),
        most=tuple(_activity_row(activity, week) for activity in most),
        least=tuple(_activity_row(activity, week) for activity in least),
        note=wording.notable_note(a),
    )


def _activity_row(activity: ActivityPlace, week: str) -> ActivityRow:
    return ActivityRow(
        title=activity.title,
        share=f"{percent(activity.share)} of {week}",
        reach=100 * activity.exposure,
        sentence=f"AI can touch about {share(activity.exposure)} of it",
    )

"""One job from its task ratings to its place, in plain words and pictures: what the methodology begins with."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.job_impact import FAMILIES
from backend.assessments.job_impact.model.result import Answers, Exposure
from backend.assessments.job_impact.model.rounding import rounded
from backend.assessments.job_impact.presentation.headline import Headline, Voice, headline_of
from backend.assessments.job_impact.presentation.parts import groups_section, three_parts
from backend.assessments.job_impact.presentation.place import PlaceFigure, place_figure
from backend.assessments.job_impact.presentation.sections import GroupsSection, PartsSection
from backend.assessments.job_impact.presentation.weighting_words import KINDS
from backend.assessments.job_impact.presentation.wording import OTHER, joined, lower_first
from backend.formats import first_capital, points, whole
from backend.reference.loading import Reference
from backend.reference.tables import Measure

EXAMPLE = "29-1141"
PAPERWORK = ("4.A.4.a.3.I02", "4.A.4.a.5.I01", "4.A.3.b.6.I06")
BEDSIDE = ("4.A.1.b.2.I10", "4.A.3.b.4.I09", "4.A.3.a.2.I24")


@dataclass(frozen=True, slots=True)
class Ladder:
    """A kind of evidence: its measures by name with their places, and the mean of them; percent of US workers."""

    name: str
    measures: tuple[tuple[str, float, str], ...]
    place: float
    value: str


@dataclass(frozen=True, slots=True)
class OwnWeek:
    """What a week of these activities alone would make of the place."""

    activities: str
    place: str


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """`rated`: people's rating, as published, and how many of 100 workers are in jobs with a lower one.

    `mean` is the sum that gives the score; `apart` how far the measures lie apart, in whole points.
    """

    one: str
    many: str
    groups: GroupsSection
    parts: PartsSection
    reached: int
    rated: tuple[str, str]
    figure: PlaceFigure
    kinds: tuple[Ladder, ...]
    ladder_text: str
    mean: str
    headline: Headline
    apart: int
    weeks: tuple[OwnWeek, ...]


def worked_example(calculator: JobImpactCalculator) -> WorkedExample:
    a = calculator.assess(Answers(EXAMPLE))
    parts, groups = three_parts(a, Voice.JOB), groups_section(a, Voice.JOB)
    if a.yours is None or a.parts is None or parts is None or groups is None:
        raise LookupError(f"the example {EXAMPLE} has no score")
    shown, figure = rounded(a.yours), place_figure(a, a.yours, Voice.JOB)
    alone, helped, _ = a.parts.whole()
    return WorkedExample(
        one=a.job.one,
        many=a.job.many,
        groups=groups,
        parts=parts,
        reached=alone + helped,
        rated=(f"{a.measures[0].value:.3f}", figure.rows[0].value),
        figure=figure,
        kinds=(kinds := _ladders(a.yours, figure)),
        ladder_text=_ladder_text(kinds),
        mean=_mean(a.yours),
        headline=headline_of(a, Voice.JOB),
        apart=whole(shown.measures_range.high - shown.measures_range.low),
        weeks=tuple(_own_week(calculator, activities) for activities in (PAPERWORK, BEDSIDE)),
    )


def plain_activities(reference: Reference) -> tuple[tuple[str, str], ...]:
    """Our name and O*NET's title of every work activity, in the order of our names."""
    each = {activity.id: activity for row in reference.occupations.values() for activity in row.activities}
    each.pop(OTHER, None)
    names = ((reference.names.activity(activity).name, activity.title) for activity in each.values())
    return tuple(sorted(names, key=lambda name: name[0].casefold()))


def _ladders(exposure: Exposure, figure: PlaceFigure) -> tuple[Ladder, ...]:
    names = dict(zip(Measure, figure.rows, strict=True))
    return tuple(
        Ladder(
            name=first_capital(KINDS[family]),
            measures=tuple(
                (names[key].name, at, points(at)) for key in FAMILIES[family] if (at := names[key].x) is not None
            ),
            place=place,
            value=points(place),
        )
        for family, place in exposure.families.items()
    )


def _ladder_text(kinds: tuple[Ladder, ...]) -> str:
    """The picture of measures and kinds in sentences."""
    each = (
        f"{kind.name}: {joined([f'{name} {value}' for name, _, value in kind.measures])}, together {kind.value}."
        for kind in kinds
    )
    return " ".join(each)


def _mean(exposure: Exposure) -> str:
    """(54.3 + 56.1 + 42.6) / 3 = 51.0"""
    kinds = " + ".join(points(place) for place in exposure.families.values())
    return f"({kinds}) / {len(exposure.families)} = {points(exposure.score)}"


def _own_week(calculator: JobImpactCalculator, activities: tuple[str, ...]) -> OwnWeek:
    a = calculator.assess(Answers(EXAMPLE, dict.fromkeys(activities, 1.0)))
    names = {activity.id: lower_first(activity.name) for activity in a.activities}
    place = f"{rounded(a.yours).score:.0f}" if a.yours else ""
    return OwnWeek(joined([names[activity] for activity in activities]), place)

"""The sections of a result as the partial templates of app/templates/job_impact take them: a macro, a section."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.presentation.headline import LeadPart


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """`_answer.html`. `area` and `aside` stand beside the job; `change` is the address for choosing another one."""

    job: str
    sentence: str
    lead: tuple[LeadPart, ...]
    area: str = ""
    aside: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """One of the three parts of the work: `kind` is alone, help, or out; `share` is `percent` in words."""

    kind: str
    percent: int
    share: str
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class PartsSection:
    """`_parts.html`. `rows`: alone, help, out."""

    heading: str
    note: str
    figure_text: str
    rows: tuple[PartRow, ...]


@dataclass(frozen=True, slots=True)
class AdviceRow:
    act: str
    because: str


@dataclass(frozen=True, slots=True)
class AdviceSection:
    """`_advice.html`."""

    heading: str
    steps: tuple[AdviceRow, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A part of the work: `width` and `reached` are percent of the plot, whose whole length is the largest group."""

    name: str
    share: str
    reach: str
    width: float
    reached: float


@dataclass(frozen=True, slots=True)
class ActivityRow:
    name: str
    share: str
    reach: str


@dataclass(frozen=True, slots=True)
class ActivityList:
    """A few activities under what they have in common."""

    heading: str
    rows: tuple[ActivityRow, ...]


@dataclass(frozen=True, slots=True)
class GroupsSection:
    """`_groups.html`. `column`, `key`, and `numbers` head the three columns; `lists` stand above `activities`.

    `ask_hours` asks for the visitor's own hours where the shares of tasks are far from them.
    """

    heading: str
    count: str
    column: str
    key: str
    numbers: str
    rows: tuple[GroupRow, ...]
    activities: tuple[ActivityRow, ...]
    share_column: str
    note: str
    ask_hours: str
    lists: tuple[ActivityList, ...]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A published measure as the table lists it."""

    name: str
    evidence: str
    url: str
    source: str
    year: int
    value: str
    percentile: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """How a score follows from the kinds of evidence, at the foot of the table."""

    sentence: str
    score: str


@dataclass(frozen=True, slots=True)
class SourcesSection:
    """`_sources.html`. `measures` is empty where none is published, `scores` where they are too few for a score."""

    measures: tuple[MeasureRow, ...]
    scores: tuple[ScoreRow, ...]
    vintages: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

"""The public page of an occupation: the typical result, what surrounds it, and how search engines are told of it."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Assessment
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory, JobRow
from backend.assessments.job_impact.presentation.state_pay import StatePaySection, state_pay_section
from backend.formats import count, dollars, first_capital
from backend.reference.loading import Reference
from backend.reference.major_groups import MajorGroup, major_group

MOST_PASSING = 6


@dataclass(frozen=True, slots=True)
class OccupationPage:
    """`title` and `description` are those of the document, unique among all jobs. `start` begins one's own result.

    `nearest` is empty where the job has a score, `similar` and `passing` where nothing is known.
    """

    row: JobRow
    official_title: str
    does: str
    title: str
    description: str
    group: MajorGroup
    start: str
    state_pay: StatePaySection | None
    similar: tuple[JobRow, ...]
    passing: tuple[JobRow, ...]
    nearest: tuple[JobRow, ...]
    large: tuple[JobRow, ...]


class OccupationPages:
    """Makes the page of any occupation; holds nothing that changes."""

    def __init__(self, reference: Reference, calculator: JobImpactCalculator, directory: JobDirectory) -> None:
        self._reference = reference
        self._calculator = calculator
        self._directory = directory

    def page(self, code: str) -> OccupationPage:
        """Raises UnknownOccupation."""
        occupation = self._reference.occupation(code)
        a, directory, row = self._calculator.assess(Answers(code)), self._directory, self._directory.row(code)
        return OccupationPage(
            row=row,
            official_title=occupation.title,
            does=a.job.does,
            title=title_of(row),
            description=description_of(row, a),
            group=major_group(code),
            start=start_of(a),
            state_pay=state_pay_section(self._reference, code),
            similar=directory.similar(code) if row.place is not None else (),
            passing=directory.rows([move.code for move in a.moves.passing][:MOST_PASSING]),
            nearest=directory.nearest(code) if row.place is None else (),
            large=directory.large(code),
        )


def title_of(row: JobRow) -> str:
    return f"{row.name}: what AI can reach, pay, and outlook"


def description_of(row: JobRow, a: Assessment) -> str:
    """What AI reaches of the job's tasks, its pay, and its openings: what a search result shows."""
    pay = [f"median pay {dollars(row.pay)}"] if row.pay is not None else []
    openings = [f"{count(a.outlook.openings)} openings a year"] if a.outlook else []
    nearest = [] if a.yours else ["the nearest jobs with a score"]
    figures = first_capital(" and ".join(pay + openings + nearest))
    return f"{row.name}: {_reach(a)} {figures}.".strip()


def _reach(a: Assessment) -> str:
    if a.yours is None or a.parts is None:
        return "too little is published for a score."
    alone, helped, _ = a.parts.whole()
    if not a.parts.alone and not a.parts.helped:
        return "raters found no task in it that AI could do or speed up."
    by_itself = f"AI could do {_about(alone)} of the tasks by itself"
    return f"{by_itself} and help with {_about(helped)}." if a.parts.helped else f"{by_itself}."


def _about(percent: int) -> str:
    return f"about {percent}%" if percent else "under 1%"


def start_of(a: Assessment) -> str:
    one = a.job.one
    return f"I’m {one}: make it mine" if one.startswith(("a ", "an ")) else "This is my job: make it mine"

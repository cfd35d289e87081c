"""The public page of an occupation: the typical result, what surrounds it, and how search engines are told of it."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Assessment
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.headline import Voice, about, headline_of
from backend.assessments.job_impact.presentation.no_score import JobLink, NoScore, nearest_links, no_score
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory, JobRow
from backend.assessments.job_impact.presentation.parts import groups_section, three_parts
from backend.assessments.job_impact.presentation.pay_outlook import PayOutlookSection, pay_outlook_section
from backend.assessments.job_impact.presentation.place import PlaceSection, place_section
from backend.assessments.job_impact.presentation.related_jobs import RelatedJobs, related_jobs
from backend.assessments.job_impact.presentation.sections import (
    AnswerSection,
    GroupsSection,
    PartsSection,
    SourcesSection,
)
from backend.assessments.job_impact.presentation.share import Head
from backend.assessments.job_impact.presentation.sources import sources_section
from backend.assessments.job_impact.presentation.state_pay import StatePaySection, state_pay_section
from backend.formats import dollars, first_capital
from backend.reference.loading import Reference
from backend.reference.major_groups import MajorGroup, major_group


@dataclass(frozen=True, slots=True)
class OccupationPage:
    """`title` and `description` are those of the document, unique among all jobs. `start` begins one's own result.

    `place` is None and `nearest` is filled where the job has no score; `parts` and `work` are None without rated tasks.
    """

    row: JobRow
    does: str
    title: str
    description: str
    group: MajorGroup
    answer: AnswerSection
    start: str
    place: PlaceSection | None
    no_score: NoScore
    nearest: tuple[JobLink, ...]
    parts: PartsSection | None
    not_this: str
    work: GroupsSection | None
    pay: PayOutlookSection
    state_pay: StatePaySection | None
    related: RelatedJobs
    large: tuple[JobRow, ...]
    sources: SourcesSection

    def head(self, address: str, image: str) -> Head:
        """Both are absolute."""
        return Head(self.title, self.description, address, image, image_text=f"{self.answer.sentence}.")


class OccupationPages:
    """Makes the page of any occupation; holds nothing that changes."""

    def __init__(self, reference: Reference, calculator: JobImpactCalculator, directory: JobDirectory) -> None:
        self._reference = reference
        self._calculator = calculator
        self._directory = directory

    def assessment(self, code: str) -> Assessment:
        """The typical result. Raises InvalidRequest for what is no occupation."""
        return self._calculator.assess(Answers(code))

    def page(self, code: str) -> OccupationPage:
        a, row = self.assessment(code), self._directory.row(code)
        headline = headline_of(a, Voice.JOB)
        return OccupationPage(
            row=row,
            does=a.job.does,
            title=title_of(row),
            description=description_of(row, a),
            group=major_group(code),
            answer=AnswerSection(job=a.job.does or a.title, sentence=headline.titled, lead=headline.lead),
            start=start_of(a),
            place=place_section(a, Voice.JOB, headline),
            no_score=no_score(a),
            nearest=() if a.yours else nearest_links(self._directory.nearest(code)),
            parts=three_parts(a, Voice.JOB),
            not_this=wording.NOT_THIS,
            work=groups_section(a, Voice.JOB),
            pay=pay_outlook_section(a, None, None),
            state_pay=state_pay_section(self._reference, code),
            related=related_jobs(a, self._directory),
            large=self._directory.large(code),
            sources=sources_section(a),
        )


def title_of(row: JobRow) -> str:
    return f"{row.name}: what AI can reach, pay, and outlook"


def description_of(row: JobRow, a: Assessment) -> str:
    """What AI reaches of the job's tasks, its pay, and its openings: what a search result shows."""
    pay = [f"median pay {dollars(row.pay)}"] if row.pay is not None else []
    openings = [f"{wording.openings(a.outlook.openings)} a year"] if a.outlook else []
    nearest = [] if a.yours else ["the nearest jobs with a score"]
    figures = first_capital(wording.joined(pay + openings + nearest))
    return f"{row.name}: {_reach(a)} {figures}.".strip()


def _reach(a: Assessment) -> str:
    if a.yours is None or a.parts is None:
        return "too little is published for a score."
    alone, helped, _ = a.parts.whole()
    if not a.parts.alone and not a.parts.helped:
        return "raters found no task in it that AI could do or speed up."
    by_itself = f"AI could do {about(alone)} of the tasks by itself"
    return f"{by_itself} and help with {about(helped)}." if a.parts.helped else f"{by_itself}."


def start_of(a: Assessment) -> str:
    one = a.job.one
    return f"I’m {one}: make it mine" if one.startswith(("a ", "an ")) else "This is my job: make it mine"

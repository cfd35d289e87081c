"""The finished page of a result: every sentence and row of it, so that the template only lays them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from backend.assessments.job_impact.model.result import Answers, Assessment, Relaxation
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.headline import Headline, Voice, headline_of
from backend.assessments.job_impact.presentation.moves import MoveSort, MovesSection, moves_section
from backend.assessments.job_impact.presentation.next_steps import advice_section
from backend.assessments.job_impact.presentation.no_score import JobLink, NoScore, no_score
from backend.assessments.job_impact.presentation.parts import groups_section, three_parts
from backend.assessments.job_impact.presentation.pay_outlook import PayOutlookSection, pay_outlook_section
from backend.assessments.job_impact.presentation.place import PlaceSection, place_section
from backend.assessments.job_impact.presentation.refining import ResultForms
from backend.assessments.job_impact.presentation.sections import (
    AdviceSection,
    AnswerSection,
    GroupsSection,
    PartsSection,
    SourcesSection,
)
from backend.assessments.job_impact.presentation.share import Head
from backend.assessments.job_impact.presentation.sources import sources_section
from backend.assessments.job_impact.presentation.variants import USUAL, Variants
from backend.formats import day

CONTENTS = (
    ("next", "What to do"),
    ("place", "Evidence"),
    ("work", "Tasks"),
    ("moves", "Other jobs"),
    ("pay", "Pay"),
)
NAMELESS = "It holds no name, no pay, and no employer of the person who shared it."


@dataclass(frozen=True, slots=True)
class CountedAnswers:
    """The properties that analytics counts besides occupation and level; empty where a question was not answered.

    `draft` tells the visitor's drafts apart, so that an answer counts once; it opens nothing.
    """

    draft: str
    industry: str
    experience: str
    education: str


@dataclass(frozen=True, slots=True)
class MoveChoice:
    """How related jobs are sorted, and what is asked less of."""

    sort: MoveSort = MoveSort.BEST
    relaxed: frozenset[Relaxation] = frozenset()


@dataclass(frozen=True, slots=True)
class Shown:
    """How a result is shown: to whom, where, when it was made, and which rules for related jobs are relaxed.

    `slugs` are those of the public pages of jobs, by code; `nearest`: scored jobs near to one without a score.
    """

    voice: Voice
    address: str
    head: Head
    about: str
    created_at: datetime
    state_name: str | None
    moves: MoveChoice
    slugs: Mapping[str, str]
    nearest: tuple[JobLink, ...]
    variants: Variants = USUAL


@dataclass(frozen=True, slots=True)
class ResultPage:
    """`forms` is None where the page can only be read. `score` and `level` are empty without a score.

    `contents` is the jump list: ids of sections and their short names; `about` the address of the job's public page.
    """

    code: str
    title: str
    head: Head
    score: str
    level: str
    counted: CountedAnswers
    forms: ResultForms | None
    about: str
    announcement: str
    contents: tuple[tuple[str, str], ...]
    answer: AnswerSection
    place: PlaceSection | None
    no_score: NoScore
    nearest: tuple[JobLink, ...]
    parts: PartsSection | None
    advice: AdviceSection
    not_this: str
    groups: GroupsSection | None
    moves: MovesSection
    pay: PayOutlookSection
    sources: SourcesSection
    variants: Variants
    printed: str


def result_page(
    a: Assessment,
    answers: Answers,
    shown: Shown,
    forms: ResultForms | None,
    counted: CountedAnswers,
) -> ResultPage:
    headline = headline_of(a, shown.voice)
    advice, groups = _advice(a, shown), groups_section(a, shown.voice)
    there = {"next": bool(advice.steps), "work": groups is not None, "moves": a.yours is not None}
    return ResultPage(
        code=a.code,
        title=a.title,
        head=shown.head,
        score=f"{a.yours.score:.1f}" if a.yours else "",
        level=a.yours.level if a.yours else "",
        counted=counted,
        forms=forms,
        about=shown.about,
        announcement=f"{headline.sentence} {headline.place}".strip(),
        contents=tuple((id_, name) for id_, name in CONTENTS if there.get(id_, True)),
        answer=_answer(a, headline, shown, own=forms is not None),
        place=place_section(a, shown.voice, headline),
        no_score=no_score(a),
        nearest=shown.nearest,
        parts=three_parts(a, shown.voice),
        advice=advice,
        not_this=f"{wording.NOT_THIS} {NAMELESS}" if shown.voice is Voice.SHARED else wording.NOT_THIS,
        groups=groups,
        moves=moves_section(a, shown.moves.relaxed, shown.moves.sort, shown.slugs),
        pay=pay_outlook_section(a, answers.salary, shown.state_name),
        sources=sources_section(a),
        variants=shown.variants,
        printed=f"{shown.address}, made {day(shown.created_at)}. Model {a.provenance.model}.",
    )


def _answer(a: Assessment, headline: Headline, shown: Shown, *, own: bool) -> AnswerSection:
    return AnswerSection(
        job=a.job.name,
        sentence=headline.sentence,
        lead=headline.lead,
        area=shown.state_name or "",
        aside="" if own else f"A result someone shared, made {day(shown.created_at)}",
        change="/" if own else "",
    )


def _advice(a: Assessment, shown: Shown) -> AdviceSection:
    """Advice speaks to the person whose job it is: whoever reads a result that somebody shared gets none."""
    advice = advice_section(a, shown.voice, shown.variants.orders.next_steps)
    return replace(advice, steps=()) if shown.voice is Voice.SHARED else advice

"""The finished page of a result: every sentence and row of it, so that the template only lays them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.assessments.job_impact.model.result import Answers, Assessment
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.activities import WeekSection, week_section
from backend.assessments.job_impact.presentation.exposure import ExposureSection, NoScore, exposure_section, no_score
from backend.assessments.job_impact.presentation.moves import MovesSection, moves_section
from backend.assessments.job_impact.presentation.next_steps import NextStep, next_steps
from backend.assessments.job_impact.presentation.pay_outlook import (
    OutlookSection,
    PaySection,
    SourcedSentence,
    context_sentences,
    outlook_section,
    pay_section,
)
from backend.assessments.job_impact.presentation.week import WeekLine

HASH_SHOWN = 12


@dataclass(frozen=True, slots=True)
class PayFields:
    """The fields of the form for pay, as typed."""

    salary: str
    period: str
    hours: str


@dataclass(frozen=True, slots=True)
class ResultForms:
    """The forms of a result for the visitor who holds the draft. `address` is the draft's; `errors` are by field name.

    `share_url` is None while there is no link; `share_until` is when the draft expires.
    """

    address: str
    week: tuple[WeekLine, ...]
    pay: PayFields
    errors: Mapping[str, str]
    share_url: str | None
    share_until: datetime
    in_my_account: bool


@dataclass(frozen=True, slots=True)
class CountedAnswers:
    """The properties that analytics counts besides occupation and level; empty where a question was not answered."""

    industry: str
    experience: str
    education: str


@dataclass(frozen=True, slots=True)
class Method:
    """The method of the result, and the vintage of each source."""

    sentence: str
    vintages: tuple[tuple[str, str], ...]
    model: str
    input_hash: str
    notice: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    """`forms` is None on a shared page, which can only be read. `score` and `level` are empty without a score."""

    code: str
    title: str
    area: str
    score: str
    level: str
    counted: CountedAnswers
    forms: ResultForms | None
    announcement: str
    headline: tuple[str, str]
    lead: str
    exposure: ExposureSection | None
    no_score: NoScore
    not_this: str
    week: WeekSection | None
    pay: PaySection
    outlook: OutlookSection
    context: tuple[SourcedSentence, ...]
    moves: MovesSection
    steps: tuple[NextStep, ...]
    method: Method


def result_page(
    a: Assessment,
    answers: Answers,
    state_name: str | None,
    forms: ResultForms | None,
    counted: CountedAnswers,
) -> ResultPage:
    return ResultPage(
        code=a.code,
        title=a.title,
        area=state_name or wording.NATION,
        score=f"{a.yours.score:.1f}" if a.yours else "",
        level=a.yours.level if a.yours else "",
        counted=counted,
        forms=forms,
        announcement=wording.announcement(a),
        headline=wording.headline(a),
        lead=wording.lead(a),
        exposure=exposure_section(a),
        no_score=no_score(a),
        not_this=wording.NOT_THIS,
        week=week_section(a, editable=forms is not None),
        pay=pay_section(a, answers.salary, state_name),
        outlook=outlook_section(a.outlook),
        context=context_sentences(a),
        moves=moves_section(a),
        steps=next_steps(a),
        method=_method(a),
    )


def _method(a: Assessment) -> Method:
    return Method(
        sentence=wording.METHOD,
        vintages=wording.vintages(a),
        model=a.provenance.model,
        input_hash=a.provenance.input_hash[:HASH_SHOWN],
        notice=wording.ONET_NOTICE,
    )

"""The part of a result about official figures: pay, projected growth, and facts about the person's context."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Outlook, PayPlace
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.figure import GrowthBar, PayFigure, growth_bars, pay_figure
from backend.formats import dollars, signed

NOT_PUBLISHED = "Not published"


@dataclass(frozen=True, slots=True)
class PaySection:
    """`position` and `gap` are sentences or None; `figure` is None where too little is published to draw."""

    heading: str
    median: str
    position: str | None
    gap: str | None
    figure: PayFigure | None
    figure_text: str
    note: str


@dataclass(frozen=True, slots=True)
class GrowthRow:
    """A bar of the growth figure with its name and its number."""

    name: str
    bar: GrowthBar
    growth: str


@dataclass(frozen=True, slots=True)
class OutlookSection:
    """`rows` is empty where nothing is projected."""

    heading: str
    growth: str
    sentence: str
    rows: tuple[GrowthRow, ...] = ()
    figure_text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourcedSentence:
    text: str
    source: str


def pay_section(a: Assessment, salary: float | None, state_name: str | None) -> PaySection:
    pay, figure = a.pay, pay_figure(a.pay, salary)
    box = "Box: the middle half. " if figure and figure.box else ""
    return PaySection(
        heading=_pay_heading(pay),
        median=dollars(pay.p50) if pay and pay.p50 is not None else NOT_PUBLISHED,
        position=wording.pay_sentence(a, salary),
        gap=wording.pay_gap(pay, state_name),
        figure=figure,
        figure_text=_pay_text(pay, salary) if pay else "",
        note=f"{box}Line: from the lowest to the highest published percentile.",
    )


def _pay_heading(pay: PayPlace | None) -> str:
    if pay is None:
        return "Pay"
    return f"{'Pay' if pay.p50 is None else 'Median pay'}, {pay.area}, {pay.vintage}"


def _pay_text(pay: PayPlace, salary: float | None) -> str:
    yours = "" if salary is None else f" Yours is {dollars(salary)}."
    return f"{wording.pay_description(pay)}{yours}"


def outlook_section(outlook: Outlook | None) -> OutlookSection:
    if outlook is None:
        return OutlookSection("Projected growth", NOT_PUBLISHED, wording.NO_OUTLOOK)
    years = wording.years(outlook.horizon)
    this_job, all_jobs = signed(outlook.growth_percent), signed(outlook.all_jobs_growth_percent)
    bars = growth_bars(outlook)
    return OutlookSection(
        heading=f"Projected growth, {years}",
        growth=this_job,
        sentence=wording.outlook_sentence(outlook),
        rows=(GrowthRow("This job", bars[0], this_job), GrowthRow("All US jobs", bars[1], all_jobs)),
        figure_text=f"Projected growth {years}: this job {this_job}, all US jobs {all_jobs}.",
        note=f"Usual entry: {wording.lower_first(wording.typeset(outlook.education))}.",
    )


def context_sentences(a: Assessment) -> tuple[SourcedSentence, ...]:
    return tuple(SourcedSentence(wording.typeset(fact.text), wording.typeset(fact.source)) for fact in a.context)

"""The part of a result about official figures: pay, projected growth, and facts about the person's context."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Outlook, PayPlace
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.figure import GrowthBar, PayFigure, growth_bars, pay_figure
from backend.formats import dollars, first_capital, signed, whole

NOT_PUBLISHED = "Not published"
NOTE = (
    "Official figures stand beside the score and never enter it. Exposure and projected growth are nearly unrelated. "
    "BLS asks employers, so people who work for themselves are not in the pay figures."
)
MIDDLE, LITTLE = (47, 53), (35, 65)  # percentiles: close to the middle, a little off it
ABOUT_AS_FAST = 0.5


@dataclass(frozen=True, slots=True)
class PaySection:
    """`position` is the sentence on one's own pay, or empty; `figure` is None where too little is published to draw."""

    heading: str
    median: str
    position: str
    sentences: tuple[str, ...]
    figure: PayFigure | None
    figure_text: str


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


@dataclass(frozen=True, slots=True)
class SourcedSentence:
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class PayOutlookSection:
    """`_pay.html`."""

    pay: PaySection
    outlook: OutlookSection
    context: tuple[SourcedSentence, ...]
    note: str


def pay_outlook_section(a: Assessment, salary: float | None, state_name: str | None) -> PayOutlookSection:
    return PayOutlookSection(
        pay=pay_section(a, salary, state_name),
        outlook=outlook_section(a.outlook),
        context=context_sentences(a),
        note=NOTE,
    )


def pay_section(a: Assessment, salary: float | None, state_name: str | None) -> PaySection:
    pay = a.pay
    position = pay_position(a, salary)
    sentences = (_middle(a), position, wording.pay_gap(pay, state_name))
    return PaySection(
        heading=_pay_heading(pay),
        median=dollars(pay.p50) if pay and pay.p50 is not None else NOT_PUBLISHED,
        position=position,
        sentences=tuple(sentence for sentence in sentences if sentence),
        figure=pay_figure(pay, salary),
        figure_text=_pay_text(pay, salary) if pay else "",
    )


def pay_position(a: Assessment, salary: float | None) -> str:
    """Where a salary lies among the published ones; no percentile is named beyond them."""
    pay = a.pay
    if salary is None or pay is None or pay.percentile is None:
        return ""
    whose, jobs = f"Your {dollars(salary)} is", f"{a.job.many} in {wording.the(pay.area)}"
    if pay.p10 is not None and salary < pay.p10:
        return f"{whose} below what nine in ten {jobs} earn."
    if pay.p90 is not None and salary > pay.p90:
        return f"{whose} above what nine in ten {jobs} earn."
    return (
        f"{whose} {_against_middle(pay.percentile)} the middle: about {whole(pay.percentile)} in 100 {jobs} earn less."
    )


def _against_middle(percentile: float) -> str:
    place = whole(percentile)
    if MIDDLE[0] <= place <= MIDDLE[1]:
        return "close to"
    how = "a little" if LITTLE[0] <= place <= LITTLE[1] else "well"
    return f"{how} {'below' if place < MIDDLE[0] else 'above'}"


def _middle(a: Assessment) -> str:
    pay = a.pay
    if pay is None:
        return ""
    middle = f"Half of {a.job.many} earn more, half less. " if pay.p50 is not None else ""
    return f"{middle}{wording.typeset(pay.vintage)}."


def _pay_heading(pay: PayPlace | None) -> str:
    if pay is None:
        return "Pay"
    return f"{'Pay' if pay.p50 is None else 'Median pay'}, {pay.area}"


def _pay_text(pay: PayPlace, salary: float | None) -> str:
    yours = "" if salary is None else f" Yours is {dollars(salary)}."
    return f"{wording.pay_description(pay)}{yours}"


def outlook_section(outlook: Outlook | None) -> OutlookSection:
    if outlook is None:
        return OutlookSection("Projected change in jobs", NOT_PUBLISHED, wording.NO_OUTLOOK)
    years = wording.years(outlook.horizon)
    this_job, all_jobs = signed(outlook.growth_percent), signed(outlook.all_jobs_growth_percent)
    bars = growth_bars(outlook)
    return OutlookSection(
        heading=f"Projected change in jobs, {years}",
        growth=this_job,
        sentence=_outlook_sentence(outlook),
        rows=(GrowthRow("This job", bars[0], this_job), GrowthRow("All US jobs", bars[1], all_jobs)),
        figure_text=f"Projected growth {years}: this job {this_job}, all US jobs {all_jobs}.",
    )


def _outlook_sentence(outlook: Outlook) -> str:
    growth, all_jobs = outlook.growth_percent, outlook.all_jobs_growth_percent
    if growth < 0 <= all_jobs:
        pace = f"Shrinking while US jobs overall grow ({signed(all_jobs)})."
    elif abs(growth - all_jobs) < ABOUT_AS_FAST:
        pace = f"About as fast as US jobs overall ({signed(all_jobs)})."
    else:
        pace = f"{'Faster' if growth > all_jobs else 'Slower'} than US jobs overall ({signed(all_jobs)})."
    entry = wording.lower_first(wording.way_in(outlook.education))
    return f"{pace} {first_capital(wording.openings(outlook.openings))} a year. Usual way in: {entry}."


def context_sentences(a: Assessment) -> tuple[SourcedSentence, ...]:
    return tuple(SourcedSentence(wording.typeset(fact.text), wording.typeset(fact.source)) for fact in a.context)

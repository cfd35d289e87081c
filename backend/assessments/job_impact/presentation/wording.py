"""What a result says in sentences. Every number and name in them comes from the assessment; nothing is added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend.assessments.job_impact.model.result import (
    ActivityPlace,
    Agreement,
    Assessment,
    Exposure,
    Family,
    Level,
    Outlook,
    PayPlace,
)
from backend.assessments.job_impact.presentation.figure import MEASURE_NAMES
from backend.formats import count, dollars, percent, signed, whole

NOT_THIS = (
    "This is not the chance of losing a job, and it says nothing about robots or self-driving vehicles. "
    "It compares occupations by the work they contain."
)
EXPOSURE_IS = "Exposure is how much of a job’s work today’s AI software can touch."
ONET_NOTICE = (
    "This page includes information from the O*NET database by the U.S. Department of Labor, Employment and Training "
    "Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a trademark of USDOL/ETA. Mingus has "
    "modified all or some of this information. USDOL/ETA has not approved, endorsed, or tested these modifications."
)
METHOD = (
    "Each published measure becomes a place among all US workers. Measures are averaged within each kind of evidence, "
    "and the kinds into the score. The cut-offs at 35 and 65 are our choice."
)
NO_OUTLOOK = "BLS publishes no projection for this job."
NATION = "United States"
YEARS = re.compile(r"(?<=\b\d{4})-(?=\d{2}(?:\d{2})?\b)")
OTHER = "other"
SHOWN = 3
NOTABLE_CHANGE, NOTABLE_SHARE = 1.0, 2.0
FEWEST_NOTABLE = 4
ABOUT_AS_FAST = 0.5
MOSTLY_OUT_OF_REACH = 0.25
LEVELS = {
    Level.LOW: ("Below 35.", "A little over a third of US workers are at this level."),
    Level.MEDIUM: ("From 35 to 65.", "About 3 in 10 US workers are at this level."),
    Level.HIGH: ("65 and over.", "About a third of US workers are at this level."),
}
AGREEMENTS = {Agreement.AGREE: "Yes, closely", Agreement.MIXED: "In part", Agreement.DISAGREE: "No"}
VINTAGES = {
    "onet": "Tasks and activities: O*NET",
    "bls_oews_national": "Pay and employment: BLS OEWS",
    "bls_oews_state": "State pay: BLS OEWS",
    "bls_projections": "Outlook: BLS Employment Projections",
    "bea_rpp": "State prices: BEA",
}
COUNTS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding in a word or two, and what it means."""

    finding: str
    meaning: str


def quoted(title: str) -> str:
    return f"“{title.rstrip('.')}”"


def changed(a: Assessment) -> bool:
    return a.yours is not None and a.yours != a.typical


def headline(a: Assessment) -> tuple[str, str]:
    """Two clauses: the place among US workers, and the range; or that there is no score, and why."""
    if a.yours is None:
        published = [name for name, part in (("pay", a.pay), ("outlook", a.outlook)) if part is not None]
        return (
            "The evidence is too thin for a score.",
            f"Its {joined(published)} {_is(published)} below." if published else "",
        )
    who = "With your week, more exposed" if changed(a) else "More exposed"
    kinds = "the measures" if changed(a) else "published measures"
    low, high = whole(a.yours.band.low), whole(a.yours.band.high)
    spread = f"{kinds} range from {low} to {high}." if low < high else f"{kinds} all point to {low}."
    return f"{who} than {_of_workers(a.yours.score)} of US workers;", spread


def _of_workers(score: float) -> str:
    return "more than 99%" if score >= 99.5 else "fewer than 1%" if score < 0.5 else f"{whole(score)}%"


def lead(a: Assessment) -> str:
    """What exposure is, and which activities carry most of it in this week."""
    if a.yours is None:
        return f"{EXPOSURE_IS} It is scored where at least two kinds of evidence are published."
    named = [activity for activity in a.activities if activity.id != OTHER and activity.share > 0]
    opening = f"{EXPOSURE_IS} {_sits(a.yours.level, 'week' if changed(a) else 'job')}."
    if len(named) < 2:
        return opening
    most = max(named, key=lambda activity: activity.share * activity.exposure)
    rest = [activity for activity in named if activity is not most]
    least = max(rest, key=lambda activity: activity.share * (1.0 - activity.exposure))
    if most.exposure <= least.exposure:
        return opening
    week = "In your week" if changed(a) else "In a typical week"
    out_of_reach = f"; {quoted(least.title)} is mostly out of its reach" if least.exposure < MOSTLY_OUT_OF_REACH else ""
    return f"{opening} {week} AI reaches furthest into {quoted(most.title)}{out_of_reach}."


def _sits(level: Level, what: str) -> str:
    return {
        Level.LOW: f"This {what} is among those it touches least",
        Level.MEDIUM: f"This {what} is near the middle of US workers",
        Level.HIGH: f"This {what} is among those it touches most",
    }[level]


def level_fact(exposure: Exposure) -> Finding:
    where, share = LEVELS[exposure.level]
    if exposure.low_level == exposure.high_level:
        return Finding(exposure.level.capitalize(), f"{where} {share}")
    ranges = f"The evidence ranges from {exposure.low_level} to {exposure.high_level}."
    return Finding(exposure.level.capitalize(), f"{where} {ranges}")


def agreement_fact(a: Assessment, exposure: Exposure) -> Finding:
    apart = whole(exposure.band.high) - whole(exposure.band.low)
    kinds = "three" if len(exposure.families) == len(Family) else "two"
    meaning = f"The {kinds} kinds of evidence lie {apart} {'point' if apart == 1 else 'points'} apart."
    return Finding(AGREEMENTS[exposure.agreement], meaning if changed(a) else f"{meaning} {outside_note(a)}".strip())


def outside_note(a: Assessment) -> str:
    """The measures beyond the range of the typical week, as whole numbers show it."""
    if a.typical is None:
        return ""
    low, high = whole(a.typical.band.low), whole(a.typical.band.high)
    beyond = [m for m in a.outside if not low <= whole(m.percentile) <= high]
    named = [f"{_measure(m.id, m.name)} at {whole(m.percentile)}" for m in beyond]
    if not named:
        return ""
    measures = "One measure lies" if len(named) == 1 else f"{COUNTS[len(named)]} measures lie"
    return f"{measures} outside the range{' of a typical week' if changed(a) else ''}: {joined(named)}."


def _measure(identifier: str, name: str) -> str:
    return MEASURE_NAMES.get(identifier, (name, name))[0]


def joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def lean_fact(a: Assessment) -> Finding:
    share, label = a.lean.share, a.lean.label
    if share is None or label is None:
        return Finding("Not known", "No exposed work of this job is rated, so it leans neither way.")
    alone = f"Raters judged that AI alone could do most of {percent(100 * share)} of the exposed work."
    if label == "leans assist":
        return Finding("Assist", f"{alone} The rest is help for a person.")
    return Finding("Replace tasks", f"{alone} That is about tasks, not about people.")


def week_heading(a: Assessment) -> str:
    if a.yours is None or a.typical is None:
        return "The work this job contains"
    if not changed(a):
        return "A typical week in this job"
    before, after = whole(a.typical.score), whole(a.yours.score)
    return f"Your week leaves it at {after}" if before == after else f"Your week moves it from {before} to {after}"


def week_lead(a: Assessment) -> str:
    if changed(a):
        return week_lead_on_paper(a)
    return (
        f"{week_lead_on_paper(a)} Change it to yours and the score moves with it." if a.yours else week_lead_on_paper(a)
    )


def week_lead_on_paper(a: Assessment) -> str:
    """The sentence below the heading of the week where the week cannot be edited: shared pages and the PDF."""
    if a.yours is None or a.typical is None:
        return "Its activities are rated even where the job as a whole has too few measures for a score."
    if not changed(a):
        return "This is how O*NET’s ratings of its tasks divide the week."
    low, high = whole(a.yours.band.low), whole(a.yours.band.high)
    return f"{_grown(a.activities)}With your hours the measures range from {low} to {high}."


def _grown(activities: Sequence[ActivityPlace]) -> str:
    """The sentence on the activity that grew most against a typical week, or nothing below a notable change."""
    more = max(activities, key=lambda activity: activity.share - activity.typical_share, default=None)
    if more is None or more.share - more.typical_share < NOTABLE_CHANGE:
        return ""
    return (
        f"You spend more of it on {quoted(more.title)} than is typical: counted as {percent(more.share)} "
        f"instead of {percent(more.typical_share)}. "
    )


def announcement(a: Assessment) -> str:
    """What a screen reader hears after the week changed."""
    if a.yours is None or a.typical is None:
        return "Your week was changed. There is no score for this job."
    low, high = whole(a.yours.band.low), whole(a.yours.band.high)
    usual = f" A typical week is at {whole(a.typical.score)}." if changed(a) else ""
    return f"The score is now {whole(a.yours.score)}, and the measures range from {low} to {high}.{usual}"


def most_exposed(a: Assessment) -> tuple[ActivityPlace, ...]:
    named = notable(a)
    return named[: min(SHOWN, len(named) // 2)]


def least_exposed(a: Assessment) -> tuple[ActivityPlace, ...]:
    """The least exposed first."""
    named = notable(a)
    return named[::-1][: min(SHOWN, len(named) // 2)]


def notable_note(a: Assessment) -> str:
    """The note that small activities were left out of the lists, or nothing."""
    left_out = len(notable(a)) < len(named_activities(a))
    return f"Among activities that take at least {NOTABLE_SHARE:.0f}% of the week." if left_out else ""


def notable(a: Assessment) -> tuple[ActivityPlace, ...]:
    """From most to least exposed; those of 2% of the week and more, where there are enough of them."""
    named = named_activities(a)
    notable = tuple(activity for activity in named if activity.share >= NOTABLE_SHARE)
    return notable if len(notable) >= FEWEST_NOTABLE else named


def named_activities(a: Assessment) -> tuple[ActivityPlace, ...]:
    return tuple(activity for activity in a.activities if activity.id != OTHER and activity.share > 0)


def the(area: str) -> str:
    return f"the {area}" if area in {NATION, "District of Columbia"} else area


def pay_gap(pay: PayPlace | None, state_name: str | None) -> str | None:
    """The sentence on missing pay figures, or None when all are published."""
    if pay is None:
        return "BLS publishes no annual pay for this job, so there is nothing to compare with."
    missing = [name for name, value in _percentiles(pay) if value is None]
    parts = []
    if state_name and pay.area != state_name:
        parts.append(f"Too little pay is published for this job in {the(state_name)}, so these are national figures.")
    if missing:
        parts.append(
            f"The {joined(missing)} {_is(missing)} not published; BLS withholds the highest pay and thin samples."
        )
    return " ".join(parts) or None


def _percentiles(pay: PayPlace) -> tuple[tuple[str, int | None], ...]:
    return (
        ("10th percentile", pay.p10),
        ("25th percentile", pay.p25),
        ("median", pay.p50),
        ("75th percentile", pay.p75),
        ("90th percentile", pay.p90),
    )


def pay_description(pay: PayPlace) -> str:
    """The pay figure in one sentence, for screen readers."""
    words = ("one in ten earns under", "a quarter under", "half under", "three quarters under", "nine in ten under")
    parts = [f"{word} {dollars(v)}" for word, (_, v) in zip(words, _percentiles(pay), strict=True) if v is not None]
    return f"Pay in this job in {the(pay.area)}: {', '.join(parts)}."


def outlook_sentence(outlook: Outlook) -> str:
    growth, all_jobs = outlook.growth_percent, outlook.all_jobs_growth_percent
    openings = f"with about {count(outlook.openings)} openings a year."
    if growth < 0 <= all_jobs:
        return f"Projected to shrink while all US jobs grow ({signed(all_jobs)}), {openings}"
    if abs(growth - all_jobs) < ABOUT_AS_FAST:
        return f"About as fast as all US jobs ({signed(all_jobs)}), {openings}"
    return f"{'Faster' if growth > all_jobs else 'Slower'} than all US jobs ({signed(all_jobs)}), {openings}"


def _is(things: Sequence[str]) -> str:
    return "is" if len(things) == 1 else "are"


def years(horizon: str) -> str:
    """2024-34, with the dash that stands between years."""
    return horizon.replace("-", "–")


def typeset(text: str) -> str:
    """A text of the sources with the apostrophes and dashes of the page."""
    return YEARS.sub("–", text.replace("'", "’"))


def lower_first(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def vintages(a: Assessment) -> tuple[tuple[str, str], ...]:
    """The sources of this result with their vintages."""
    measures = dict.fromkeys(f"{_authors(m.source)} {m.year}" for m in a.measures)
    figures = {VINTAGES[key]: years(vintage) for key, vintage in a.provenance.vintages.items() if key in VINTAGES}
    all_vintages = {"Exposure measures": "; ".join(measures), **figures} if measures else figures
    return tuple(all_vintages.items())


def _authors(source: str) -> str:
    """Eloundou, Manning, Mishkin and Rock, Science -> Eloundou et al."""
    first = source.split(",", maxsplit=1)[0]
    return f"{first} et al." if source.count(",") > 1 else first

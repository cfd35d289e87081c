"""What a result says in sentences. Every number and name in them comes from the assessment; nothing is added."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.assessments.job_impact.model.result import (
    Assessment,
    PayPlace,
)
from backend.formats import count, dollars

NOT_THIS = (
    "This is not the chance of losing a job, and it says nothing about robots or self-driving vehicles. "
    "It compares occupations by the work they contain."
)
ONET_NOTICE = (
    "This page includes information from the O*NET database by the U.S. Department of Labor, Employment and Training "
    "Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a trademark of USDOL/ETA. Mingus has "
    "modified all or some of this information. USDOL/ETA has not approved, endorsed, or tested these modifications."
)
WAYS_IN = {
    "No formal educational credential": "No diploma required",
    "Postsecondary nondegree award": "Certificate or license program",
    "High school diploma or equivalent": "High school diploma",
}
NO_OUTLOOK = "BLS publishes no projection for this job."
NATION = "United States"
YEARS = re.compile(r"(?<=\b\d{4})-(?=\d{2}(?:\d{2})?\b)")
OTHER = "other"
VINTAGES = {
    "onet": "Tasks and activities: O*NET",
    "bls_oews_national": "Pay and employment: BLS OEWS",
    "bls_oews_state": "State pay: BLS OEWS",
    "bls_projections": "Outlook: BLS Employment Projections",
    "bea_rpp": "State prices: BEA",
}


def joined(names: Sequence[str]) -> str:
    """a, b, and c; with semicolons where a name has commas of its own."""
    if len(names) < 3:
        return " and ".join(names)
    comma = ";" if any(", " in name for name in names) else ","
    return f"{f'{comma} '.join(names[:-1])}{comma} and {names[-1]}"


def way_in(education: str) -> str:
    """The usual entry education of BLS, as people say it."""
    return WAYS_IN.get(education) or typeset(education)


def openings(number: int) -> str:
    """About 26,500 openings; BLS rounds them to the hundred, so 0 are fewer than 50."""
    return f"about {count(number)} openings" if number else "fewer than 50 openings"


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


def _is(things: Sequence[str]) -> str:
    return "is" if len(things) == 1 else "are"


def years(horizon: str) -> str:
    """2024-34, with the dash that stands between years."""
    return horizon.replace("-", "–")


def typeset(text: str) -> str:
    """A text of the sources with the apostrophes and dashes of the page."""
    return YEARS.sub("–", text.replace("'", "’"))


def lower_first(text: str) -> str:
    """AI and other abbreviations keep their capitals."""
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

"""The answer in one sentence, and the lines around it: which sentence stands is decided by the numbers alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from backend.assessments.job_impact.model.result import (
    Agreement,
    Assessment,
    Exposure,
    Level,
    Parts,
)
from backend.assessments.job_impact.model.rounding import rounded
from backend.assessments.job_impact.presentation.wording import lower_first
from backend.assessments.job_impact.presentation.work_groups import groups_of
from backend.reference.plain_names import JobName

EVERY_MEASURE = 5
TOTAL_REACH_BELOW = 10  # a low job of which AI could do less by itself is told the total: a warning would outweigh it
REACHES_MUCH = 35  # percent of the work: below, a high place is explained
COUNTS = ("no", "one", "two", "three", "four", "five")
COMPARED = {
    Level.LOW: "less of {work} than of most jobs",
    Level.MEDIUM: "about as much of {work} as of the typical job",
    Level.HIGH: "more of {work} than of most jobs",
}
AGREEMENTS = {
    Agreement.AGREE: "agree",
    Agreement.MIXED: "agree only in part",
    Agreement.DISAGREE: "disagree",
}
NO_TASK = "and raters found no task in it that AI could do or speed up"


class Voice(StrEnum):
    """Who is spoken to: the visitor, whoever opens a shared result, or a reader of the job's public page."""

    OWN = "own"
    SHARED = "shared"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class LeadPart:
    """A piece of the lead; `number` when it is one of its percents, which stand out."""

    text: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Headline:
    """`unnumbered` is the sentence without its percent, for previews; `titled` the one headed by the job's name.

    Without a score `place`, `agreement` and `range` are empty. `compared` tells a high place from a large share of
    the work, where that is not large. `week` says what the hours of the visitor changed, and why; it is empty where
    none were entered.
    """

    sentence: str
    unnumbered: str
    titled: str
    place: str
    agreement: str
    range: str
    compared: str
    week: str
    lead: tuple[LeadPart, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A part of the work: points it moved the score by, `more` of the work than typical, and how far AI reaches it.

    `above` is how much further than into the typical work as a whole.
    """

    name: str
    points: float
    more: float
    reach: float
    above: float

    def explains(self, direction: float) -> bool:
        """Whether the change of its share, with its reach, says why the score went this way."""
        return direction * self.points > 0 and direction * self.more * self.above > 0


def headline_of(a: Assessment, voice: Voice) -> Headline:
    if a.yours is None:
        return _without_score(a, voice)
    shown, week = rounded(a.yours), _week(a, voice)
    of_work = "of it" if week else "of the job’s tasks"
    titled = _sentence(a, shown, week or "the work", of_work).removesuffix(".")
    return Headline(
        sentence=_sentence(a, shown, week or work_of(a.job), of_work),
        unnumbered=_sentence(a, shown, week or work_of(a.job), ""),
        titled=f"{a.job.name}: {lower_first(titled)}",
        place=_place(shown),
        agreement=_agreement(shown),
        range=_range(shown, a.job.many, adjusted=bool(week)),
        compared=_compared(a, shown, week),
        week=_moved(a, shown, week) if week else "",
        lead=_lead(a, week),
    )


def hours_entered(a: Assessment) -> bool:
    """Whether a visitor's own hours are in this result; else its shares are the job's tasks, and nobody's week."""
    return a.yours != a.typical or any(activity.share != activity.typical_share for activity in a.activities)


def possessive(one: str) -> str:
    """a nurse -> a nurse’s"""
    return f"{one}’s"


def work_of(job: JobName) -> str:
    """a nurse’s work; a job without a plain name has its title in quotation marks, which take no ’s."""
    return f"the work in {job.one}" if job.one.endswith("”") else f"{possessive(job.one)} work"


def about(whole_percent: int) -> str:
    """about 16%; what is not nothing but rounds to it is under 1%, and what is not all of it over 99%."""
    if whole_percent <= 0:
        return "under 1%"
    return "over 99%" if whole_percent >= 100 else f"about {whole_percent}%"


def _week(a: Assessment, voice: Voice) -> str:
    if not hours_entered(a):
        return ""
    return "your week" if voice is Voice.OWN else "this person’s week"


def _sentence(a: Assessment, shown: Exposure, work: str, of_work: str) -> str:
    """`of_work` is what a percent of it is taken of; where that is empty, no percent is said."""
    compared, lean = COMPARED[shown.level], _lean(a, shown.level, of_work)
    if shown.agreement is Agreement.DISAGREE:
        return f"The measures disagree about {work}. On average, AI reaches {compared.format(work='it')}{lean}."
    probably = " probably" if shown.agreement is Agreement.MIXED else ""
    return f"AI{probably} reaches {compared.format(work=work)}{lean}."


def _lean(a: Assessment, level: Level, of_work: str) -> str:
    """What AI's part in the work is; "by itself" never stands without its share."""
    if a.parts is None:
        return ""
    if a.lean.share is None:
        return f", {NO_TASK}"
    alone, helped, _ = a.parts.whole()
    if a.lean.label == "mostly to help":
        return ", mostly to help" if helped > alone or not helped else ", about half of it to help"
    if not of_work:
        return ""
    if level is Level.LOW and alone < TOTAL_REACH_BELOW:
        return f": {about(alone + helped)} {of_work}"
    return f", {'but' if level is Level.LOW else 'and'} could do {about(alone)} {of_work} by itself"


def _place(shown: Exposure) -> str:
    place = f"{shown.score:.0f}"
    among = {"0": "under 1", "100": "over 99"}.get(place, place)
    return f"More exposed than {among} of 100 US workers"


def _agreement(shown: Exposure) -> str:
    number = len(shown.places)
    published = "" if number == EVERY_MEASURE else " published for this job"
    return f"The {COUNTS[number]} measures{published} {AGREEMENTS[shown.agreement]}:"


def _range(shown: Exposure, jobs: str, *, adjusted: bool) -> str:
    """Nobody measured a visitor's own hours: the measures of the job are adjusted for them."""
    low, high = f"{shown.measures_range.low:.0f}", f"{shown.measures_range.high:.0f}"
    whom = f"adjusted for these hours, they place {jobs}" if adjusted else f"they place {jobs}"
    span = f"{whom} between {low} and {high}." if low != high else f"{whom} all at {low}."
    if shown.agreement is not Agreement.DISAGREE:
        return span
    return f"{span} Treat the {shown.score:.0f} as a rough middle."


def _compared(a: Assessment, shown: Exposure, week: str) -> str:
    """A job may be ahead of most others though AI reaches little more than a third of its own work."""
    if a.parts is None or shown.level is not Level.HIGH:
        return ""
    alone, helped, _ = a.parts.whole()
    if alone + helped >= REACHES_MUCH:
        return ""
    work = week or "the job’s own tasks"
    return f"“More” compares jobs, by all their measures. Of {work}, AI reaches {about(alone + helped)}."


def _moved(a: Assessment, shown: Exposure, week: str) -> str:
    """Where the typical week stands, where the visitor's does, and the change of hours that did most of it."""
    if a.typical is None or a.yours is None:
        return ""
    start, end = f"{rounded(a.typical).score:.0f}", f"{shown.score:.0f}"
    who = f"{_typical(a.job)} stands at {start};"
    if start == end:
        return f"{who} {week} leaves that unchanged."
    because = _because(a, 1.0 if a.yours.score > a.typical.score else -1.0, "you" if week == "your week" else "they")
    return f"{who} {week} moves that to {end}{because}."


def _typical(job: JobName) -> str:
    article, _, bare = job.one.partition(" ")
    return f"A typical {bare}" if article in {"a", "an"} else f"A typical worker in {job.one}"


def _because(a: Assessment, direction: float, who: str) -> str:
    """The everyday part of the work whose change did most; a single activity where no whole part explains it."""
    overall = fsum(activity.typical_share * activity.exposure for activity in a.activities) / 100.0
    single = [
        Change(x.name, x.points, x.share - x.typical_share, x.exposure, x.exposure - overall) for x in a.activities
    ]
    parts = [
        Change(
            name=group.name,
            points=fsum(activity.points for activity in group.activities),
            more=group.share - group.typical_share,
            reach=group.reach / 100.0,
            above=group.reach / 100.0 - overall,
        )
        for group in groups_of(a.activities, a.code)
    ]
    most, alone = (max(changes, key=lambda change: direction * change.points) for changes in (parts, single))
    if not most.explains(direction):
        most = alone
    if direction * most.points <= 0:
        return ""
    reason = f", because {who} spend {'more' if most.more > 0 else 'less'} of it on {lower_first(most.name)}"
    if not most.explains(direction):
        return reason  # the use of AI moved it, and its reach would not explain that
    if most.reach <= 0:
        return f"{reason}, which AI does not reach"
    return f"{reason}, which AI reaches {'more' if most.above > 0 else 'less'} than the rest"


def _lead(a: Assessment, week: str) -> tuple[LeadPart, ...]:
    work = week or "the job’s tasks"
    if a.parts is None:
        return ()
    if a.lean.share is None:
        found_in = week or "this job"
        return (LeadPart(f"The raters found no task in {found_in} that today’s AI software could do or speed up."),)
    return (*_reach(a.parts, work, "it" if week else "them"), *_rest(a.parts))


def _reach(parts: Parts, work: str, pronoun: str) -> tuple[LeadPart, ...]:
    alone, helped, _ = parts.whole()
    if parts.alone <= 0:
        end = f" of {work}, and do none of {pronoun} by itself."
        return (*_percent("Today’s AI software could help with ", helped), LeadPart(end))
    by_itself = (*_percent("Today’s AI software could do ", alone), LeadPart(f" of {work} by itself"))
    if parts.helped <= 0:
        return (*by_itself, LeadPart("."))
    return (*by_itself, *_percent(" and help with ", helped), LeadPart("."))


def _rest(parts: Parts) -> tuple[LeadPart, ...]:
    *_, out = parts.whole()
    if parts.out <= 0:
        return (LeadPart(" Nothing is out of its reach."),)
    if out == 0:
        return (LeadPart(" The rest, "), LeadPart("under 1%", number=True), LeadPart(", is out of its reach."))
    if out == 100:
        return (LeadPart(" The rest is out of its reach."),)
    return (LeadPart(" The other "), LeadPart(f"{out}%", number=True), LeadPart(" is out of its reach."))


def _percent(before: str, whole_percent: int) -> tuple[LeadPart, ...]:
    """The number stands out, "about" does not."""
    words, _, number = about(whole_percent).rpartition("about ")
    return (
        LeadPart(f"{before}{'about ' if number != about(whole_percent) else ''}{words}"),
        LeadPart(number, number=True),
    )


def _without_score(a: Assessment, voice: Voice) -> Headline:
    reason = f"There isn’t enough research to score {a.job.many}."
    sentence = f"{reason} Here is what is known, and the nearest jobs with a score."
    return Headline(
        sentence=sentence,
        unnumbered=reason,
        titled=f"{a.job.name}: there isn’t enough research for a score",
        place="",
        agreement="",
        range="",
        compared="",
        week="",
        lead=_lead(a, _week(a, voice)),
    )

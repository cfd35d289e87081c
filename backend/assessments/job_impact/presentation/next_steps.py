"""What to do with a result: three pieces of advice, each from the largest part of the work that it fits."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from backend.assessments.job_impact.model.result import Agreement, Assessment, Level
from backend.assessments.job_impact.model.rounding import rounded
from backend.assessments.job_impact.presentation.headline import Voice, hours_entered, possessive
from backend.assessments.job_impact.presentation.parts import joined, percent_words
from backend.assessments.job_impact.presentation.sections import AdviceRow, AdviceSection
from backend.assessments.job_impact.presentation.topic_advice import ADVICE, TopicAdvice
from backend.assessments.job_impact.presentation.topics import FURTHER, Topic
from backend.assessments.job_impact.presentation.wording import NATION, openings, the
from backend.assessments.job_impact.presentation.work_groups import topics_of
from backend.formats import counted, dollars, whole

STEPS = 3
SMALLEST_ADVISED = 5.0
REACHED_FROM = 0.25
MOSTLY_REACHED = 0.5
LARGE = 8.0
MUCH_MORE = 3.0
SMALL_REACH = 0.2
SAME_PAY = 0.5
LEFT_OVER = ", all other"


@dataclass(frozen=True, slots=True)
class TopicPart:
    """A topic in this very result: `share` of the work in percent, and how much of it AI reaches, in [0, 1]."""

    topic: Topic
    share: float
    exposure: float

    @property
    def advice(self) -> TopicAdvice:
        return ADVICE[self.topic.id]

    @property
    def out(self) -> float:
        return self.share * (1.0 - self.exposure)


def advice_section(a: Assessment, voice: Voice = Voice.OWN) -> AdviceSection:
    return AdviceSection(heading="What to do with this", steps=next_steps(a, voice))


def next_steps(a: Assessment, voice: Voice = Voice.OWN) -> tuple[AdviceRow, ...]:
    """What AI reaches, what it does not, and then a move, that none is needed, or pay; others only to make it three."""
    parts = _parts(a)
    reached = _reached(parts)
    little = None if reached else _little(a, parts)
    steps = (
        _hand_over(a, voice, reached),
        little if _reach_of_all(a) else None,
        _count_on(a, voice, parts, reached),
        _no_need(a) or _move(a),
        _pay(a, voice),
        little,
        _hold(a),
        _check(a),
    )
    return tuple(dict.fromkeys(step for step in steps if step is not None))[:STEPS]


def _parts(a: Assessment) -> tuple[TopicPart, ...]:
    """The topics that are large enough for advice."""
    parts = []
    for topic in topics_of(a.activities):
        share = fsum(x.share for x in topic.activities)
        if topic.topic is not FURTHER and share >= SMALLEST_ADVISED:
            parts.append(TopicPart(topic.topic, share, fsum(x.share * x.exposure for x in topic.activities) / share))
    return tuple(parts)


def _reached(parts: tuple[TopicPart, ...]) -> TopicPart | None:
    """The part with the most work that AI reaches."""
    fitting = [part for part in parts if part.exposure > REACHED_FROM]
    return max(fitting, key=lambda part: (part.share * part.exposure, part.topic.id), default=None)


def _hand_over(a: Assessment, voice: Voice, part: TopicPart | None) -> AdviceRow | None:
    if part is None:
        return None
    reach = percent_words(100 * part.exposure)
    why = f"{_opening(a, voice, part)}, and AI reaches {reach} of that. {part.advice.check}"
    return AdviceRow(part.advice.hand_over, why)


def _count_on(a: Assessment, voice: Voice, parts: tuple[TopicPart, ...], reached: TopicPart | None) -> AdviceRow | None:
    """The part that AI hardly reaches and that keeps most work; where it reaches most of all parts, checking it."""
    others = [part for part in parts if part is not reached]
    hardly = max(
        (part for part in others if part.exposure <= REACHED_FROM),
        key=lambda part: (part.out, part.topic.id),
        default=None,
    )
    if reached and reached.exposure < MOSTLY_REACHED and reached.out >= (MUCH_MORE * hardly.out if hardly else 0.0):
        return AdviceRow(reached.advice.count_on, _the_rest(reached))
    if _reach_of_all(a) >= 100 * MOSTLY_REACHED and (hardly is None or hardly.share < LARGE):
        return _check(a)
    if hardly is not None:
        return AdviceRow(hardly.advice.count_on, f"{_opening(a, voice, hardly)}, and AI {_hardly(hardly.exposure)}.")
    if not parts:
        return None
    part = min(parts, key=lambda part: (part.exposure, part.topic.id))
    if part is reached or part.exposure >= MOSTLY_REACHED:
        return _check(a)
    least = f"{percent_words(100 * part.exposure)} of that, the least of any larger part of the work"
    return AdviceRow(part.advice.count_on, f"{_opening(a, voice, part)}, and AI reaches {least}.")


def _check(a: Assessment) -> AdviceRow | None:
    if a.parts is None:
        return None
    *_, out = a.parts.whole()
    work = "the tasks of this week" if hours_entered(a) else _tasks(a)
    rest = f" The other {out}% is out of its reach." if out else ""
    why = f"AI reaches about {100 - out}% of {work}, and it can get them wrong.{rest}"
    return AdviceRow("Be the one who checks the result", why)


def _the_rest(part: TopicPart) -> str:
    reach = whole(100 * part.exposure)
    return f"AI reaches {reach}% of {_label(part)}. The other {100 - reach}% is out of its reach."


def _hardly(exposure: float) -> str:
    if exposure == 0:
        return "software reaches none of it"
    reach = percent_words(100 * exposure)
    return f"reaches {'only ' if exposure <= SMALL_REACH and reach[0].isdigit() else ''}{reach} of that"


def _label(part: TopicPart) -> str:
    return part.topic.label[:1].lower() + part.topic.label[1:]


def _opening(a: Assessment, voice: Voice, part: TopicPart) -> str:
    share = percent_words(part.share)
    if hours_entered(a):
        week = "your week" if voice is Voice.OWN else "this person’s week"
        return f"About {share} of {week} is counted as {_label(part)}"
    return f"About {share} of {_tasks(a)} involve {_label(part)}"


def _tasks(a: Assessment) -> str:
    return f"{possessive(a.job.one)} tasks"


def _reach_of_all(a: Assessment) -> float:
    return a.parts.alone + a.parts.helped if a.parts else 0.0


def _little(a: Assessment, parts: tuple[TopicPart, ...]) -> AdviceRow | None:
    """Where no larger part is reached by much; with its total, which may be nothing."""
    if a.parts is None:
        return None
    work = "the week" if hours_entered(a) else _tasks(a)
    if not _reach_of_all(a):
        return AdviceRow(
            "Nothing to hand to AI yet", f"Raters found 0% of {work} that AI software could do or speed up."
        )
    alone, helped, _ = a.parts.whole()
    total = f"about {alone + helped}%" if alone + helped else "under 1%"
    most = max((whole(100 * part.exposure) for part in parts), default=0)
    larger = f"at most {most}% of any larger part" if most else "nothing in the larger parts"
    return AdviceRow("Little here to hand to AI yet", f"AI software reaches {total} of {work}, and {larger}.")


def _no_need(a: Assessment) -> AdviceRow | None:
    if a.yours is None or a.yours.level is not Level.LOW:
        return None
    place = f"{rounded(a.yours).score:.0f}"
    less = f"Only about {place}" if place != "0" else "Fewer than 1"
    return AdviceRow(
        "No need to move because of AI",
        f"{less} of 100 US workers are in less exposed jobs. If you move, move for pay or for the work itself.",
    )


def _move(a: Assessment) -> AdviceRow | None:
    """The related job that is named first; one that pays less, or gathers what is left of a field, is no advice."""
    move = a.moves.first
    if move is None or a.yours is None or move.pay_change <= -SAME_PAY or move.title.endswith(LEFT_OVER):
        return None
    places = int(rounded(a.yours).score) - move.place
    many = move.job.many
    facts = [f"are {counted(places, 'place')} less exposed"] if places > 0 else []
    facts.append(f"earn {_pay_change(move.pay_change)} at the median")
    if move.openings:
        facts.append(f"have {openings(move.openings)} a year")
    return AdviceRow(f"Thinking of a move? Look at {many}", f"{many[:1].upper()}{many[1:]} {joined(facts)}.")


def _pay_change(change: float) -> str:
    size = f"{abs(change):.0f}%"
    return "about the same" if size == "0%" else f"{size} {'more' if change > 0 else 'less'}"


def _pay(a: Assessment, voice: Voice) -> AdviceRow | None:
    pay = a.pay
    if pay is None or pay.p50 is None:
        return None
    whom = a.job.many if pay.area == NATION else f"{a.job.many} in {the(pay.area)}"
    middle = f"Half of {whom} earn more than {dollars(pay.p50)}."
    if pay.percentile is not None and voice is Voice.OWN:
        return AdviceRow(
            "Bring published pay to your next review",
            f"{middle} You earn more than about {percent_words(pay.percentile)} of them.",
        )
    asked = "" if voice is Voice.SHARED else " Where are you?"
    return AdviceRow("Know what the job pays", f"{middle}{asked}")


def _hold(a: Assessment) -> AdviceRow | None:
    if a.yours is None or a.yours.agreement is Agreement.AGREE:
        return None
    shown = rounded(a.yours).measures_range
    return AdviceRow(
        "Hold the score loosely",
        f"The measures place it between {shown.low:.0f} and {shown.high:.0f}. Look again when they are updated.",
    )

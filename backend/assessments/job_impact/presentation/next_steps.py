"""What to do with a result: three pieces of advice, each from the largest part of the work that it fits."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from backend.assessments.job_impact.model.move_rules import length
from backend.assessments.job_impact.model.result import ActivityPlace, Agreement, Assessment, Level, Move
from backend.assessments.job_impact.model.rounding import rounded
from backend.assessments.job_impact.presentation.headline import Voice, hours_entered, possessive
from backend.assessments.job_impact.presentation.occupation_advice import advice_on
from backend.assessments.job_impact.presentation.parts import percent_words
from backend.assessments.job_impact.presentation.sections import AdviceRow, AdviceSection
from backend.assessments.job_impact.presentation.topic_advice import TopicAdvice
from backend.assessments.job_impact.presentation.topics import FURTHER, TOPICS
from backend.assessments.job_impact.presentation.wording import NATION, joined, lower_first, openings, the
from backend.assessments.job_impact.presentation.work_groups import WorkGroup, groups_of
from backend.formats import counted, dollars, whole

STEPS = 3
SMALLEST_ADVISED, NO_ASIDE, LARGE = 5.0, 8.0, 10.0
REACHED_FROM, MOSTLY_REACHED, SMALL_REACH = 25.0, 50.0, 20.0
MUCH_MORE = 3.0
BETTER_PAY, FAST_GROWTH = 5.0, 10.0
LEFT_OVER = ", all other"


class StepOrder(StrEnum):
    """What advice begins with: the largest parts of the work, what concerns pay, or what can be done soonest."""

    BY_SHARE = "by_share"
    BY_PAY = "by_pay"
    BY_SPEED = "by_speed"


# Places in the usual order of `next_steps`. A look at published pay takes minutes, a move takes years.
HAND_OVER, LITTLE_AT_ALL, COUNT_ON, MOVE, PAY = range(5)
FIRST: Mapping[StepOrder, tuple[int, ...]] = {
    StepOrder.BY_SHARE: (HAND_OVER, LITTLE_AT_ALL, COUNT_ON, MOVE, PAY),
    StepOrder.BY_PAY: (PAY, MOVE, HAND_OVER, LITTLE_AT_ALL, COUNT_ON),
    StepOrder.BY_SPEED: (PAY, HAND_OVER, LITTLE_AT_ALL, COUNT_ON, MOVE),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The groups that the first two tips are on: never the same one. Each may have none."""

    hand_over: WorkGroup | None
    count_on: WorkGroup | None


def advice_section(a: Assessment, voice: Voice = Voice.OWN, order: StepOrder = StepOrder.BY_SHARE) -> AdviceSection:
    return AdviceSection(heading="What to do with this", steps=next_steps(a, voice, order))


def next_steps(a: Assessment, voice: Voice = Voice.OWN, order: StepOrder = StepOrder.BY_SHARE) -> tuple[AdviceRow, ...]:
    """What AI reaches, what it does not, and then a move, that none is needed, or pay; others only to make it three.

    Another `order` brings others of the same pieces of advice to the front.
    """
    groups = groups_of(a.activities, a.code)
    chosen = _chosen(a, groups)
    little = None if chosen.hand_over else _little(a, groups)
    usual = (
        _hand_over(a, voice, chosen.hand_over),
        little if _reach_of_all(a) else None,
        _count_on(a, voice, chosen.count_on, groups),
        _no_need(a) or _move(a),
        _pay(a, voice),
    )
    steps = (
        *(usual[place] for place in FIRST[order]),
        little,
        _hold(a),
        _know_the_parts(a),
        _look_again(a),
    )
    return tuple(dict.fromkeys(step for step in steps if step is not None))[:STEPS]


def _advisable(a: Assessment, groups: tuple[WorkGroup, ...]) -> list[WorkGroup]:
    """The groups as the page shows them that are large enough; with hours entered, only those that were given some."""
    entered = hours_entered(a)
    return [
        group
        for group in groups
        if group.share >= SMALLEST_ADVISED
        and all(_topic_id(activity) != FURTHER.id for activity in group.activities)
        and (group.entered > 0 or not entered)
    ]


def _chosen(a: Assessment, groups: tuple[WorkGroup, ...]) -> Chosen:
    """Hand over what AI reaches most; but count on a part that keeps far more out of reach than all others."""
    parts = _advisable(a, groups)
    reached = sorted(_reached(parts), key=lambda group: (-_worth_handing_over(group), group.id))
    first, second = (*reached, None, None)[:2]
    # Where AI reaches most of the work, a small part that it hardly reaches is not what the job rests on.
    smallest = NO_ASIDE if _reach_of_all(a) >= MOSTLY_REACHED else 0.0
    others = [part for part in parts if part is not first and part.share >= smallest]
    hardly = _keeping_most([part for part in others if part.reach <= REACHED_FROM])
    keeping = _keeping_most([part for part in (first, *others) if part and whole(part.reach) < MOSTLY_REACHED])
    if keeping is None or (keeping is first and second is None):
        return Chosen(first, hardly)
    if _out(keeping) >= MUCH_MORE * (_out(hardly) if hardly else 0.0):
        return Chosen(second if keeping is first else first, keeping)
    return Chosen(first, hardly)


def _worth_handing_over(group: WorkGroup) -> float:
    """Of two parts with as much reached work, the one that AI reaches further into."""
    return group.share * group.reach * math.sqrt(group.reach)


def _reached(parts: list[WorkGroup]) -> list[WorkGroup]:
    """Large parts that AI reaches, or the smaller ones where no large part is reached."""
    large = [part for part in parts if part.share >= LARGE and part.reach >= REACHED_FROM]
    return large or [part for part in parts if part.reach > REACHED_FROM]


def _keeping_most(parts: list[WorkGroup]) -> WorkGroup | None:
    return max(parts, key=lambda part: (_out(part), part.id), default=None)


def _out(group: WorkGroup) -> float:
    return group.share * (100.0 - group.reach) / 100.0


def _advice(a: Assessment, group: WorkGroup, weigh: Callable[[ActivityPlace], float]) -> TopicAdvice:
    """The advice on the topic of the group that weighs most."""
    weights: dict[str, float] = {}
    for activity in group.activities:
        topic = _topic_id(activity)
        weights[topic] = weights.get(topic, 0.0) + activity.share * weigh(activity)
    return advice_on(a.code, max(weights, key=lambda topic: (weights[topic], topic)))


def _topic_id(activity: ActivityPlace) -> str:
    return TOPICS.get(activity.topic, FURTHER).id


def _hand_over(a: Assessment, voice: Voice, group: WorkGroup | None) -> AdviceRow | None:
    if group is None:
        return None
    advice = _advice(a, group, lambda activity: activity.exposure)
    reach = percent_words(group.reach)
    return AdviceRow(advice.hand_over, f"{_opening(a, voice, group)}, and AI reaches {reach} of that. {advice.check}")


def _count_on(a: Assessment, voice: Voice, group: WorkGroup | None, groups: tuple[WorkGroup, ...]) -> AdviceRow | None:
    if group is None:
        return None
    advice = _advice(a, group, lambda activity: 1.0 - activity.exposure)
    return AdviceRow(advice.count_on, f"{_opening(a, voice, group)}{_kept(group, groups)}.")


def _kept(group: WorkGroup, groups: tuple[WorkGroup, ...]) -> str:
    if group.reach <= 0:
        return ", and AI software reaches none of it"
    reach = percent_words(group.reach)
    if group.reach <= REACHED_FROM:
        return f", and AI reaches {'only ' if group.reach <= SMALL_REACH and reach[0].isdigit() else ''}{reach} of that"
    if all(whole(other.reach) > whole(group.reach) for other in groups if other is not group):
        return f", and AI reaches {reach} of that, less than of any other part"
    return f". AI reaches {reach} of that, and the other {100 - whole(group.reach)}% is out of its reach"


def _opening(a: Assessment, voice: Voice, group: WorkGroup) -> str:
    """How large the part is: with hours entered, what part of them, and what that counts as."""
    share, name = percent_words(group.share), lower_first(group.name)
    if not hours_entered(a):
        return f"About {share} of {_tasks(a)} involve {name}"
    spends = "You spend" if voice is Voice.OWN else "This person spends"
    whose = "your" if voice is Voice.OWN else "their"
    hours = f"{spends} {percent_words(min(group.entered, 100.0))} of {whose} hours on {name}"
    return f"{hours} (counted as {share}, because the job’s tasks weigh in)"


def _tasks(a: Assessment) -> str:
    return f"{possessive(a.job.one)} tasks"


def _reach_of_all(a: Assessment) -> float:
    return a.parts.alone + a.parts.helped if a.parts else 0.0


def _little(a: Assessment, groups: tuple[WorkGroup, ...]) -> AdviceRow | None:
    """Where AI reaches little of the whole; with its total, which may be nothing."""
    if a.parts is None or _reach_of_all(a) > REACHED_FROM:
        return None
    work = "the week" if hours_entered(a) else _tasks(a)
    if not _reach_of_all(a):
        return AdviceRow(
            "Nothing to hand to AI yet", f"Raters found 0% of {work} that AI software could do or speed up."
        )
    alone, helped, _ = a.parts.whole()
    total = f"about {alone + helped}%" if alone + helped else "under 1%"
    most = max((group.reach for group in groups if group.share > 0), default=0.0)
    largest = f", and at most {percent_words(most)} of any part of it" if most <= MOSTLY_REACHED else ""
    return AdviceRow("Little here to hand to AI yet", f"AI software reaches {total} of {work}{largest}.")


def _no_need(a: Assessment) -> AdviceRow | None:
    if a.yours is None or a.yours.level is not Level.LOW:
        return None
    place = f"{rounded(a.yours).score:.0f}"
    less = f"Only about {place}" if place != "0" else "Fewer than 1"
    return AdviceRow(
        "No need to move because of AI software",
        f"{less} of 100 US workers are in less exposed jobs. If you move, move for pay or for the work itself.",
    )


def _move(a: Assessment) -> AdviceRow | None:
    """The related job that is named first, with what it takes to get there."""
    move = a.moves.first
    if move is None or a.yours is None or not _worth_it(a, move):
        return None
    places = int(rounded(a.yours).score) - move.place
    many = move.job.many
    facts = [f"are {counted(places, 'place')} less exposed"] if places > 0 else []
    facts.append(f"earn {_pay_change(move.pay_change)} at the median")
    if move.pay_change < BETTER_PAY and _grows_more(a, move):
        facts.append(f"are projected to grow {move.growth_percent:.0f}% in number")
    if move.openings:
        facts.append(f"have {openings(move.openings)} a year")
    if move.extra_years > 0:
        facts.append(f"need {length(move.extra_years)} more preparation")
    return AdviceRow(f"Thinking of a move? Look at {many}", f"{many[:1].upper()}{many[1:]} {joined(facts)}.")


def _worth_it(a: Assessment, move: Move) -> bool:
    """Pays clearly more; or no less where it has more openings than today's job, or grows fast and more than that.

    A job that gathers what is left of a field is no advice.
    """
    if move.title.endswith(LEFT_OVER) or move.pay_change < 0:
        return False
    today = a.outlook.openings if a.outlook else 0
    return move.pay_change >= BETTER_PAY or (move.openings or 0) > today or _grows_more(a, move)


def _grows_more(a: Assessment, move: Move) -> bool:
    today = a.outlook.growth_percent if a.outlook else 0.0
    return move.growth_percent is not None and move.growth_percent >= max(FAST_GROWTH, today)


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


def _know_the_parts(a: Assessment) -> AdviceRow | None:
    if a.parts is None:
        return None
    *_, out = a.parts.whole()
    work = "the week" if hours_entered(a) else _tasks(a)
    return AdviceRow(
        "Know which part is which", f"AI doesn’t reach about {out}% of {work}. The three parts show what that is."
    )


def _look_again(a: Assessment) -> AdviceRow | None:
    if a.yours is None:
        return None
    return AdviceRow(
        "Look again when the measures are updated",
        f"This score rests on {counted(len(a.yours.places), 'measure')}, and what AI can do changes.",
    )

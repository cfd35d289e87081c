"""Which activities a result names as examples: each in one list only, and only where its own figures say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.assessments.job_impact.model.result import ActivityPlace
from backend.assessments.job_impact.presentation.topics import FURTHER
from backend.formats import whole

LISTED = 3
NOTABLE = 2.0
REACHED_FROM = 0.25
# Examples of what is out of reach are hardly reached; where there are none, reached little.
OUT_OF_REACH = (0.10, 0.25)
NOTHING = 1e-9
PARTS = ("alone", "help", "out")


@dataclass(frozen=True, slots=True)
class OtherLists:
    """Activities that no part of the work names. `larger`: a smaller one is more exposed than those here."""

    exposed: tuple[ActivityPlace, ...]
    reached: tuple[ActivityPlace, ...]
    least: tuple[ActivityPlace, ...]
    larger: bool
    larger_least: bool  # a smaller one is less exposed than the least exposed here


def pieces(activity: ActivityPlace) -> dict[str, float]:
    """What share of all the work, in percent, the activity gives to each of the three parts."""
    alone = min(activity.alone, activity.exposure)
    of_it = {"alone": alone, "help": activity.exposure - alone, "out": 1.0 - activity.exposure}
    return {kind: activity.share * part if part > NOTHING else 0.0 for kind, part in of_it.items()}


def largest_part(activity: ActivityPlace) -> str:
    each = pieces(activity)
    return max(PARTS, key=lambda kind: each[kind])


def done(activities: Iterable[ActivityPlace]) -> list[ActivityPlace]:
    """Those with a name and a share; where hours were entered, only those that were given some."""
    named = [activity for activity in activities if activity.topic != FURTHER.id and activity.share > 0]
    return [activity for activity in named if activity.entered] or named


def lists_of(activities: Iterable[ActivityPlace]) -> dict[str, tuple[ActivityPlace, ...]]:
    """For each of the three parts the activities of 2% of the work and more that give most to it.

    For what AI reaches: those that lie mostly in that part, else those of which it is a good piece.
    """
    notable = [activity for activity in done(activities) if activity.share >= NOTABLE]
    listed: dict[str, tuple[ActivityPlace, ...]] = {"out": _out_of_reach(notable)}
    mostly = {kind: [x for x in notable if largest_part(x) == kind] for kind in ("alone", "help")}
    for kind in sorted(mostly, key=lambda kind: bool(mostly[kind]), reverse=True):
        taken = {activity.id for chosen in listed.values() for activity in chosen}
        some = [x for x in notable if x.exposure >= REACHED_FROM and x.id not in taken]
        listed[kind] = _most(mostly[kind] or some, kind)
    return {kind: listed[kind] for kind in PARTS}


def _out_of_reach(notable: Sequence[ActivityPlace]) -> tuple[ActivityPlace, ...]:
    each = (_most([x for x in notable if x.exposure <= most], "out") for most in OUT_OF_REACH)
    return next((listed for listed in each if listed), ())


def _most(activities: Iterable[ActivityPlace], kind: str) -> tuple[ActivityPlace, ...]:
    giving = [activity for activity in activities if pieces(activity)[kind]]
    return tuple(sorted(giving, key=lambda x: (-pieces(x)[kind], x.id))[:LISTED])


def other_lists(activities: Sequence[ActivityPlace]) -> OtherLists:
    """Of the activities that no part names: the most exposed, those with most exposed work, and the least exposed."""
    named = {activity.id for listed in lists_of(activities).values() for activity in listed}
    others = [activity for activity in done(activities) if activity.id not in named]
    notable = [activity for activity in others if activity.share >= NOTABLE]
    reached = [x for x in notable if x.exposure > REACHED_FROM]
    exposed = tuple(sorted(reached, key=lambda x: (-x.exposure, -x.share, x.id))[:LISTED])
    rest = [x for x in reached if x not in exposed]
    unreached = (x for x in notable if x.exposure <= REACHED_FROM)
    least = tuple(sorted(unreached, key=lambda x: (x.exposure, -x.share, x.id))[:LISTED])
    small = [x for x in others if x.share < NOTABLE]
    top = exposed[-1].exposure if exposed else 1.0
    bottom = least[-1].exposure if least else 0.0
    return OtherLists(
        exposed=exposed,
        reached=tuple(sorted(rest, key=lambda x: (-x.share * x.exposure, x.id))[:LISTED]),
        least=least,
        larger=any(whole(100 * x.exposure) > whole(100 * top) for x in small),
        larger_least=any(whole(100 * x.exposure) < whole(100 * bottom) for x in small),
    )

"""The one line at the top of the page of operations: whether all is well, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.dashboards.ops.alerts import ShownAlert
from backend.dashboards.ops.checks import State, Tally, listed

MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Action:
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Verdict:
    state: State
    headline: str
    text: str
    actions: tuple[Action, ...] = ()


def verdict_of(alerts: Sequence[ShownAlert], tally: Tally, *, is_on: bool, last_incident: str) -> Verdict:
    """What is wrong comes first: alerts, then checks, then that nobody measures, then what is not measured yet.

    `alerts`: those that are open, the worst first.
    """
    urgent = [alert for alert in alerts if alert.is_urgent]
    if urgent:
        return _of_alerts(urgent, tally)
    if tally.bad:
        return _of_checks(tally)
    if not is_on:
        text = f"Nothing is measured, so no alert about speed, errors, or load can open. {tally.words} without it."
        return Verdict(State.UNKNOWN, "Monitoring is stopped.", text, (Action("Start it again", "#monitoring"),))
    if tally.unknown:
        names = [check.name.lower() for check in tally.unknown]
        more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
        text = f"{tally.words}. Not measured yet: {listed([*names[:MOST_NAMED], *more])}."
        return Verdict(State.UNKNOWN, "Nothing is wrong so far.", text)
    return Verdict(State.OK, "All is well.", " ".join(filter(None, (f"{tally.words}.", _idle(alerts), last_incident))))


def _idle(alerts: Sequence[ShownAlert]) -> str:
    if not alerts:
        return "Nothing needs you."
    return "1 notice is open below." if len(alerts) == 1 else f"{len(alerts)} notices are open below."


def _of_alerts(alerts: Sequence[ShownAlert], tally: Tally) -> Verdict:
    worst, *others = alerts
    more = f" {len(others)} more {'alert is' if len(others) == 1 else 'alerts are'} open." if others else ""
    limit = f" ({worst.limit})" if worst.limit else ""
    text = f"{worst.measured}{limit}, since {worst.since}.{more} {tally.words}."
    actions = (Action("See what is affected", worst.href), Action("All alerts", "/ops/alerts"))
    return Verdict(State.BAD, f"{worst.title.rstrip('.')}.", text, actions)


def _of_checks(tally: Tally) -> Verdict:
    worst, *others = tally.bad
    more = f" Also: {listed([check.name.lower() for check in others])}." if others else ""
    measured = worst.value if worst.when == "now" else f"{worst.value}, {worst.when}"
    text = f"{worst.about}: {measured}.{more} {tally.words}."
    actions = (Action("Look into it", worst.href),) if worst.href else ()
    return Verdict(State.BAD, worst.trouble or f"{worst.name} needs attention.", text[:1].upper() + text[1:], actions)

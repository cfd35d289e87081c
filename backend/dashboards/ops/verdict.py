"""The one line at the top of the page of operations: whether all is well, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.dashboards.ops.alerts import ShownAlert
from backend.dashboards.ops.checks import State, Tally, listed


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


def verdict_of(
    alerts: Sequence[ShownAlert], tally: Tally, *, is_on: bool, last_incident: str, spent: Sequence[str] = ()
) -> Verdict:
    """What is wrong comes first: alerts, then checks, then that nobody measures, then what is not measured yet.

    `alerts`: those that are open, the worst first. `spent`: objectives whose error budget is used up.
    """
    urgent = [alert for alert in alerts if alert.is_urgent]
    if urgent:
        return _of_alerts(urgent, tally)
    if tally.bad:
        return _of_checks(tally)
    if not is_on:
        text = "Nothing is measured, so no alert about speed, errors, or load can open."
        return Verdict(State.UNKNOWN, "Monitoring is stopped.", text, (Action("Start it again", "#monitoring"),))
    if spent:
        return _of_spent(spent, tally)
    if tally.unknown:
        return Verdict(State.UNKNOWN, "Nothing is wrong so far.", f"{tally.words}. {tally.open_words}")
    return Verdict(State.OK, "All is well.", " ".join(filter(None, (f"{tally.words}.", _idle(alerts), last_incident))))


def _idle(alerts: Sequence[ShownAlert]) -> str:
    if not alerts:
        return "Nothing needs you."
    return "1 notice is open below." if len(alerts) == 1 else f"{len(alerts)} notices are open below."


def _of_spent(spent: Sequence[str], tally: Tally) -> Verdict:
    """Nothing is broken now, yet more went wrong than an objective allows."""
    headline = "Nothing is failing now, but an objective is missed."
    if len(spent) > 1:
        headline = f"Nothing is failing now, but {len(spent)} objectives are missed."
    missed = "; ".join(spent)
    text = f"Missed: {missed}. {tally.words}. {tally.open_words}".strip()
    return Verdict(State.UNKNOWN, headline, text, (Action("See the objectives", "#objectives"),))


def _of_alerts(alerts: Sequence[ShownAlert], tally: Tally) -> Verdict:
    worst, *others = alerts
    more = f" {len(others)} more {'alert is' if len(others) == 1 else 'alerts are'} open." if others else ""
    limit = f" ({worst.limit})" if worst.limit else ""
    failing = f" Also failing: {listed([check.words for check in tally.bad])}." if tally.bad else ""
    text = f"{worst.measured}{limit}, since {worst.since}.{more}{failing}"
    actions = (Action("Look into it", worst.href), Action("All alerts", "/ops/alerts"))
    return Verdict(State.BAD, f"{worst.title.rstrip('.')}.", text, actions)


def _of_checks(tally: Tally) -> Verdict:
    worst, *others = tally.bad
    more = f" Also failing: {listed([check.words for check in others])}." if others else ""
    measured = worst.value if worst.when == "now" else f"{worst.value}, {worst.when}"
    text = f"{worst.about}: {measured}.{more} {tally.words}."
    actions = (Action("Look into it", worst.href),) if worst.href else ()
    return Verdict(State.BAD, worst.trouble or f"{worst.name} needs attention.", text[:1].upper() + text[1:], actions)

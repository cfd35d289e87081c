"""Alerts that wait after the database was lost: what they measure is the loss, which was told under its own name.

An alert with a known cause stays quiet until its window holds nothing of the cause. Of a burn rate that is the shorter
of its two windows, as Google's "The Site Reliability Workbook" (2018, chapter 5) has both pass before anybody is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.analytics.monitoring.alerts.models import StoredAlert
from backend.analytics.monitoring.objectives.burn import SHORTER
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.rules.rule import MINUTE, MeasureSource, Rule

PAUSE = timedelta(seconds=45)  # between two judgments, which the schedule makes each 10 seconds
UNTIL_KEPT = 2 * MINUTE  # until the loss is in the history, which takes a minute in which the database answers
OF_HOSTS = frozenset({Family.HOST, Family.BUSINESS})


class Outages:
    """One for a process: since when rules have been judged again after a pause, in which the database may be lost."""

    def __init__(self, pause: timedelta = PAUSE) -> None:
        self._pause = pause
        self._again_at: datetime | None = None

    def note(self, last: datetime | None, now: datetime) -> None:
        """`last`: when rules were judged before."""
        if last is not None and now - last >= self._pause:
            self._again_at = now

    def holds(self, rule: Rule, losses: Sequence[StoredAlert], now: datetime) -> bool:
        """Whether a rule waits before it opens anything. `losses`: the alerts of the cause that ended last."""
        window = spoiled(rule)
        if not window:
            return False
        is_unsure = self._again_at is not None and now - self._again_at < min(window, UNTIL_KEPT)
        return is_unsure or any(loss.resolved_at and now - loss.resolved_at < window for loss in losses)


@dataclass(frozen=True, slots=True)
class JudgingContext:
    """`zone`: the business zone. `outages`: what this process remembers between its turns."""

    zone: str
    outages: Outages


def spoiled(rule: Rule) -> timedelta:
    """For how long after a loss of the database the rule still measures it; zero of what a loss does not change."""
    if rule.measure.source is MeasureSource.OBJECTIVE:
        return rule.window / SHORTER
    is_of_work = rule.measure.source is MeasureSource.WINDOW and rule.measure.name not in OF_HOSTS
    return rule.window if is_of_work else timedelta()

"""Whether the database answers, and what is told when it does not, remembered in memory alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.analytics.monitoring.alerts.alert import OPEN, AlertState
from backend.analytics.monitoring.alerts.groups import GroupStanding, OpenAlert, due
from backend.analytics.monitoring.alerts.machine import Standing, advance
from backend.analytics.monitoring.alerts.notifier import ChangeKind
from backend.analytics.monitoring.channels.delivering import send_at_once
from backend.analytics.monitoring.channels.last_resort import Prepared
from backend.analytics.monitoring.channels.sending import Attempt, Verdict
from backend.analytics.monitoring.rules.judging import Observed, judge

SEND_SECONDS = 18.0
TRIES_AGAIN = timedelta(seconds=30)
UTC_ZONE = ZoneInfo("UTC")


class LostDatabase:
    """The alert of one process that leads, announced as those of other rules are: at most twice an hour."""

    def __init__(self) -> None:
        self._prepared: Prepared | None = None
        self._answered_at: datetime | None = None
        self._standing: Standing | None = None
        self._group = GroupStanding()
        self._waiting: Mapping[str, Attempt] = {}
        self._tried_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody was told of a loss that is not over; until then, what was prepared before it is kept."""
        return self._group.opened_at is not None

    def answered(self, at: datetime, prepared: Prepared | None) -> Prepared | None:
        """The database answers. Returns what was told, once it is over for long enough to be told too."""
        self._answered_at = at
        if not self.is_open:
            self._prepared, self._standing = prepared, None
            return None
        self._waiting = {}
        told = self._told()
        if self._advance(0.0, at) is not ChangeKind.RESOLVED:
            return None
        over, lost, self._standing = self._prepared, self._standing, None
        return replace(over, change=replace(over.change, since=lost.since, recipients=told)) if over and lost else None

    def _told(self) -> tuple[int, ...]:
        """Who hears of the end: whoever heard of the loss."""
        assert self._prepared is not None
        later = self._prepared.next_recipients if self._group.escalated_at else ()
        return tuple(dict.fromkeys((*self._prepared.change.recipients, *later)))

    def did_not_answer(self, at: datetime) -> None:
        """Tell whoever is to be told by now."""
        if self._prepared is None or self._answered_at is None:
            return
        silent = max((at - self._answered_at).total_seconds(), 0.0)
        kind = self._advance(silent, at)
        if kind is not None and kind in self._prepared.attempts:
            self._waiting = {**self._waiting, **self._prepared.attempts[kind]}
            self._tried_at = None
        if self._waiting and (self._tried_at is None or at - self._tried_at >= TRIES_AGAIN):
            self._send(at)

    def _advance(self, silent: float, at: datetime) -> ChangeKind | None:
        assert self._prepared is not None
        rule = self._prepared.rule
        self._standing = advance(rule, self._standing, judge(rule, Observed(silent), at, UTC_ZONE), at)
        is_open = self._standing is not None and self._standing.state in OPEN
        alerts = [OpenAlert(0, AlertState.FIRING, at, was_told=True)] if is_open else []
        kind = due(rule, self._group.not_after(at), alerts, at)
        if kind is not None:
            self._group = self._group.said(kind, at)
        return kind

    def _send(self, at: datetime) -> None:
        """All channels at once; what a channel does not take is tried again."""
        self._tried_at = at
        numbered = dict(enumerate(self._waiting.items()))
        batches = {channel_id: [(number, attempt)] for number, (channel_id, attempt) in numbered.items()}
        outcomes = send_at_once(batches, SEND_SECONDS)
        failed = {number for number, outcome in outcomes.items() if outcome.verdict is Verdict.LATER}
        self._waiting = dict(numbered[number] for number in sorted(failed))

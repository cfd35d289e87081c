"""What changed about an alert, and who passes it on to the channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session


class Severity(StrEnum):
    """`CRITICAL` wakes whoever is on call, `WARNING` waits for the working day, `INFO` is only read."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class ChangeKind(StrEnum):
    OPENED = "opened"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class AlertChange:
    """One announcement about the alerts of a group: of one rule, be it for one affected thing or for five hundred.

    `alert_id`: the first alert of the group. `group`: stays the same from the first announcement to `RESOLVED`, and
    differs between two incidents of a rule, so it can be the key under which a pager merges messages.
    `channels`: ids the rule names; empty: the channels that take its severity. The end goes where the beginning went.
    `recipients`: accounts on call, by id; of the end, those who were `told`, which is who heard of it before.
    """

    alert_id: int
    rule_id: str
    title: str
    severity: Severity
    kind: ChangeKind
    since: datetime
    at: datetime
    measured: str
    limit: str
    affected: str
    runbook: str
    explain_url: str
    silence_url: str
    group: str
    recipients: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    told: tuple[int, ...] = ()


class Notifier(Protocol):
    def announce(self, session: Session, changes: Sequence[AlertChange]) -> None:
        """Add what sends the changes to the transaction of the session, without a commit and without the network.

        The changes of one call belong together: a channel that people read says them in one message.
        """
        ...


class NullNotifier:
    """Tells nobody."""

    def announce(self, session: Session, changes: Sequence[AlertChange]) -> None:
        pass

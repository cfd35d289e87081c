"""Changes of alerts, as the rules make them, for tests of what is told about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.analytics.monitoring.alerts.notifier import AlertChange, ChangeKind, Severity

SINCE = datetime(2026, 11, 30, 19, 5, tzinfo=UTC)
SLOW = AlertChange(
    alert_id=7,
    rule_id="slow_pages",
    title="Pages are slow",
    severity=Severity.CRITICAL,
    kind=ChangeKind.OPENED,
    since=SINCE,
    at=SINCE + timedelta(minutes=5),
    measured="95th percentile of page times is 2.4 s",
    limit="over 2 s for 5 minutes",
    affected="GET /result/<token>, 3 more",
    runbook="slow-pages",
    explain_url="/ops/alerts/7",
    silence_url="/ops/alerts/7/silence",
    group="slow_pages:7",
)


def change(kind: ChangeKind = ChangeKind.OPENED, number: int = 7, **fields: Any) -> AlertChange:
    """A change of the alert of this number, which is a group of its own unless a group is named."""
    named = {"explain_url": f"/ops/alerts/{number}", "silence_url": f"/ops/alerts/{number}/silence"}
    return replace(SLOW, alert_id=number, kind=kind, **{"group": f"slow_pages:{number}", **named, **fields})

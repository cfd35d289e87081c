"""How one alert moves from state to state. Pure: a verdict and an instant in, the next standing out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.analytics.monitoring.alerts.alert import OPEN, AlertState
from backend.analytics.monitoring.rules.judging import Verdict
from backend.analytics.monitoring.rules.rule import Rule

UNKNOWN_LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of an alert, and since when its limit has been passed, has been kept, or nothing has been known."""

    state: AlertState
    since: datetime
    kept_since: datetime | None = None
    unknown_since: datetime | None = None

    def not_after(self, now: datetime) -> Standing:
        """The same by a clock that was set back: what lies ahead begins now."""
        return replace(
            self,
            since=min(self.since, now),
            kept_since=self.kept_since and min(self.kept_since, now),
            unknown_since=self.unknown_since and min(self.unknown_since, now),
        )


def advance(rule: Rule, standing: Standing | None, verdict: Verdict, now: datetime) -> Standing | None:
    """The next standing; None: all is well and there is no alert."""
    if standing is None or standing.state is AlertState.RESOLVED:
        return _begun(rule, Standing(AlertState.PENDING, now), now) if verdict is Verdict.PASSED else None
    standing = standing.not_after(now)
    if standing.state in OPEN:
        return _while_open(rule, standing, verdict, now)
    return _begun(rule, standing, now) if verdict is Verdict.PASSED else None


def _begun(rule: Rule, standing: Standing, now: datetime) -> Standing:
    return replace(standing, state=AlertState.FIRING) if now - standing.since >= rule.lasting else standing


def _while_open(rule: Rule, standing: Standing, verdict: Verdict, now: datetime) -> Standing:
    """An alert resolves once the clearing limit was kept for long enough, or nothing is measured any more."""
    kept = (standing.kept_since or now) if verdict is Verdict.KEPT else None
    unknown = (standing.unknown_since or now) if verdict is Verdict.UNKNOWN else None
    is_over = (kept and now - kept >= rule.settles) or (unknown and now - unknown >= UNKNOWN_LASTS)
    state = AlertState.RESOLVED if is_over else standing.state
    return replace(standing, state=state, kept_since=kept, unknown_since=unknown)

"""What a channel says about a group of alerts: the words, before any format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.analytics.monitoring.alerts.notifier import AlertChange, ChangeKind, Severity
from backend.formats import counted, duration, first_capital, moment

MOST_SHOWN = 10  # a group may hold hundreds; the page of alerts lists them all
LONGEST = 300
RANK = {Severity.CRITICAL: 2, Severity.WARNING: 1, Severity.INFO: 0}
HEADLINES: dict[ChangeKind, Callable[[AlertChange], str]] = {
    ChangeKind.OPENED: lambda change: f"{first_capital(change.severity)}: {change.title}",
    ChangeKind.REMINDER: lambda change: f"Still {change.severity}: {change.title}",
    ChangeKind.ESCALATED: lambda change: f"Escalated: {change.title}",
    ChangeKind.ACKNOWLEDGED: lambda change: f"Acknowledged: {change.title}",
    ChangeKind.RESOLVED: lambda change: f"Resolved: {change.title}",
}
COUNTED = {
    ChangeKind.OPENED: "opened",
    ChangeKind.REMINDER: "still open",
    ChangeKind.ESCALATED: "escalated",
    ChangeKind.ACKNOWLEDGED: "acknowledged",
    ChangeKind.RESOLVED: "resolved",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One alert of a message. `silence_url` is empty where there is nothing left to silence."""

    headline: str
    kind: ChangeKind
    severity: Severity
    state: str
    since: str
    how_bad: str
    affected: str
    explain_url: str
    silence_url: str

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """What each line of the message is called, and what it says."""
        facts = (
            ("State", self.state),
            ("Since", self.since),
            ("Measured", self.how_bad),
            ("Affected", self.affected),
        )
        return [(name, value) for name, value in facts if value]


@dataclass(frozen=True, slots=True)
class Message:
    """`parts`: the worst alerts first, `MOST_SHOWN` at most. `left_out`: how many more there are, at `all_url`."""

    headline: str
    severity: Severity
    parts: tuple[Part, ...]
    left_out: int
    all_url: str
    is_test: bool = False

    @classmethod
    def of(cls, changes: Sequence[AlertChange], site: str, zone: str, *, is_test: bool = False) -> Message:
        """The words for changes that belong together, at least one. `site` is where links lead."""
        ranked = sorted(changes, key=lambda change: (change.kind is ChangeKind.RESOLVED, -RANK[change.severity]))
        parts = tuple(part_of(change, site, zone) for change in ranked[:MOST_SHOWN])
        headline = f"Test: {ranked[0].title}" if is_test else _headline(ranked)
        severity = max((change.severity for change in changes), key=RANK.__getitem__)
        return cls(
            headline,
            severity,
            parts,
            len(ranked) - len(parts),
            f"{site}/ops/alerts",
            is_test,
        )

    @property
    def more(self) -> str:
        """A sentence for the alerts that are not shown; empty if all are."""
        return f"And {counted(self.left_out, 'more alert')}." if self.left_out else ""


def part_of(change: AlertChange, site: str, zone: str) -> Part:
    return Part(
        headline=shortened(HEADLINES[change.kind](change)),
        kind=change.kind,
        severity=change.severity,
        state=_state(change),
        since=moment(change.since, zone),
        how_bad=shortened(_how_bad(change)),
        affected=shortened(change.affected),
        explain_url=_absolute(site, change.explain_url),
        silence_url="" if change.kind is ChangeKind.RESOLVED else _absolute(site, change.silence_url),
    )


def shortened(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _headline(changes: Sequence[AlertChange]) -> str:
    if len(changes) == 1:
        return shortened(HEADLINES[changes[0].kind](changes[0]))
    kinds = Counter(change.kind for change in changes)
    if len(kinds) == 1:
        return f"{counted(len(changes), 'alert')} {COUNTED[changes[0].kind]}"
    told = [f"{number:,} {COUNTED[kind]}" for kind, number in sorted(kinds.items(), key=_place)]
    return f"{counted(len(changes), 'alert')}: {', '.join(told)}"


def _place(kind: tuple[ChangeKind, int]) -> int:
    return list(ChangeKind).index(kind[0])


def _state(change: AlertChange) -> str:
    lasted = duration(max((change.at - change.since).total_seconds(), 0))
    match change.kind:
        case ChangeKind.OPENED:
            return f"Open, {change.severity}"
        case ChangeKind.REMINDER:
            return f"Still open after {lasted}, {change.severity}"
        case ChangeKind.ESCALATED:
            return f"No one has acknowledged this in {lasted}{_told_next(change)}"
        case ChangeKind.ACKNOWLEDGED:
            return "Acknowledged: someone is on it"
        case ChangeKind.RESOLVED:
            return f"Resolved after {lasted}"


def _told_next(change: AlertChange) -> str:
    """Whom it escalates to, as seen by whoever heard of it before: without a rota that is everyone again."""
    newly = set(change.recipients) - set(change.told)
    if not newly or not change.told:
        return ""
    return ", so the next person on call is told" if len(newly) == 1 else ", so everyone who runs Mingus is told"


def _how_bad(change: AlertChange) -> str:
    if not change.measured:
        return change.limit
    return f"{change.measured} (limit: {change.limit})" if change.limit else change.measured


def _absolute(site: str, url: str) -> str:
    return f"{site}{url}" if url.startswith("/") else url


def sample(at: datetime, kind: ChangeKind = ChangeKind.OPENED) -> AlertChange:
    """What a test of a channel says: recognizable, harmless, with a link that works."""
    return AlertChange(
        alert_id=0,
        rule_id="test",
        title="this channel receives alerts",
        severity=Severity.INFO,
        kind=kind,
        since=at,
        at=at,
        measured="Nothing is wrong",
        limit="",
        affected="Nothing; someone pressed Send a test",
        runbook="",
        explain_url="/ops/channels",
        silence_url="",
        group=f"test:{int(at.timestamp())}",
    )

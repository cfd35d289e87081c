"""Error groups as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from backend.analytics.figures.spark import Spark, spark
from backend.analytics.monitoring.errors.group import ErrorGroup, ErrorSource, ErrorState, Frame
from backend.formats import ago, count, moment

STATE = {
    ErrorState.NEW: "New",
    ErrorState.BACK_AGAIN: "Back again",
    ErrorState.KNOWN: "Known",
    ErrorState.IGNORED: "Ignored",
    ErrorState.RESOLVED: "Resolved",
}
SOURCE = {ErrorSource.REQUEST: "Site", ErrorSource.JOB: "Background work", ErrorSource.BROWSER: "Browser"}
URGENT = frozenset({ErrorState.NEW, ErrorState.BACK_AGAIN})


@dataclass(frozen=True, slots=True)
class ShownRequest:
    request_id: str
    trace_id: str
    route: str
    when: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """An error group in words."""

    id: int
    type: str
    place: str
    source: str
    state: str
    is_urgent: bool
    reason: str
    count: str
    first: str
    last: str
    last_ago: str
    releases: str
    routes: tuple[tuple[str, str], ...]
    message: str
    frames: tuple[Frame, ...]
    requests: tuple[ShownRequest, ...]
    spark: Spark | None

    @property
    def href(self) -> str:
        return f"/ops/errors/{self.id}"


def shown_groups(groups: Iterable[ErrorGroup], now: datetime, zone: str) -> tuple[ShownGroup, ...]:
    return tuple(shown_group(group, now, zone) for group in groups)


def shown_group(group: ErrorGroup, now: datetime, zone: str) -> ShownGroup:
    releases = (
        group.first_release
        if group.first_release == group.last_release
        else f"{group.first_release} to {group.last_release}"
    )
    return ShownGroup(
        group.id,
        group.type,
        group.place,
        SOURCE[group.source],
        STATE[group.state],
        group.state in URGENT,
        group.reason,
        count(group.count),
        moment(group.first_seen, zone),
        moment(group.last_seen, zone),
        ago((now - group.last_seen).total_seconds()),
        releases,
        tuple((route.route, count(route.count)) for route in group.routes),
        group.sample.message,
        group.sample.frames,
        tuple(
            ShownRequest(seen.request_id, seen.trace_id, seen.route, moment(seen.at, zone)) for seen in group.requests
        ),
        spark([float(number) for number in group.by_hour], (), partial=False) if any(group.by_hour) else None,
    )

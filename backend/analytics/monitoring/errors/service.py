"""Error groups: what failed, how often, where, and what was decided about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.analytics.monitoring.errors.buffer import MOST_REQUESTS, Burst, count_route, other_errors
from backend.analytics.monitoring.errors.group import (
    DETAIL_HOURS,
    SPARK_HOURS,
    ErrorGroup,
    ErrorSample,
    ErrorSource,
    ErrorState,
    Frame,
    RouteCount,
    SeenRequest,
)
from backend.analytics.monitoring.errors.models import StoredErrorGroup
from backend.analytics.monitoring.errors.store import ErrorStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import reading

HOUR, QUIET = timedelta(hours=1), timedelta(days=7)
HOURS_KEPT, GROUPS_KEPT = timedelta(days=30), timedelta(days=90)
MOST_GROUPS, MOST_LISTED = 1000, 200
REOPENS = frozenset({ErrorState.NEW, ErrorState.KNOWN, ErrorState.BACK_AGAIN})


class ErrorService:
    def __init__(self, store: ErrorStore, session: Session, audit: AuditLog, now: Clock) -> None:
        self._store = store
        self._session = session
        self._audit = audit
        self._now = now

    def groups(self, state: ErrorState | None = None) -> Sequence[ErrorGroup]:
        """The groups in a state, or all that nobody closed; the 200 that were seen last, the latest first."""
        with reading():
            states = REOPENS if state is None else {state}
            return self._shown(self._store.list(states, MOST_LISTED), SPARK_HOURS)

    def counts(self) -> Mapping[ErrorState, int]:
        """How many groups there are in each state."""
        with reading():
            return dict.fromkeys(ErrorState, 0) | dict(self._store.counts())

    def group(self, group_id: int) -> ErrorGroup:
        """A group with the hours of its last week. Raises NotFound."""
        with reading():
            return self._shown([self._store.get(group_id)], DETAIL_HOURS)[0]

    def decide(self, group_id: int, state: ErrorState, reason: str, by: str) -> ErrorGroup:
        """Set the state, with the reason of an ignored group. An error after it was resolved opens it again.

        Raises NotFound.
        """
        group, now = self._store.get(group_id, for_change=True), self._now()
        group.state, group.reason = state, reason
        group.resolved_at = now if state is ErrorState.RESOLVED else None
        self._audit.record(by, Action.ERROR_GROUP_CHANGED, f"error_group:{group_id}", state=state.value)
        [shown] = self._shown([group], DETAIL_HOURS)
        self._session.commit()
        return shown

    def ignore(self, group_id: int, reason: str, by: str) -> ErrorGroup:
        """Raises NotFound."""
        return self.decide(group_id, ErrorState.IGNORED, reason, by)

    def record(self, bursts: Iterable[Burst]) -> None:
        """Write what a process counted, all of it or nothing."""
        for burst in sorted(bursts, key=lambda burst: burst.facts.fingerprint):  # one order: no deadlocks
            self._add(burst)
        self._session.commit()

    def forget(self) -> None:
        """Delete groups not seen for 90 days, and counts by hour after 30."""
        now = self._now()
        self._store.forget(now - GROUPS_KEPT, now - HOURS_KEPT)
        self._session.commit()

    def _add(self, burst: Burst) -> None:
        group = self._store.lock(burst.facts.fingerprint)
        if group is None:
            if self._store.count(burst.facts.source) >= MOST_GROUPS:
                burst.facts = other_errors(burst.facts.source)
            self._store.add(**_empty(burst))
            group = self._store.lock(burst.facts.fingerprint)
        if group is None:
            raise LookupError("an error group was deleted while it was written")
        if _is_back(group, burst):
            group.state, group.reason, group.resolved_at = ErrorState.BACK_AGAIN, "", None
        if burst.release != group.last_release:  # lines moved
            group.sample = asdict(burst.facts.sample)
        if burst.last_seen >= group.last_seen:
            group.last_seen, group.last_release = burst.last_seen, burst.release
        group.first_seen = min(group.first_seen, burst.first_seen)
        group.count += burst.count
        group.routes = _with_routes(group.routes, burst.routes)
        group.requests = {"last": _last_requests(group.requests["last"], burst.requests)}
        self._store.add_hours(group.id, burst.by_hour)

    def _shown(self, groups: Sequence[StoredErrorGroup], hours: int) -> Sequence[ErrorGroup]:
        this_hour = self._now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        since = this_hour - (hours - 1) * HOUR
        counts = self._store.hours([group.id for group in groups], since)
        moments = [since + number * HOUR for number in range(hours)]
        return [_shown(group, since, [counts.get(group.id, {}).get(at, 0) for at in moments]) for group in groups]


def _is_back(group: StoredErrorGroup, burst: Burst) -> bool:
    """Whether errors open a group again: after it was resolved, or after a quiet week in another release."""
    if group.resolved_at is not None:
        return burst.last_seen > group.resolved_at
    is_quiet = burst.first_seen - group.last_seen > QUIET and burst.release != group.last_release
    return group.state in REOPENS and is_quiet


def _empty(burst: Burst) -> dict[str, Any]:
    facts = burst.facts
    return {
        "fingerprint": facts.fingerprint,
        "source": facts.source,
        "type": facts.type,
        "place": facts.place,
        "state": ErrorState.NEW,
        "reason": "",
        "count": 0,
        "first_seen": burst.first_seen,
        "last_seen": burst.first_seen,
        "first_release": burst.release,
        "last_release": burst.release,
        "sample": asdict(facts.sample),
        "routes": {},
        "requests": {"last": []},
    }


def _with_routes(stored: Mapping[str, int], added: Mapping[str, int]) -> dict[str, Any]:
    routes = Counter(stored)
    for route, count in added.items():
        count_route(routes, route, count)
    return dict(routes)


def _last_requests(stored: Sequence[Mapping[str, str]], added: Iterable[SeenRequest]) -> list[dict[str, str]]:
    new = [asdict(request) | {"at": request.at.isoformat()} for request in added]
    return sorted([*map(dict, stored), *new], key=lambda request: request["at"])[-MOST_REQUESTS:]


def _shown(group: StoredErrorGroup, hours_from: datetime, by_hour: Sequence[int]) -> ErrorGroup:
    routes = sorted(group.routes.items(), key=lambda item: (-item[1], item[0]))
    requests = [SeenRequest(**{**seen, "at": datetime.fromisoformat(seen["at"])}) for seen in group.requests["last"]]
    return ErrorGroup(
        id=group.id,
        source=ErrorSource(group.source),
        type=group.type,
        place=group.place,
        state=ErrorState(group.state),
        reason=group.reason,
        count=group.count,
        first_seen=group.first_seen,
        last_seen=group.last_seen,
        first_release=group.first_release,
        last_release=group.last_release,
        routes=tuple(RouteCount(route, count) for route, count in routes),
        requests=tuple(reversed(requests)),
        sample=ErrorSample(group.sample["message"], tuple(Frame(**frame) for frame in group.sample["frames"])),
        hours_from=hours_from,
        by_hour=tuple(by_hour),
    )

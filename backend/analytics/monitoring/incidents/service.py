"""Incidents as operators write them and visitors read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.analytics.monitoring.incidents.incident import IncidentState, NewIncident, NewUpdate, PublicIncident
from backend.analytics.monitoring.incidents.models import LONGEST_TEXT, LONGEST_TITLE, StoredIncident, StoredUpdate
from backend.analytics.monitoring.incidents.store import NAMES, IncidentStore, incident_of
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest
from backend.one_line import must_fit

SHOWN = timedelta(days=90)
KEPT = timedelta(days=400)
MOST_OPEN, MOST_UPDATES, MOST_LISTED = 20, 100, 200


class IncidentService:
    def __init__(self, store: IncidentStore, session: Session, audit: AuditLog, now: Clock) -> None:
        self._store = store
        self._session = session
        self._audit = audit
        self._now = now

    def recent(self) -> Sequence[PublicIncident]:
        """Those that last, or ended in the last 90 days."""
        with reading():
            return self._store.since(self._now() - SHOWN, MOST_LISTED)

    def get(self, incident_id: int) -> PublicIncident:
        """Raises NotFound."""
        with reading():
            return incident_of(self._store.get(incident_id))

    def begin(self, who: str, new: NewIncident) -> PublicIncident:
        """Tell visitors of an incident. Raises InvalidRequest with every fault."""
        now = self._now()
        started_at = new.started_at or now
        if faults := [*self._faults(new, started_at, now)]:
            raise InvalidRequest(faults)
        row = StoredIncident(
            title=new.title,
            components={NAMES: [component.value for component in new.components]},
            impact=new.impact,
            started_at=started_at,
            updates=[StoredUpdate(at=now, state=IncidentState.INVESTIGATING, text=new.text, who=who)],
        )
        self._store.add(row)
        self._audit.record(who, Action.INCIDENT_BEGUN, f"incident:{row.id}")
        self._session.commit()
        return self.get(row.id)

    def update(self, who: str, incident_id: int, new: NewUpdate) -> PublicIncident:
        """Tell visitors how it stands; whatever follows the end opens it again. Raises NotFound and InvalidRequest."""
        row, now = self._store.get(incident_id, lock=True), self._now()
        faults = [*faults_of_text("text", new.text, LONGEST_TEXT)]
        if len(row.updates) >= MOST_UPDATES:
            faults.append(FieldError("text", f"This incident already has {MOST_UPDATES} updates.", "too_many"))
        if faults:
            raise InvalidRequest(faults)
        row.impact = new.impact or row.impact
        row.resolved_at = now if new.state is IncidentState.RESOLVED else None
        row.updates.insert(0, StoredUpdate(at=now, state=new.state, text=new.text, who=who))
        self._audit.record(who, Action.INCIDENT_UPDATED, f"incident:{incident_id}", state=new.state.value)
        self._session.commit()
        return self.get(incident_id)

    def delete(self, who: str, incident_id: int) -> None:
        """Take back what should never have been told. Raises NotFound."""
        self._store.remove(self._store.get(incident_id, lock=True))
        self._audit.record(who, Action.INCIDENT_DELETED, f"incident:{incident_id}")
        self._session.commit()

    def prune(self) -> None:
        """Forget incidents that ended long ago. Commits."""
        self._store.drop_resolved(self._now() - KEPT)
        self._session.commit()

    def _faults(self, new: NewIncident, started_at: datetime, now: datetime) -> Iterator[FieldError]:
        yield from faults_of_text("title", new.title, LONGEST_TITLE)
        yield from faults_of_text("text", new.text, LONGEST_TEXT)
        if not new.components or len(set(new.components)) < len(new.components):
            yield FieldError("components", "Choose at least one part of the site, each once.")
        if started_at > now:
            yield FieldError("started_at", "The start can’t be in the future.")
        elif started_at < now - SHOWN:
            yield FieldError("started_at", f"The start must be in the last {SHOWN.days} days.")
        if self._store.count_open() >= MOST_OPEN:
            yield FieldError("title", f"There are already {MOST_OPEN} open incidents.", "too_many")


def faults_of_text(name: str, text: str, longest: int) -> Iterator[FieldError]:
    """What visitors would read: something, and on one line."""
    if not 1 <= len(text) <= longest:
        yield FieldError(name, f"Enter a {name} of 1 to {longest} characters.")
    elif not text.isprintable():
        yield FieldError(name, must_fit(name))

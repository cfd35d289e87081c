"""What units were shown: the row that says it, and the event that counts it, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from backend.analytics.events.landing.rows import Rows
from backend.analytics.events.landing.within import land_within
from backend.analytics.events.names import EventName
from backend.analytics.events.service import EventTracker
from backend.analytics.experiments.assignment_rows import AssignmentRows, Entries, Entry, Key, linked_user
from backend.analytics.experiments.definition import Experiment, ExperimentStatus, ExperimentUnit
from backend.analytics.experiments.exposure_events import exposure_data, exposure_rows
from backend.analytics.experiments.models import AbTest
from backend.analytics.experiments.placing import HOLDOUT
from backend.analytics.experiments.units import Viewer
from backend.clock import Clock
from backend.faults import Faults

FORCED = "forced:"
STATE = select(AbTest.__table__.c.status, AbTest.__table__.c.phase).where(
    AbTest.__table__.c.test_id == bindparam("of_test")
)
Turn = Callable[[], AbstractContextManager[None]]


class Exposures:
    """Writes in the request's session, which has to hold no changes: a page is shown after its changes are stored."""

    def __init__(self, session: Session, turn: Turn, tracker: EventTracker, faults: Faults, now: Clock) -> None:
        self._session = session
        self._rows = AssignmentRows(session, now)
        self._turn = turn
        self._tracker = tracker
        self._faults = faults
        self._now = now

    def entries(self, experiment: Experiment, viewer: Viewer) -> Entries:
        return self._rows.entries(experiment, viewer)

    def expose(self, experiment: Experiment, viewer: Viewer, placed: Entry) -> str:
        """Store that a unit sees its variant, unless that is on record as the last; returns the variant.

        `placed` is what it gets if nothing is on record. Of two requests at once the second waits for the first.
        """
        unit, unit_id = experiment.config.unit, viewer.ids.of(experiment.config.unit) or ""
        key = (experiment.test_id, experiment.phase, str(unit), unit_id)
        with self._writing():
            is_news, shown = self._rows.insert(key, placed), placed
            if not is_news or linked_user(unit, viewer):
                is_changed, shown = self._agree(experiment, viewer, placed, key)
                is_news |= is_changed
            self._faults.reach("exposure.assigned")
            self._finish(self._event(experiment, viewer, shown) if is_news else None)
        return shown.own

    def _agree(self, experiment: Experiment, viewer: Viewer, placed: Entry, key: Key) -> tuple[bool, Entry]:
        """Whether rows were added or changed, and what the unit sees, by its own row and that of its account."""
        self._rows.lock(key)
        entries, is_changed = self._rows.entries(experiment, viewer), False
        shown = entries.own or placed
        if (linked := linked_user(experiment.config.unit, viewer)) and entries.user is None:
            is_changed = self._rows.insert((*key[:2], str(ExperimentUnit.USER), linked), shown)
            shown = self._rows.entries(experiment, viewer).user or shown
        if entries.unit is None or entries.unit.shown != shown.own:
            self._rows.show(key, entries.unit or placed, shown)
            is_changed = True
        return is_changed, shown

    def note_holdout(self, name: str, unit: ExperimentUnit, viewer: Viewer) -> None:
        """Store, once for each unit, that a holdout keeps it out of experiments."""
        data = {"holdout": name, "unit": str(unit), "unit_key": viewer.ids.key(unit)}
        self._note(f"{HOLDOUT}{name}", 0, unit, viewer, EventName.HOLDOUT_EXPOSED, data)

    def note_forced(self, experiment: Experiment, variant: str, viewer: Viewer) -> None:
        """Store, once for each unit, that it followed a link that forces a variant, so that it is counted nowhere."""
        unit, entry = experiment.config.unit, Entry(variant, variant, 0.0, 0)
        data = {**exposure_data(experiment, viewer, entry), "forced": True}
        self._note(f"{FORCED}{experiment.test_id}", experiment.phase, unit, viewer, EventName.EXPERIMENT_EXPOSED, data)

    def _note(
        self,
        subject: str,
        phase: int,
        unit: ExperimentUnit,
        viewer: Viewer,
        name: EventName,
        data: dict[str, Any],
    ) -> None:
        unit_id = viewer.ids.of(unit) or ""
        key = (subject, phase, str(unit), unit_id)
        if self._rows.has(key):
            return
        variant = str(data.get("variant", "holdout"))
        with self._writing():
            is_news = self._rows.insert(key, Entry(variant, variant, 0.0, 0))
            self._faults.reach("exposure.assigned")
            self._finish(exposure_rows(name, data, unit, viewer, self._now()) if is_news else None)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """In the queue of those who write events: SQLite's own way of waiting would be to sleep and try again."""
        if self._session.new or self._session.dirty or self._session.deleted:
            raise RuntimeError("ask for a variant before anything is changed, or after it is stored")
        self._session.rollback()
        with self._turn():
            try:
                self._session.connection(execution_options={"reads_only": False})
                yield
            finally:
                self._session.rollback()  # what is not committed by now never is, and the next one's turn comes

    def _event(self, experiment: Experiment, viewer: Viewer, shown: Entry) -> Rows:
        """Marked if the test is over, which this process may learn a second late: its window ended with it.

        Steps of a roll-out come after the end of a test, under phases below zero.
        """
        data = exposure_data(experiment, viewer, shown)
        if experiment.phase < 0:
            return exposure_rows(EventName.EXPERIMENT_EXPOSED, data, experiment.config.unit, viewer, self._now())
        state = self._session.execute(STATE, {"of_test": experiment.test_id}).one_or_none()
        if state != (ExperimentStatus.RUNNING, experiment.phase):
            data["after_stop"] = True
        return exposure_rows(EventName.EXPERIMENT_EXPOSED, data, experiment.config.unit, viewer, self._now())

    def _finish(self, rows: Rows | None) -> None:
        if rows is None:
            return
        land_within(self._session.connection(), rows)
        self._faults.reach("exposure.landed")
        self._session.commit()
        self._faults.reach("exposure.committed")
        self._tracker.report_landed(rows)

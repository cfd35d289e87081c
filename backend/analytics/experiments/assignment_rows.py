"""What is on record of units: for each the variant it was given, and the last it saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.analytics.experiments.definition import Experiment, ExperimentUnit
from backend.analytics.experiments.models import AbAssignment
from backend.analytics.experiments.units import Viewer

Key = tuple[str, int, str, str]
TABLE = AbAssignment.__table__
KEY_NAMES = ("test_id", "phase", "unit", "unit_id")
KEY = tuple_(*(TABLE.c[name] for name in KEY_NAMES))
OF_UNIT = [TABLE.c[name] == bindparam(f"of_{name}") for name in KEY_NAMES]
# Each request asks one of these, and making a statement costs as much as running it on SQLite.
RECORDED = select(*(TABLE.c[name] for name in ("unit", "variant", "before", "propensity", "weights_version")))
OF_ONE = RECORDED.where(*OF_UNIT)
IDS = select(TABLE.c.id).where(*OF_UNIT)
LOCKED = IDS.with_for_update()
SHOWN = update(AbAssignment).where(*OF_UNIT)
ADDED = {
    name: dialect.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is on record of a unit: `own` is its own variant, `shown` the last it saw."""

    own: str
    shown: str
    propensity: float
    weights_version: int


@dataclass(frozen=True, slots=True)
class Entries:
    """Those of a unit, and of the account that is linked to it, where one is."""

    unit: Entry | None = None
    user: Entry | None = None

    @property
    def own(self) -> Entry | None:
        """The account's wins, so that a person sees the same on all devices."""
        return self.user or self.unit

    def has_seen(self, variant: str, *, is_linked: bool) -> bool:
        """Whether there is nothing to add when the unit sees a variant."""
        is_known = self.unit is not None and self.unit.shown == variant
        return is_known and (not is_linked or self.user is not None)


class AssignmentRows:
    """Those of `ab_assignments`, read and written in the transaction of a session."""

    def __init__(self, session: Session, now: Callable[[], datetime]) -> None:
        self._session = session
        self._now = now

    def entries(self, experiment: Experiment, viewer: Viewer) -> Entries:
        """By one look at the index of units."""
        unit, phase = experiment.config.unit, experiment.phase
        key = (experiment.test_id, phase, str(unit), viewer.ids.of(unit) or "")
        if linked := linked_user(unit, viewer):
            of_user = (experiment.test_id, phase, str(ExperimentUnit.USER), linked)
            rows = self._session.execute(RECORDED.where(KEY.in_([key, of_user]))).all()
        else:
            rows = self._session.execute(OF_ONE, _of(key)).all()
        known = {row.unit: _entry(row) for row in rows if experiment.config.variant(row.before or row.variant)}
        user = known.get(ExperimentUnit.USER) if linked else None
        return Entries(known.get(unit), user)

    def has(self, key: Key) -> bool:
        return self._session.execute(IDS, _of(key)).first() is not None

    def insert(self, key: Key, entry: Entry) -> bool:
        """Whether there was no such row. On PostgreSQL this waits for whoever is just inserting it."""
        values = dict(zip(KEY_NAMES, key, strict=True)) | {
            "variant": entry.own,
            "propensity": entry.propensity,
            "weights_version": entry.weights_version,
            "exposed_at": self._now(),
        }
        statement = ADDED[self._session.get_bind().dialect.name]
        return self._session.connection().execute(statement, values).first() is not None

    def lock(self, key: Key) -> None:
        """Nobody else changes the row until this transaction is over; SQLite has one writer at a time anyway."""
        self._session.execute(LOCKED, _of(key))

    def show(self, key: Key, own: Entry, shown: Entry) -> None:
        self._session.connection().execute(SHOWN.values(variant=shown.own, before=own.own), _of(key))


def linked_user(unit: ExperimentUnit, viewer: Viewer) -> str | None:
    """The account that a visitor is signed in to, by consent; of other units there is none to link."""
    return viewer.ids.user if unit is ExperimentUnit.VISITOR else None


def _of(key: Key) -> dict[str, Any]:
    return {f"of_{name}": part for name, part in zip(KEY_NAMES, key, strict=True)}


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.before or row.variant, row.variant, row.propensity, row.weights_version)

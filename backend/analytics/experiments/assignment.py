"""Which variant a unit gets, and the exposure that makes it count."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import exc
from sqlalchemy.orm import Session

from backend.analytics.experiments.assignment_rows import Entries, Entry, linked_user
from backend.analytics.experiments.configuration import Configuration, Snapshot
from backend.analytics.experiments.definition import (
    Experiment,
    ExperimentStatus,
    ExperimentUnit,
    TestType,
    Variant,
)
from backend.analytics.experiments.exposures import Exposures
from backend.analytics.experiments.placing import (
    WITHOUT_EXPERIMENT,
    AssignmentReason,
    HoldoutRule,
    place,
    shipped_to,
)
from backend.analytics.experiments.roll_out import is_watched, watched
from backend.analytics.experiments.schedule_phase import is_taking
from backend.analytics.experiments.units import Viewer
from backend.clock import Clock
from backend.errors import NotFound, Unavailable

logger = logging.getLogger(__name__)
T = TypeVar("T")
AWAY = (
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    Unavailable,
)  # the database, or its turn, was not to be had
WITHOUT_ID = {
    ExperimentUnit.USER: AssignmentReason.NOT_SIGNED_IN,
    ExperimentUnit.VISITOR: AssignmentReason.NO_LASTING_ID,
    ExperimentUnit.SESSION: AssignmentReason.NO_UNIT,
}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A unit's variant; None: it is in no experiment, and sees what everybody saw before, for the reason.

    `is_exposed`: the exposure is on record, and the unit counts.
    """

    test_id: str
    variant: Variant | None
    reason: AssignmentReason
    is_exposed: bool = False

    @property
    def is_forced(self) -> bool:
        return self.reason is AssignmentReason.FORCED


class Assigner:
    def __init__(self, configuration: Configuration, exposures: Exposures, session: Session, now: Clock) -> None:
        self._configuration = configuration
        self._exposures = exposures
        self._session = session
        self._now = now

    def variant(self, test_id: str, viewer: Viewer, attributes: Mapping[str, Any], *, peek: bool = False) -> Assignment:
        """What a unit gets of one experiment. `peek`: without an exposure. Raises NotFound."""
        snapshot = self._configuration.current()
        experiment = snapshot.experiment(test_id)
        if experiment is None:
            raise NotFound(f"No experiment has the id {test_id}.")
        seen_by = replace(viewer, is_shown=False) if peek else viewer
        return self._assignment(snapshot, experiment, seen_by, attributes)

    def of_type(
        self,
        family: TestType,
        viewer: Callable[[], Viewer],
        attributes: Callable[[Viewer], Mapping[str, Any]],
        forced: Mapping[str, str],
    ) -> Assignment | None:
        """What a page of a family obeys. Without such an experiment nobody is asked who is there.

        `forced`: variants by test id, from signed links, which are for drafts too.
        """
        snapshot = self._configuration.current()
        experiment = snapshot.of_type(family, forced)
        if experiment is None:
            return None
        somebody = replace(viewer(), forced=forced)
        return self._assignment(snapshot, experiment, somebody, attributes(somebody))

    def _assignment(
        self, snapshot: Snapshot, experiment: Experiment, viewer: Viewer, attributes: Mapping[str, Any]
    ) -> Assignment:
        """By the order of rules that every process, and every browser, keeps."""
        test_id, unit_id = experiment.test_id, viewer.ids.of(experiment.config.unit)
        is_killed = snapshot.is_killed(test_id)
        if not is_killed and (forced := experiment.config.variant(viewer.forced.get(test_id, ""))):
            return self._forced(experiment, viewer, forced)
        if not is_killed and experiment.shipped:
            return self._shipped(experiment, viewer)
        barred = AssignmentReason.KILLED if is_killed else self._barred(experiment, viewer)
        if barred or unit_id is None:
            return Assignment(test_id, None, barred or WITHOUT_ID[experiment.config.unit])
        if holdout := _holdout(snapshot, experiment, unit_id):
            return self._held_out(experiment, holdout, viewer)
        return self._in_experiment(experiment, viewer, unit_id, attributes)

    def _shipped(self, experiment: Experiment, viewer: Viewer) -> Assignment:
        """Whoever comes during a step of a roll-out is on record for its guardrails, under a phase of its own."""
        unit_id = viewer.ids.of(experiment.config.unit) if viewer.is_tracked else None
        shipped, is_exposed = shipped_to(experiment, unit_id), False
        if shipped and unit_id and is_watched(experiment) and viewer.is_shown and not viewer.sender.is_bot:
            step = watched(experiment)
            placed = Entry(shipped.key, shipped.key, step.weights[shipped.key], 1)
            shown, is_exposed = self._on_record(step, viewer, self._entries(step, viewer), placed)
            shipped = step.config.variant(shown)
        return Assignment(experiment.test_id, shipped, AssignmentReason.SHIPPED, is_exposed)

    def _on_record(
        self, experiment: Experiment, viewer: Viewer, entries: Entries | None, placed: Entry
    ) -> tuple[str, bool]:
        """What the unit is shown, and whether that is on record, which an exposure brings about."""
        shown = ((entries and entries.own) or placed).own
        if entries is None:
            return shown, False
        is_linked = linked_user(experiment.config.unit, viewer) is not None
        if entries.has_seen(shown, is_linked=is_linked):
            return shown, True
        if not viewer.is_shown:
            return shown, False
        written = self._write(lambda: self._exposures.expose(experiment, viewer, placed))
        return written or shown, written is not None

    def _in_experiment(
        self, experiment: Experiment, viewer: Viewer, unit_id: str, attributes: Mapping[str, Any]
    ) -> Assignment:
        """Whoever was exposed keeps their variant; targeting, traffic, and weights are asked of others alone."""
        config, test_id = experiment.config, experiment.test_id
        entries = self._entries(experiment, viewer)
        placed = entries.own if entries else None
        if placed is None:
            found = place(experiment, unit_id, attributes)
            if isinstance(found, AssignmentReason):
                return Assignment(test_id, None, found)
            version = experiment.periods[-1].version if experiment.periods else 0
            placed = Entry(found.key, found.key, experiment.weights[found.key], version)
        shown, is_exposed = self._on_record(experiment, viewer, entries, placed)
        return Assignment(test_id, config.variant(shown), AssignmentReason.ASSIGNED, is_exposed)

    def _held_out(self, experiment: Experiment, holdout: HoldoutRule, viewer: Viewer) -> Assignment:
        if viewer.is_shown:
            self._write(lambda: self._exposures.note_holdout(holdout.name, experiment.config.unit, viewer))
        return Assignment(experiment.test_id, experiment.config.control, AssignmentReason.HOLDOUT)

    def _forced(self, experiment: Experiment, viewer: Viewer, variant: Variant) -> Assignment:
        """Noted of a unit that might count otherwise."""
        might_count = viewer.is_shown and viewer.is_tracked and viewer.ids.of(experiment.config.unit)
        if might_count and experiment.status is ExperimentStatus.RUNNING:
            self._write(lambda: self._exposures.note_forced(experiment, variant.key, viewer))
        return Assignment(experiment.test_id, variant, AssignmentReason.FORCED)

    def _barred(self, experiment: Experiment, viewer: Viewer) -> AssignmentReason | None:
        """Why an experiment is not for whoever is here, before it is asked who that is."""
        if experiment.status is not ExperimentStatus.RUNNING:
            return WITHOUT_EXPERIMENT[experiment.status]
        if not is_taking(experiment, self._now()):
            return AssignmentReason.STOPPED  # nobody comes in between the end and the look that stops it
        if not viewer.is_tracked:
            return AssignmentReason.NOT_TRACKED
        return AssignmentReason.ROBOT if viewer.sender.is_bot else None

    def _entries(self, experiment: Experiment, viewer: Viewer) -> Entries | None:
        """None: the database does not answer, and the hash alone says what a unit gets."""
        try:
            return self._exposures.entries(experiment, viewer)
        except AWAY as error:
            self._go_on_without_database(error)
            return None

    def _write(self, write: Callable[[], T]) -> T | None:
        """None: nothing was stored. The page is shown all the same, and the next one tries again."""
        try:
            return write()
        except AWAY as error:
            self._go_on_without_database(error)
            return None

    def _go_on_without_database(self, error: Exception) -> None:
        self._session.rollback()
        logger.warning("an exposure is not on record: %s", type(error).__name__)


def _holdout(snapshot: Snapshot, experiment: Experiment, unit_id: str) -> HoldoutRule | None:
    """The first that keeps the unit out."""
    rules = (rule for rule in snapshot.holdouts if experiment.test_id in rule.test_ids)
    return next((rule for rule in rules if rule.holds(unit_id)), None)

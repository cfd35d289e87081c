from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from backend.analytics.experiments.definition import ExperimentUnit
from backend.analytics.experiments.models import AbAssignment, AbHistory
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, DataClasses, ExportedRow, Subject, delete_some, delete_where, plain

OF_ACCOUNTS, GONE = "account:", "account:deleted"
SHOWN = (AbAssignment.test_id, AbAssignment.phase, AbAssignment.variant, AbAssignment.before, AbAssignment.exposed_at)
DONE = (AbHistory.subject, AbHistory.deed, AbHistory.why, AbHistory.at)


def declare(classes: DataClasses, session: Callable[[], Session], kept: timedelta) -> None:
    """`kept`: how long events are, without which an assignment tells nothing."""
    classes.add(_assignments(session, kept))
    classes.add(_history(session))
    classes.holds_nobodys("ab_tests", "how an experiment is designed, and how it stands")
    classes.holds_nobodys("ab_weight_periods", "the weights of an experiment from an instant on")
    classes.holds_nobodys("feature_flags", "the rules of a flag")
    classes.holds_nobodys("ab_holdouts", "the share that a holdout takes")
    classes.holds_nobodys("ab_config_version", "how often experiments and flags were changed")


def _assignments(session: Callable[[], Session], kept: timedelta) -> DataClass:
    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(*SHOWN).where(_of(subject)).order_by(AbAssignment.id)
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        with leaving_no_trace(session()):
            delete_where(session(), AbAssignment, _of(subject))
            session().commit()

    def prune(now: datetime) -> int:
        pruned = delete_some(session(), AbAssignment, AbAssignment.exposed_at < now - kept)
        session().commit()
        return pruned

    def people() -> Iterable[str]:
        of_people = AbAssignment.unit == ExperimentUnit.USER.value
        return session().scalars(select(AbAssignment.unit_id).where(of_people).distinct())

    return DataClass(
        "experiment_assignments",
        "To show you the same variant of an experiment each time, and to count you once.",
        "As long as events: `EVENTS_RETENTION_DAYS` days; or until you delete your account.",
        erase=erase,
        export=export,
        prune=prune,
        people=people,
        tables=frozenset({"ab_assignments"}),
        settings=("EVENTS_RETENTION_DAYS",),
    )


def _history(session: Callable[[], Session]) -> DataClass:
    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(*DONE).where(AbHistory.who == f"{OF_ACCOUNTS}{subject.public_id}").order_by(AbHistory.id)
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        own = update(AbHistory).where(AbHistory.who == f"{OF_ACCOUNTS}{subject.public_id}").values(who=GONE)
        with leaving_no_trace(session()):
            session().execute(own.execution_options(synchronize_session=False))
            session().commit()

    def people() -> Iterable[str]:
        of_people = AbHistory.who.startswith(OF_ACCOUNTS) & (AbHistory.who != GONE)
        names = session().scalars(select(AbHistory.who).where(of_people).distinct())
        return [name.removeprefix(OF_ACCOUNTS) for name in names]

    return DataClass(
        "experiment_history",
        "To show who changed an experiment, a flag, or a holdout, when, and why.",
        "As long as the experiment. If you delete your account, nothing says it was you.",
        erase=erase,
        export=export,
        people=people,
        tables=frozenset({"ab_history"}),
    )


def _of(subject: Subject) -> ColumnElement[bool]:
    return (AbAssignment.unit == ExperimentUnit.USER.value) & (AbAssignment.unit_id == subject.public_id)

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.analytics.monitoring.state import MonitoringState
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, DataClasses, ExportedRow, Subject, plain

SHOWN = (MonitoringState.desired, MonitoringState.changed_at)
OF_ACCOUNTS = "account:"


def declare(classes: DataClasses, session: Callable[[], Session]) -> None:
    """Of people, monitoring knows only who started or stopped it last."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(*SHOWN).where(MonitoringState.changed_by == f"{OF_ACCOUNTS}{subject.public_id}")
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        own = update(MonitoringState).where(MonitoringState.changed_by == f"{OF_ACCOUNTS}{subject.public_id}")
        with leaving_no_trace(session()):
            session().execute(own.values(changed_by=None).execution_options(synchronize_session=False))
            session().commit()

    def people() -> Iterable[str]:
        names = session().scalars(select(MonitoringState.changed_by))
        return [name.removeprefix(OF_ACCOUNTS) for name in names if name and name.startswith(OF_ACCOUNTS)]

    classes.add(
        DataClass(
            "monitoring",
            "To show who last started or stopped monitoring.",
            "Until someone else does. If you delete your account, nothing says it was you.",
            erase=erase,
            export=export,
            people=people,
            tables=frozenset({"monitoring_state"}),
        )
    )
    classes.holds_nobodys("monitoring_off_spans", "when monitoring was off")
    classes.holds_nobodys("monitoring_hosts", "what was measured last on each host")
    classes.holds_nobodys("monitoring_workers", "which server processes live")

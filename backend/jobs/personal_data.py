from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend.database import leaving_no_trace
from backend.jobs.models import Job
from backend.personal_data import DataClass, DataClasses, ExportedRow, Subject, delete_where, owned_by, plain


def declare(classes: DataClasses, session: Callable[[], Session]) -> None:
    """A job belongs to the person whose `account_id` its payload holds, as that of a letter does."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(Job.kind, Job.state, Job.created_at, Job.finished_at).where(_of(subject)).order_by(Job.id)
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        with leaving_no_trace(session()):
            delete_where(session(), Job, _of(subject))
            session().commit()

    classes.add(
        DataClass(
            "jobs",
            "To do what you asked for, such as emailing you. What an email says is encrypted with your key.",
            "7 days after they are done, 90 days if they cannot be done.",
            erase=erase,
            export=export,
            tables=frozenset({"jobs"}),
            called="Pending work",
        )
    )
    classes.holds_nobodys("scheduled_tasks", "what runs by the clock")
    classes.holds_nobodys("leases", "which process leads")


def _of(subject: Subject) -> ColumnElement[bool]:
    return owned_by(subject, Job.payload["account_id"].as_integer())

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend.jobs.models import Job
from backend.mail.outbox import Outbox
from backend.mail.service import KIND, Mail
from backend.personal_data import DataClass, ExportedRow, Subject, plain

# A mailed link is for the reader of the letter, not for whoever gets hold of an export later.
SECRET_OF_A_LINK = re.compile(r"(?<=/)[A-Za-z0-9_-]{20,}")


class LetterData:
    """Letters to a person: jobs that wait or ended lately, and files of the outbox."""

    def __init__(self, session: Callable[[], Session], mail: Callable[[], Mail], outbox: Outbox) -> None:
        self._session = session
        self._mail = mail
        self._outbox = outbox

    def data_class(self) -> DataClass:
        return DataClass(
            "letters",
            "To tell you what you need to know. They are encrypted with your key. They are saved as files only where "
            "there is no mail server, on a developer's machine.",
            "7 days after they are sent, or 90 days if they cannot be. Files: until an operator deletes them. None "
            "outlast your account.",
            erase=self.erase,
            export=self.export,
            called="Emails",
        )

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        if subject.account_id is None:
            return
        for job in self._session().scalars(select(Job).where(_is_letter_to(subject)).order_by(Job.id)).all():
            facts = {"kept": f"as a job, {job.state}", "created_at": job.created_at, "finished_at": job.finished_at}
            yield without_secrets(plain({**facts, **self._mail().shown(job.payload)}))
        for letter in self._outbox.letters(subject.account_id):
            yield without_secrets({"kept": "as a file", **letter})

    def erase(self, subject: Subject) -> None:
        """Delete the files; letters that are jobs go with the data class of jobs."""
        if subject.account_id is not None:
            self._outbox.forget(subject.account_id)


def without_secrets(row: ExportedRow) -> ExportedRow:
    """The letter without the secrets of its links."""
    return row | {"text": SECRET_OF_A_LINK.sub("…", row["text"])}


def _is_letter_to(subject: Subject) -> ColumnElement[bool]:
    theirs: ColumnElement[bool] = Job.payload["account_id"].as_integer() == subject.account_id
    return (Job.kind == KIND) & theirs

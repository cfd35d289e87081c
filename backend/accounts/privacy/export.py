"""A person's export: a copy of all their data."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from uuid import UUID

from sqlalchemy.orm import Session

from backend.accounts.privacy.store import PrivacyStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.csv_table import csv_of
from backend.database import reading
from backend.errors import NotFound
from backend.personal_data import DataClass, DataClasses, ExportedRow, Subject

README = """This is everything we keep about you. data.json holds all of it; each .csv file holds one
kind, for a spreadsheet. A text that a spreadsheet would take for a formula has an apostrophe before it.
"""


class Form(StrEnum):
    JSON = "json"
    ZIP = "zip"

    @property
    def media_type(self) -> str:
        return f"application/{self}"


@dataclass(frozen=True, slots=True)
class Copy:
    """The rows of each class of data."""

    public_id: str
    made_at: datetime
    data: Sequence[tuple[DataClass, Sequence[ExportedRow]]]

    @property
    def file_name(self) -> str:
        return f"mingus-{self.made_at:%Y-%m-%d}"

    def as_bytes(self, form: Form) -> bytes:
        return self.as_json() if form is Form.JSON else self.as_zip()

    def as_json(self) -> bytes:
        return json.dumps(self._document(), ensure_ascii=False, indent=1).encode()

    def as_zip(self) -> bytes:
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", README)
            archive.writestr("data.json", self.as_json())
            for data_class, rows in self.data:
                if rows:
                    archive.writestr(f"{data_class.name}.csv", csv_of(rows))
        return packed.getvalue()

    def _document(self) -> Mapping[str, object]:
        return {
            "account": self.public_id,
            "made_at": self.made_at.isoformat(),
            "data": {
                data_class.name: {"purpose": data_class.purpose, "kept": data_class.retention, "rows": rows}
                for data_class, rows in self.data
            },
        }


class Exports:
    def __init__(
        self, store: PrivacyStore, session: Session, classes: DataClasses, audit: AuditLog, now: Clock
    ) -> None:
        self._store = store
        self._session = session
        self._classes = classes
        self._audit = audit
        self._now = now

    def make(self, account_id: int, form: Form) -> Copy:
        """The export for the person themselves. Commits its audit entry first, so that no export goes unrecorded."""
        subject = self._store.subject(account_id)
        return self._make(subject, f"account:{subject.public_id}", form)

    def make_of(self, public_id: UUID, form: Form, by: str) -> Copy:
        """The export for an operator who answers a person's request. Raises NotFound."""
        subject = self._store.subject_named(public_id)
        if subject is None:
            raise NotFound(f"There is no account {public_id}.")
        return self._make(subject, by, form)

    def _make(self, subject: Subject, by: str, form: Form) -> Copy:
        self._audit.record(by, Action.DATA_EXPORTED, f"account:{subject.public_id}", form=str(form))
        self._session.commit()
        with reading():  # reading the lake is slow, and no lock is held meanwhile
            data = [(data_class, list(data_class.export(subject))) for data_class in self._classes]
        return Copy(subject.public_id, self._now(), data)

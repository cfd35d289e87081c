from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from backend.assessments.job_impact.store import StoredAssessment
from backend.assessments.visit.personal_data import delete_drafts, exported_drafts
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, delete_where, plain

HIDDEN = frozenset({"id"})


class AssessmentData:
    """Answers, and what came of them. Those of visitors without an account name nobody."""

    def __init__(self, session: Callable[[], Session], answers_kept_days: int) -> None:
        self._session = session
        self._answers_kept_days = answers_kept_days

    def data_class(self) -> DataClass:
        return DataClass(
            "assessments",
            "To work out your result, to keep it with your account if you are signed in, and to count results; pay is "
            "never kept.",
            f"Answers and the links to results: {self._answers_kept_days} days. Results: in your account until you "
            "delete it; without one for good, as statistics that do not name you.",
            erase=self.erase,
            export=self.export,
            people=self.people,
            tables=frozenset({"assessments", "assessment_drafts", "shared_results"}),
            settings=("ANSWERS_RETENTION_DAYS",),
        )

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        columns = [column for column in StoredAssessment.__table__.c if column.name not in HIDDEN]
        own = select(*columns).where(StoredAssessment.user_id == subject.public_id).order_by(StoredAssessment.id)
        yield from ({"kind": "result", **plain(row)} for row in self._session().execute(own).mappings())
        yield from exported_drafts(self._session(), _assessments_of(subject))

    def erase(self, subject: Subject) -> None:
        """Drafts first: only the stored assessments say whose they are."""
        session = self._session()
        with leaving_no_trace(session):
            delete_drafts(session, _assessments_of(subject))
            delete_where(session, StoredAssessment, StoredAssessment.user_id == subject.public_id)
            session.commit()

    def people(self) -> Iterable[str]:
        owners = select(StoredAssessment.user_id).where(StoredAssessment.user_id.is_not(None)).distinct()
        return [owner for owner in self._session().scalars(owners) if owner is not None]


def _assessments_of(subject: Subject) -> Select[UUID]:
    return select(StoredAssessment.assessment_id).where(StoredAssessment.user_id == subject.public_id)

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assessments.visit.models import Draft, StoredAssessment
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, Row, Subject, delete_where, plain

HIDDEN = frozenset({"id"})


class AssessmentData:
    """Answers, and what came of them. Those of visitors without an account name nobody."""

    def __init__(self, session: Callable[[], Session], answers_kept_days: int) -> None:
        self._session = session
        self._answers_kept_days = answers_kept_days

    def data_class(self) -> DataClass:
        return DataClass(
            "assessments",
            "To work out your result and to count results; pay is never kept.",
            f"Answers and links you shared: {self._answers_kept_days} days. Results: for good, as statistics that do "
            "not name you, or until you delete your account.",
            erase=self.erase,
            export=self.export,
            people=self.people,
            tables=frozenset({"assessments", "assessment_drafts", "shared_results"}),
            settings=("ANSWERS_RETENTION_DAYS",),
        )

    def export(self, subject: Subject) -> Iterator[Row]:
        columns = [column for column in StoredAssessment.__table__.c if column.name not in HIDDEN]
        own = select(*columns).where(StoredAssessment.user_id == subject.public_id).order_by(StoredAssessment.id)
        yield from map(plain, self._session().execute(own).mappings())

    def erase(self, subject: Subject) -> None:
        """The answers are found by the result that was made of them; shared links go with them."""
        session = self._session()
        own = StoredAssessment.user_id == subject.public_id
        with leaving_no_trace(session):
            answers = select(StoredAssessment.assessment_id).where(own)
            delete_where(session, Draft, Draft.assessment_id.in_(answers))
            delete_where(session, StoredAssessment, own)
            session.commit()

    def people(self) -> Iterable[str]:
        named = select(StoredAssessment.user_id).where(StoredAssessment.user_id.is_not(None)).distinct()
        return [name for name in self._session().scalars(named) if name is not None]

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.assessments.visit.models import Draft, SharedResult, StoredAssessment
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
            f"Answers and links you shared: {self._answers_kept_days} days. Results: in your account until you delete "
            "it; without one for good, as statistics that do not name you.",
            erase=self.erase,
            export=self.export,
            people=self.people,
            tables=frozenset({"assessments", "assessment_drafts", "shared_results"}),
            settings=("ANSWERS_RETENTION_DAYS",),
        )

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        columns = [column for column in StoredAssessment.__table__.c if column.name not in HIDDEN]
        mine = StoredAssessment.user_id == subject.public_id
        own = select(*columns).where(mine).order_by(StoredAssessment.id)
        yield from ({"kind": "result", **plain(row)} for row in self._session().execute(own).mappings())
        behind = Draft.assessment_id.in_(select(StoredAssessment.assessment_id).where(mine))
        for draft in self._session().scalars(select(Draft).where(behind).order_by(Draft.id)):
            kept = {"created_at": draft.created_at, "expires_at": draft.expires_at, **draft.answers}
            yield {"kind": "answers", "assessment_id": str(draft.assessment_id), **plain(kept)}
        links = select(Draft.assessment_id, SharedResult.created_at, SharedResult.revoked_at).join(SharedResult)
        for row in self._session().execute(links.where(behind).order_by(SharedResult.id)).mappings():
            yield {"kind": "shared link", **plain(row)}

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

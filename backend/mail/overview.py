"""The state of mail in one sentence, for the health page and for operators."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.jobs.models import Job, JobState
from backend.mail.service import KIND
from backend.plugins import Health

TO_THE_OUTBOX = "no SMTP_HOST: emails are saved to the outbox folder"


class MailOverview:
    """`reaches_people`: whether letters go to a mail server, rather than to files."""

    def __init__(self, session: Session, *, reaches_people: bool, must_reach_people: bool) -> None:
        self._session = session
        self.reaches_people = reaches_people
        self._must_reach_people = must_reach_people

    def health(self) -> Health:
        """OK while no letter waits for another try or for a person; in production a mail server is needed too."""
        where = "" if self.reaches_people else TO_THE_OUTBOX
        try:
            failed = self.undelivered()
        except SQLAlchemyError as error:
            self._session.rollback()
            return Health(ok=False, reason=f"no answer ({type(error).__name__})", vital=False)
        trouble = f"emails not delivered yet: {failed}" if failed else ""
        ok = not failed and (self.reaches_people or not self._must_reach_people)
        return Health(ok=ok, reason="; ".join(filter(None, (where, trouble))), vital=False)

    def undelivered(self) -> int:
        """How many emails wait for another try or for a person."""
        troubled = (Job.kind == KIND) & Job.last_error.is_not(None)
        open_ = Job.state.in_((JobState.WAITING, JobState.RUNNING, JobState.DEAD))
        return self._session.scalars(select(func.count()).select_from(Job).where(troubled, open_)).one()

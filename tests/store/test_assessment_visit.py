"""A calculator of two questions takes visitors through drafts and links as they are, on each database."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from backend.accounts.caller import AccountHolder
from backend.assessments.job_impact.service import JobImpactDrafts
from backend.assessments.visit.answers import DraftAnswers
from backend.assessments.visit.drafts import DraftRetention, Drafts, SavedDraft
from backend.assessments.visit.errors import AskedTooEarly, DraftGone, SharedLinkGone
from backend.assessments.visit.links import SharedLinks
from backend.assessments.visit.models import Draft, SharedResult
from backend.assessments.visit.questions import CalculatorQuestion
from backend.assessments.visit.store import DraftStore
from backend.assessments.visit.tokens import AccountTokens
from backend.database import get_db_session
from backend.extensions import db
from backend.plugins import get
from backend.vault.tokens import digest_of

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
BEFORE_CALCULATORS = "d93b1f7e5a06"


class CommuteQuestion(CalculatorQuestion):
    DISTANCE = "distance"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class DistanceReply:
    question: ClassVar = CommuteQuestion.DISTANCE
    miles: float


@dataclass(frozen=True, slots=True)
class DaysReply:
    question: ClassVar = CommuteQuestion.DAYS
    days: int


CommuteReply = DistanceReply | DaysReply
FAR, DAILY = DistanceReply(30.0), DaysReply(5)


@dataclass(frozen=True, slots=True)
class CommuteAnswers(DraftAnswers[CommuteReply]):
    calculator: ClassVar = "commute"
    questions: ClassVar = CommuteQuestion

    miles: float | None = None
    days: int | None = None
    answered: int = 0

    @classmethod
    def of_json(cls, stored):
        return cls(**stored)

    def as_json(self):
        return asdict(self)

    def with_reply(self, reply):
        return replace(self, **asdict(reply), answered=max(self.answered, reply.question.number))


@dataclass
class Recorder:
    """The results of commutes; refuses them while it is `broken`."""

    broken: bool = False
    recorded: list[tuple[SavedDraft[CommuteAnswers], str | None]] = field(default_factory=list)

    def record(self, draft, user_id):
        if self.broken:
            raise OSError("the disk is full")
        self.recorded.append((draft, user_id))
        return user_id


class Commutes:
    """The commute calculator on a database, at a time that a test may move."""

    def __init__(self, session, answers_type=CommuteAnswers):
        self.session, self.time, self.recorder = session, NOW, Recorder()
        store, clock = DraftStore(session, answers_type.calculator), lambda: self.time
        self.drafts = Drafts(answers_type, store, self.recorder, get(AccountTokens), session, clock, WEEK)
        self.links = SharedLinks(answers_type, store, session, clock)
        self.retention = DraftRetention(session, clock)

    def begin(self, *replies):
        token = self.drafts.begin(CommuteAnswers(), "visit-1").token
        for reply in replies:
            self.drafts.answer(token, reply)
        return token

    def share(self):
        token = self.begin(FAR, DAILY)
        self.links.share(token)
        return token, self.links.active(token)


@pytest.fixture
def session(any_app):
    with any_app.app_context():
        yield get_db_session()


@pytest.fixture
def commutes(session):
    return Commutes(session)


def test_replies_are_kept_in_turn_until_the_draft_is_complete(commutes, session):
    token = commutes.begin()
    assert commutes.drafts.open(token, CommuteQuestion.DISTANCE).answers == CommuteAnswers()

    commutes.drafts.answer(token, FAR)
    assert not commutes.drafts.answer(token, FAR).answers.complete
    commutes.drafts.answer(token, DAILY)
    session.rollback()

    saved = commutes.drafts.open_complete(token)
    assert saved.answers == CommuteAnswers(30.0, 5, answered=2)
    assert (saved.session_id, saved.created_at, saved.expires_at) == ("visit-1", NOW, NOW + WEEK)


def test_a_question_out_of_order_is_refused_and_names_the_one_that_comes_first(commutes):
    token = commutes.begin()

    for early in (
        lambda: commutes.drafts.open(token, CommuteQuestion.DAYS),
        lambda: commutes.drafts.answer(token, DAILY),
        lambda: commutes.drafts.open_complete(token),
        lambda: commutes.links.share(token),
    ):
        with pytest.raises(AskedTooEarly, match="Question 1 comes first") as refused:
            early()
        assert refused.value.question is CommuteQuestion.DISTANCE
    assert commutes.drafts.open(token, CommuteQuestion.DISTANCE).answers.answered == 0


def test_a_complete_draft_is_recorded_and_again_when_an_answer_changes(commutes):
    token = commutes.begin(FAR)
    assert commutes.recorder.recorded == []

    commutes.drafts.answer(token, DAILY)
    commutes.drafts.answer(token, DistanceReply(2.0), AccountHolder(7, "account-1"))
    assert [(draft.answers.miles, user_id) for draft, user_id in commutes.recorder.recorded] == [
        (30.0, None),
        (2.0, "account-1"),
    ]
    assert len({draft.assessment_id for draft, _ in commutes.recorder.recorded}) == 1


def test_a_reply_is_not_kept_when_its_result_cannot_be(commutes, session):
    token = commutes.begin(FAR)
    commutes.recorder.broken = True

    with pytest.raises(OSError, match="the disk is full"):
        commutes.drafts.answer(token, DAILY)
    session.rollback()
    assert commutes.drafts.open(token, CommuteQuestion.DAYS).answers.days is None


def test_a_link_leads_to_the_answers_until_it_is_withdrawn(commutes):
    token, link = commutes.share()
    commutes.links.share(token)
    assert commutes.links.active(token) == link
    assert commutes.links.shared(link) == commutes.drafts.open_complete(token).answers

    commutes.links.unshare(token)
    assert commutes.links.active(token) is None
    with pytest.raises(SharedLinkGone):
        commutes.links.shared(link)


def test_drafts_and_links_end_together(commutes, session):
    token, link = commutes.share()
    commutes.time += WEEK

    for gone in (
        lambda: commutes.drafts.open(token, CommuteQuestion.DISTANCE),
        lambda: commutes.drafts.answer(token, FAR),
        lambda: commutes.links.share(token),
        lambda: commutes.links.unshare(token),
    ):
        with pytest.raises(DraftGone):
            gone()
    with pytest.raises(SharedLinkGone):
        commutes.links.shared(link)
    assert commutes.retention.clean() == 1
    assert session.scalars(select(SharedResult)).all() == []


def test_a_new_visitor_clears_away_expired_drafts_of_every_calculator(commutes, session):
    commutes.begin()
    session.execute(sa.update(Draft).values(calculator="another"))
    commutes.time += WEEK

    kept = commutes.begin()
    assert session.scalars(select(Draft.digest)).all() == [digest_of(kept)]


def test_another_calculator_opens_neither_the_draft_nor_the_link(commutes, session):
    @dataclass(frozen=True, slots=True)
    class FlightAnswers(CommuteAnswers):
        calculator: ClassVar = "flight"

    (token, link), flights = commutes.share(), Commutes(session, FlightAnswers)

    for foreign in (
        lambda: flights.drafts.open(token, CommuteQuestion.DISTANCE),
        lambda: flights.drafts.open_complete(token),
        lambda: flights.drafts.answer(token, FAR),
        lambda: flights.links.share(token),
        lambda: flights.links.unshare(token),
    ):
        with pytest.raises(DraftGone):
            foreign()
    with pytest.raises(SharedLinkGone):
        flights.links.shared(link)
    assert flights.links.active(token) is None
    assert commutes.links.active(token) == link


def test_drafts_of_before_there_were_calculators_are_of_the_first_one(any_app):
    token = "t" * 43
    columns = "token, assessment_id, session_id, answers, created_at, expires_at"
    values = f"'{token}', '{'1' * 32}', 's', :answers, '2026-11-21 09:00:00+00:00', '2999-01-01 00:00:00+00:00'"
    answers = '{"occupation": "29-1141", "job_title": "nurse"}'
    with any_app.app_context():
        downgrade(revision=BEFORE_CALCULATORS)
        insert = sa.text(f"INSERT INTO assessment_drafts ({columns}) VALUES ({values})")
        with db.engine.begin() as connection:
            connection.execute(insert, {"answers": answers})
        upgrade()

        assert get(JobImpactDrafts).open(token, CommuteQuestion.DISTANCE).answers.occupation == "29-1141"

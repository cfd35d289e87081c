"""A calculator of two answers takes visitors through drafts and links as they are, on each database."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from backend.accounts.caller import AccountHolder
from backend.assessments.visit.answers import DraftAnswers
from backend.assessments.visit.drafts import DraftKeys, DraftRetention, Drafts, SavedDraft
from backend.assessments.visit.errors import NotYourResult, ResultGone, ResultMoved
from backend.assessments.visit.models import Draft, SharedResult
from backend.assessments.visit.store import DraftStore
from backend.assessments.visit.tokens import AccountTokens
from backend.database import get_db_session
from backend.extensions import db
from backend.plugins import get
from backend.vault.tokens import digest_of

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
BEFORE_CALCULATORS = "d93b1f7e5a06"
NOBODY = DraftKeys()


@dataclass(frozen=True, slots=True)
class DaysReply:
    days: int


@dataclass(frozen=True, slots=True)
class CommuteAnswers(DraftAnswers[DaysReply]):
    calculator: ClassVar = "commute"

    miles: float = 30.0
    days: int | None = None

    @classmethod
    def of_json(cls, stored):
        return cls(**stored)

    def as_json(self):
        return asdict(self)

    def with_reply(self, reply):
        return replace(self, **asdict(reply))


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
        self.retention = DraftRetention(session, clock)

    def begin(self):
        """The link of a new draft, and the keys of the browser that made it."""
        saved = self.drafts.begin(CommuteAnswers(), "visit-1")
        return saved.link, DraftKeys((saved.token,))


@pytest.fixture
def session(any_app):
    with any_app.app_context():
        yield get_db_session()


@pytest.fixture
def commutes(session):
    return Commutes(session)


def test_a_draft_is_recorded_from_its_beginning_and_with_each_reply(commutes, session):
    link, keys = commutes.begin()
    commutes.drafts.answer(link, keys, DaysReply(5))
    session.rollback()

    saved = commutes.drafts.open(link, keys)
    assert saved.answers == CommuteAnswers(30.0, 5)
    assert (saved.session_id, saved.created_at, saved.expires_at) == ("visit-1", NOW, NOW + WEEK)
    assert [draft.answers.days for draft, _ in commutes.recorder.recorded] == [None, 5]
    assert len({draft.assessment_id for draft, _ in commutes.recorder.recorded}) == 1


def test_whoever_answers_while_signed_in_is_recorded(commutes):
    link, keys = commutes.begin()

    commutes.drafts.answer(link, replace(keys, holder=AccountHolder(7, "account-1")), DaysReply(4))
    assert [user_id for _, user_id in commutes.recorder.recorded] == [None, "account-1"]


def test_a_reply_is_not_kept_when_its_result_cannot_be(commutes, session):
    link, keys = commutes.begin()
    commutes.recorder.broken = True

    with pytest.raises(OSError, match="the disk is full"):
        commutes.drafts.answer(link, keys, DaysReply(5))
    session.rollback()
    assert commutes.drafts.open(link, keys).answers.days is None


def test_whoever_has_the_link_reads_and_only_who_holds_the_token_changes(commutes):
    link, keys = commutes.begin()
    _, others = commutes.begin()

    for reader in (NOBODY, others, DraftKeys(("x" * 43,))):
        assert commutes.drafts.open(link, reader).token is None
        for change in (
            lambda reader=reader: commutes.drafts.answer(link, reader, DaysReply(1)),
            lambda reader=reader: commutes.drafts.withdraw(link, reader),
        ):
            with pytest.raises(NotYourResult):
                change()
    assert commutes.drafts.open(link, DraftKeys((*others.tokens, *keys.tokens))).token == keys.tokens[0]


def test_a_withdrawn_link_ends_and_its_maker_has_another(commutes):
    link, keys = commutes.begin()

    fresh = commutes.drafts.withdraw(link, keys)
    assert fresh != link
    assert commutes.drafts.open(fresh, keys).token == keys.tokens[0]
    for change in (
        lambda: commutes.drafts.open(link, keys),
        lambda: commutes.drafts.answer(link, keys, DaysReply(1)),
        lambda: commutes.drafts.withdraw(link, keys),
    ):
        with pytest.raises(ResultMoved) as moved:
            change()
        assert moved.value.link == fresh
    with pytest.raises(ResultGone) as gone:
        commutes.drafts.open(link, NOBODY)
    assert not isinstance(gone.value, ResultMoved)


def test_the_newest_draft_of_a_browser_is_found_by_its_tokens(commutes):
    _, first = commutes.begin()
    commutes.time += timedelta(minutes=1)
    link, second = commutes.begin()
    keys = DraftKeys((*first.tokens, *second.tokens, "x" * 43))

    assert commutes.drafts.newest(keys).link == link
    fresh = commutes.drafts.withdraw(link, second)
    assert commutes.drafts.newest(keys).link == fresh
    assert commutes.drafts.newest(NOBODY) is None
    commutes.time += WEEK
    assert commutes.drafts.newest(keys) is None


def test_drafts_and_links_end_together(commutes, session):
    link, keys = commutes.begin()
    commutes.time += WEEK

    for gone in (
        lambda: commutes.drafts.open(link, keys),
        lambda: commutes.drafts.answer(link, keys, DaysReply(5)),
        lambda: commutes.drafts.withdraw(link, keys),
    ):
        with pytest.raises(ResultGone):
            gone()
    assert commutes.retention.clean() == 1
    assert session.scalars(select(SharedResult)).all() == []


def test_a_new_visitor_clears_away_expired_drafts_of_every_calculator(commutes, session):
    commutes.begin()
    session.execute(sa.update(Draft).values(calculator="another"))
    commutes.time += WEEK

    _, keys = commutes.begin()
    assert session.scalars(select(Draft.digest)).all() == [digest_of(keys.tokens[0])]


def test_another_calculator_opens_neither_the_draft_nor_the_link(commutes, session):
    @dataclass(frozen=True, slots=True)
    class FlightAnswers(CommuteAnswers):
        calculator: ClassVar = "flight"

    (link, keys), flights = commutes.begin(), Commutes(session, FlightAnswers)

    for foreign in (
        lambda: flights.drafts.open(link, keys),
        lambda: flights.drafts.answer(link, keys, DaysReply(5)),
        lambda: flights.drafts.withdraw(link, keys),
    ):
        with pytest.raises(ResultGone):
            foreign()
    assert flights.drafts.newest(keys) is None
    assert commutes.drafts.open(link, keys).token == keys.tokens[0]


def test_drafts_of_before_there_were_calculators_are_of_the_first_one(any_app):
    columns = "token, assessment_id, session_id, answers, created_at, expires_at"
    values = f"'{'t' * 43}', '{'1' * 32}', 's', :answers, '2026-11-21 09:00:00+00:00', '2999-01-01 00:00:00+00:00'"
    with any_app.app_context():
        downgrade(revision=BEFORE_CALCULATORS)
        insert = sa.text(f"INSERT INTO assessment_drafts ({columns}) VALUES ({values})")
        with db.engine.begin() as connection:
            connection.execute(insert, {"answers": '{"occupation": "29-1141", "job_title": "nurse"}'})
        upgrade()

        draft = get_db_session().scalars(select(Draft)).one()
        assert (draft.calculator, draft.answers["occupation"]) == ("job_impact", "29-1141")

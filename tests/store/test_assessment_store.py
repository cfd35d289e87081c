"""Drafts, stored assessments and shared links, on each database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from backend.assessments.job_impact.questions import JobImpactAnswers
from backend.assessments.job_impact.store import AssessmentStore, StoredAssessment
from backend.assessments.visit.errors import DraftGone, SharedLinkGone
from backend.assessments.visit.models import Draft, SharedResult
from backend.assessments.visit.store import DraftStore, delete_expired
from backend.database import get_db_session
from backend.vault.tokens import digest_of

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TOKEN, LINK = "t" * 43, "l" * 22


@pytest.fixture
def session(any_app):
    with any_app.app_context():
        yield get_db_session()


@pytest.fixture
def store(session):
    return DraftStore(session, JobImpactAnswers.calculator)


def draft(token=TOKEN, expires=NOW + DAY, calculator=JobImpactAnswers.calculator):
    return Draft(
        digest=digest_of(token),
        calculator=calculator,
        assessment_id=uuid4(),
        session_id="s-1",
        answers=JobImpactAnswers("29-1141", "nurse").as_json(),
        created_at=NOW,
        expires_at=expires,
    )


def link_to(draft):
    return SharedResult(digest=digest_of(LINK), sealed_token=b"sealed", draft_id=draft.id, created_at=NOW)


def assessment(**given):
    values = {
        "assessment_id": UUID(int=1),
        "session_id": "s-1",
        "occupation": "29-1141",
        "activities": {},
        "created_at": NOW,
        "completion_time": 60.0,
        "model": "m",
        "data_version": "d",
    }
    return StoredAssessment(**{**values, **given})


def count(session, kind):
    return session.scalar(select(func.count()).select_from(kind))


def test_finds_a_draft_until_it_expires(store):
    store.add(draft())

    assert store.draft(TOKEN, NOW).session_id == "s-1"
    assert store.draft_for_change(TOKEN, NOW).session_id == "s-1"
    for find in (store.draft, store.draft_for_change):
        with pytest.raises(DraftGone):
            find(TOKEN, NOW + DAY)


@pytest.mark.parametrize(
    "token", ["", "\0", "\0" * 43, "t" * 42, "t" * 42 + "\n", "é" * 22, "l" * 21 + "\0", "x" * 9_999]
)
def test_a_token_that_cannot_be_is_one_that_is_not_there(store, token):
    for find in (store.draft, store.draft_for_change):
        with pytest.raises(DraftGone):
            find(token, NOW)
    with pytest.raises(SharedLinkGone):
        store.shared_draft(token, NOW)


def test_deletes_expired_drafts_oldest_first_and_not_all_at_once(store, session):
    for age in range(5):
        store.add(draft(f"old-{age}", NOW - age * DAY))
    store.add(draft("living"))
    session.commit()

    delete_expired(session, NOW, 3)
    assert set(session.scalars(select(Draft.digest))) == set(map(digest_of, ("old-0", "old-1", "living")))


def test_the_clean_command_deletes_every_expired_draft_and_says_how_many(any_app):
    with any_app.app_context():
        session = get_db_session()
        session.add_all(draft(f"old-{n}", NOW - 1000 * DAY) for n in range(450))
        session.add(draft("living", NOW + 36_500 * DAY))
        session.commit()

    said = any_app.test_cli_runner().invoke(args=["assessments", "clean"]).output

    assert said == "Deleted 450 expired drafts.\n"
    with any_app.app_context():
        assert get_db_session().scalars(select(Draft.digest)).all() == [digest_of("living")]


def test_a_draft_takes_its_links_along(store, session):
    old = draft(expires=NOW)
    store.add(old)
    session.flush()
    store.add(link_to(old))
    session.commit()

    delete_expired(session, NOW, 10)
    assert count(session, SharedResult) == 0


def test_putting_an_assessment_again_changes_what_it_says_and_not_when_it_began(session):
    store = AssessmentStore(session)
    store.put(assessment())
    session.commit()
    store.put(assessment(state="GA", created_at=NOW + DAY, completion_time=999.0))
    session.commit()

    kept = session.scalars(select(StoredAssessment)).one()
    assert (kept.state, kept.created_at, kept.completion_time) == ("GA", NOW, 60.0)


def test_a_link_works_until_it_is_withdrawn(store, session):
    made = draft()
    store.add(made)
    session.flush()
    store.add(link_to(made))
    assert store.active_link(TOKEN) == b"sealed"
    assert store.shared_draft(LINK, NOW) is made

    store.revoke_links(made.id, NOW)
    assert store.active_link(TOKEN) is None
    with pytest.raises(SharedLinkGone):
        store.shared_draft(LINK, NOW)


def test_a_draft_survives_the_way_to_json_and_back():
    said = JobImpactAnswers("29-1141", "nurse", "GA", "62", 6.0, None, {"a": 2.5}, 4)

    assert JobImpactAnswers.of_json(said.as_json()) == said

"""Drafts, stored assessments and shared links, on each database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from backend.assessments.job_impact.questions import JobImpactAnswers
from backend.assessments.job_impact.store import AssessmentStore, StoredAssessment
from backend.assessments.visit.errors import ResultGone
from backend.assessments.visit.models import Draft, SharedResult
from backend.assessments.visit.store import DraftStore, LinkedDraft, delete_expired
from backend.database import get_db_session
from backend.vault.tokens import digest_of

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TOKEN, LINK, SEALED = "t" * 43, "l" * 22, b"sealed"


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


def linked(store, **given):
    """A stored draft with the link to its result."""
    made = draft(**given)
    store.add(made)
    store.add_link(made, LINK, SEALED, NOW)
    return made


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


def test_finds_a_draft_by_its_link_until_it_expires(store):
    made = linked(store)

    for find in (store.of_link, store.of_link_for_change):
        assert find(LINK, NOW) == LinkedDraft(made, withdrawn=False)
        with pytest.raises(ResultGone):
            find(LINK, NOW + DAY)
    assert store.newest([TOKEN, "x" * 43], NOW) == (made, SEALED)
    assert store.newest(["x" * 43], NOW) is None


@pytest.mark.parametrize(
    "link", ["", "\0", "\0" * 22, "l" * 21, "l" * 21 + "\n", "é" * 11, "l" * 21 + "\0", "x" * 9_999]
)
def test_a_link_that_cannot_be_is_one_that_is_not_there(store, link):
    for find in (store.of_link, store.of_link_for_change):
        with pytest.raises(ResultGone):
            find(link, NOW)


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
    linked(store, expires=NOW)
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
    assert (kept.state, kept.created_at, kept.completion_time) == ("GA", NOW, 999.0)


def test_a_link_that_was_withdrawn_is_found_as_such_and_no_longer_the_one_to_pass_on(store):
    made = linked(store)

    store.revoke_links(made, NOW)
    assert store.newest([TOKEN], NOW) is None
    for find in (store.of_link, store.of_link_for_change):
        assert find(LINK, NOW) == LinkedDraft(made, withdrawn=True)


def test_a_draft_survives_the_way_to_json_and_back():
    said = JobImpactAnswers("29-1141", "nurse", "GA", "62", 6.0, None, {"a": 2.5})

    assert JobImpactAnswers.of_json(said.as_json()) == said

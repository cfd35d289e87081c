"""DASH-7: annotations, in whatever zone somebody reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from backend.accounts.permissions import Role
from backend.analytics.annotations import service
from backend.analytics.annotations.annotation import Annotation
from backend.analytics.annotations.service import Annotations
from backend.analytics.metrics.period import Period
from backend.audit.models import AuditEntry
from backend.database import get_db_session
from backend.errors import InvalidRequest, NotFound
from backend.plugins import get
from backend.row_security import act_for
from tests.accounts import make_account

DAY = date(2026, 3, 8)  # clocks are set forward in New York, at two o'clock
NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)


@pytest.fixture
def people(any_app):
    return make_account(any_app).id, make_account(any_app, Role.ADMIN).id


@pytest.fixture
def annotations(any_app, people):
    with any_app.test_request_context():
        act_for(get_db_session(), people[0])
        yield get(Annotations)


def within(annotations, account_id, first=DAY, last=DAY, tz="UTC"):
    act_for(get_db_session(), account_id)
    period = Period.between(first, last, tz, NOON)
    return [(annotation.text, annotation.mine) for annotation in annotations.within(period, account_id)]


def test_everybody_reads_what_anybody_noted(annotations, people):
    annotations.add(people[0], DAY, "New prices")

    assert within(annotations, people[0]) == [("New prices", True)]
    assert within(annotations, people[1]) == [("New prices", False)]
    assert within(annotations, None) == [("New prices", False)]


@pytest.mark.parametrize("tz", ["UTC", "Pacific/Honolulu", "Asia/Tokyo"])
def test_a_day_is_that_date_in_every_zone(annotations, people, tz):
    annotations.add(people[0], DAY, "New prices")
    [annotation] = annotations.within(Period.between(DAY, DAY, tz, NOON), people[0])

    assert annotation.moment(ZoneInfo(tz)) == datetime(2026, 3, 8, tzinfo=ZoneInfo(tz))
    for other in (DAY - timedelta(days=1), DAY + timedelta(days=1)):
        assert within(annotations, people[0], other, other, tz) == []


def test_an_instant_is_of_another_day_elsewhere(annotations, people):
    annotations.add(people[0], datetime(2026, 3, 8, 23, 30, tzinfo=UTC), "Outage")

    assert within(annotations, people[0]) == [("Outage", True)]
    assert within(annotations, people[0], tz="Asia/Tokyo") == []
    tomorrow = DAY + timedelta(days=1)
    assert within(annotations, people[0], tomorrow, tomorrow, "Asia/Tokyo") == [("Outage", True)]


def test_a_day_that_begins_at_one_o_clock_has_its_note_there():
    zone = ZoneInfo("America/Havana")  # there midnight itself is skipped
    annotation = Annotation(UUID(int=1), DAY, "New prices", mine=True, created_at=NOON)

    assert annotation.moment(zone).isoformat() == "2026-03-08T01:00:00-04:00"


def test_they_come_in_the_order_in_which_they_happened(annotations, people):
    for at, text in ((NOON, "noon"), (DAY, "the day"), (NOON - timedelta(hours=1), "before noon")):
        annotations.add(people[0], at, text)

    assert [text for text, _ in within(annotations, people[0])] == ["the day", "before noon", "noon"]


def test_authors_delete_their_own_and_admins_all_which_is_remembered(annotations, people):
    ids = [annotations.add(people[0], DAY, text).public_id for text in ("one", "two")]
    act_for(get_db_session(), people[1])
    with pytest.raises(NotFound):
        annotations.delete(people[1], ids[0])
    annotations.delete_anybodys("account:a", people[1], ids[0])
    assert within(annotations, people[0]) == [("two", True)]

    annotations.delete(people[0], ids[1])
    assert within(annotations, people[0]) == []
    [entry] = get_db_session().scalars(sa.select(AuditEntry))
    assert (entry.actor, entry.action, entry.object) == ("account:a", "annotation.deleted", f"annotation:{ids[0]}")


def test_nobody_writes_without_end(annotations, people, monkeypatch):
    monkeypatch.setattr(service, "MOST_OF_AN_ACCOUNT", 1)
    annotations.add(people[0], DAY, "one")

    with pytest.raises(InvalidRequest, match="Delete one first"):
        annotations.add(people[0], DAY, "two")

"""What is told of flags while they change by the calendar, or while nothing is known of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.analytics.experiments.configuration import FeatureDocument, Snapshot
from backend.analytics.experiments.publishing import FlagPublisher
from backend.errors import Unavailable

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SCHEDULE = {"from": 0.1, "to": 0.5, "starts_at": "2026-11-02T00:00:00Z", "ends_at": "2026-11-03T00:00:00Z"}
SCHEDULED = FeatureDocument("offer", {"defaultValue": 0, "rules": [{"force": 1, "schedule": SCHEDULE}]}, is_public=True)


def _published(snapshot):
    return FlagPublisher(lambda: snapshot, lambda: NOON, "salt").document()


def test_a_roll_out_by_the_calendar_is_told_as_the_share_of_this_instant():
    document = _published(Snapshot(1, flags={"offer": SCHEDULED}, changed_at=NOON))

    assert document["features"]["offer"]["rules"] == [{"force": 1, "coverage": 0.3}]
    assert document["dateUpdated"] == "2026-11-02T12:00:00+00:00"


def test_flags_that_were_never_read_are_not_told_as_no_flags():
    with pytest.raises(Unavailable):
        _published(Snapshot(version=-1, is_stale=True))

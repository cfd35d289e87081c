"""Moments on an axis: a year where there is more than one, and a zone where an hour comes twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from backend.analytics.figures import moments
from backend.analytics.figures.lines import Point, lines
from tests import figures as made


def weeks(number, first=datetime(2025, 12, 1, tzinfo=UTC)):
    return [first + timedelta(weeks=week) for week in range(number)]


def test_weeks_over_a_year_carry_the_year():
    year = weeks(53)
    figure = lines(made.trend(grain="week", points=tuple(Point(at, 3) for at in year), until="", annotations=()))

    assert [text for _, text in moments.ticks(year, "week")][:2] == ["Dec 1, 2025", "Mar 2, 2026"]
    assert figure.tips[0].title == figure.table.rows[0][0].text == "Week of Dec 1, 2025"


def test_weeks_of_one_year_do_not():
    first = moments.ticks(weeks(4, datetime(2026, 3, 2, tzinfo=UTC)), "week")[0]

    assert first == (0, "Mar 2")


def test_days_say_the_year_where_it_changes():
    days = [datetime(2025, 12, 18, tzinfo=UTC) + timedelta(days=day) for day in range(28)]

    assert [text for _, text in moments.ticks(days, "day")] == ["Dec 18, 2025", "Dec 25", "Jan 1, 2026", "Jan 8"]


def test_months_that_skip_january_still_say_the_year():
    months = [datetime(2025 + (1 + month) // 12, (1 + month) % 12 + 1, 1, tzinfo=UTC) for month in range(24)]

    texts = [text for _, text in moments.ticks(months, "month")]
    assert (texts[0], texts[4]) == ("Feb 2025", "Feb 2026")


def test_hours_of_one_name_say_which():
    zone, start = ZoneInfo("America/New_York"), datetime(2026, 11, 1, 4, tzinfo=UTC)
    hours = [(start + timedelta(hours=hour)).astimezone(zone) for hour in range(4)]

    assert [moments.long(at, "hour").rpartition(" at ")[2] for at in hours] == ["12 AM", "1 AM EDT", "1 AM EST", "2 AM"]
    assert [text for _, text in moments.ticks(hours, "hour")] == ["12 AM", "1 AM EDT", "1 AM EST", "2 AM"]

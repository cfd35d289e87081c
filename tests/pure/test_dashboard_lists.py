"""Lists of the overview: what a row says of its change, and when rates of groups are said to differ."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from backend.dashboards.lists import change_of
from backend.dashboards.pages.conversions import spread_of


@pytest.mark.parametrize(
    ("now", "before", "text", "tone"),
    [
        (897, 700, "+28%", "better"),
        (700, 897, "−22%", "worse"),
        (110, 100, "+10%", ""),
        (364, 0, "new", ""),
        (0, 40, "none now", ""),
        (5, 3, "+2", ""),
        (40, 8, "+32", "better"),
        (8, 8, "0", ""),
        (0, 0, "–", ""),
    ],
)
def test_a_row_says_its_change_and_is_quiet_within_noise(now, before, text, tone):
    change = change_of("sessions", now, before)

    assert (change.text, change.tone) == (text, tone)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([(0.03, 403), (0.038, 238)], "are within noise of each other"),
        ([(0.022, 226), (0.079, 734)], "differ by more than chance"),
        # The same two, as the extremes of many groups, prove nothing.
        ([(0.022, 226), *[(0.05, 300)] * 12, (0.079, 734)], "are within noise of each other"),
        ([(0.0, 500), (0.0, 400)], "are within noise of each other"),
    ],
)
def test_groups_differ_only_where_chance_seldom_makes_extremes_as_far_apart(groups, words):
    assert words in spread_of(result(groups))


def test_one_rate_that_is_known_is_compared_with_none():
    assert spread_of(result([(0.05, 300), (None, 4)])) == ""


def result(groups):
    values = [{"conversion_rate": rate, "result_visitors": n} for rate, n in groups]
    return SimpleNamespace(rows=[SimpleNamespace(values=row) for row in values])

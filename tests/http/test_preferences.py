"""The time zone somebody reads in, and whether keys are shortcuts: chosen once, and remembered with the account."""

from __future__ import annotations

import re

import pytest

from tests.accounts import BROWSER, form_token, make_account, signed_in
from tests.conftest import close, make_app, make_settings

ZONE, KEYS = "/account/time-zone", "/account/shortcuts"


@pytest.fixture
def reader(app, client):
    return signed_in(client, make_account(app))


def show(client, path):
    return client.get(path, headers=BROWSER, follow_redirects=True).text


def post(client, path, form):
    return client.post(path, data={"csrf_token": form_token(client, ZONE), **form}, headers=BROWSER)


def shown_zone(page):
    return re.search(r"<summary>Time zone: ([^<]*)</summary>", page)[1]


@pytest.mark.parametrize("typed", ["Asia/Kolkata", "asia/kolkata", "Kolkata"])
def test_a_zone_that_was_chosen_is_that_of_later_pages(reader, typed):
    answer = post(reader, ZONE, {"tz": typed, "next": "/analytics/funnel?period=7d"})

    assert (answer.status_code, answer.location) == (303, "/analytics/funnel?period=7d")
    assert shown_zone(show(reader, answer.location)) == "Kolkata (UTC+5:30)"
    assert "IST" in show(reader, "/analytics/live")
    assert "Asia/Kolkata" in show(reader, "/account")


def test_a_link_with_a_zone_keeps_it(reader):
    post(reader, ZONE, {"tz": "Asia/Kolkata"})

    assert shown_zone(show(reader, "/analytics?period=7d&tz=America/Denver")).startswith("Denver")


def test_an_empty_zone_is_that_of_the_business_again(reader):
    post(reader, ZONE, {"tz": "Asia/Kolkata"})
    post(reader, ZONE, {"tz": ""})

    assert shown_zone(show(reader, "/analytics?period=7d")) == "UTC"


@pytest.mark.parametrize("typed", ["Mars/Base", "../../etc/passwd", "x" * 500, "\x00"])
def test_what_is_no_zone_comes_back_with_what_was_typed(reader, typed):
    answer = post(reader, ZONE, {"tz": typed, "next": "https://evil.example"})

    assert answer.status_code == 422
    assert "Choose a time zone from the list." in answer.text
    assert "evil.example" not in answer.text
    assert 'value="America/Argentina/Buenos_Aires"' in answer.text


def test_days_are_those_of_new_york_where_nobody_chose_another(tmp_path):
    settings = make_settings(tmp_path)
    default = type(settings).model_fields["BUSINESS_TIME_ZONE"].default

    app = make_app(settings.model_copy(update={"BUSINESS_TIME_ZONE": default}))

    assert app.config["BUSINESS_TIME_ZONE"] == "America/New_York"
    close(app)


def test_shortcuts_are_there_until_they_are_turned_off(reader):
    on = show(reader, "/analytics?period=7d")
    post(reader, KEYS, {"on": ""})
    off = show(reader, "/analytics?period=7d")
    post(reader, KEYS, {"on": "1"})

    assert "js/keys.js" in on
    assert "js/keys.js" not in off
    assert "Keyboard shortcuts<kbd>" not in off
    assert "js/keys.js" in show(reader, "/analytics?period=7d")


def test_a_program_is_answered_in_the_zone_of_the_business(reader):
    post(reader, ZONE, {"tz": "Asia/Kolkata"})

    assert reader.get("/api/analytics/dashboard/funnel").json["meta"]["timezone"] == "UTC"

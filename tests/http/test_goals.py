"""DASH-9: goals by the API and on the pages, without a script."""

from __future__ import annotations

import pytest

from backend.accounts.permissions import Role
from tests.accounts import make_account

GOALS = "/api/analytics/goals"
GOAL = {"measure": "sessions", "value": 100, "period": "month"}


def add(client, **changes):
    answer = client.post(GOALS, json=GOAL | changes)
    assert answer.status_code == 201, answer.json
    return answer.json["data"]


def test_a_goal_is_listed_with_how_it_stands(mine):
    goal = add(mine, filters=[{"field": "source", "value": "newsletter"}])
    [listed] = mine.get(GOALS).json["data"]["goals"]

    assert {name: goal[name] for name in ("measure", "value", "period", "direction")} == GOAL | {
        "direction": "at_least"
    }
    assert {name: goal[name] for name in listed if name != "now"} | {"now": listed["now"]} == listed
    assert (listed["mine"], listed["now"]["value"], listed["now"]["status"]) == (True, 0, "not_yet_known")
    assert 0 < listed["now"]["share_over"] < 1


def test_a_change_is_a_version_that_says_who_and_when(app, mine, program):
    goal = add(mine)
    changed = mine.patch(f"{GOALS}/{goal['id']}", json={"value": 250, "period": "week"}).json["data"]
    versions = program(make_account(app)).get(f"{GOALS}/{goal['id']}").json["data"]["versions"]

    assert (changed["value"], changed["period"], changed["measure"]) == (250, "week", "sessions")
    assert [(version["number"], version["value"], version["mine"]) for version in versions] == [
        (2, 250, False),
        (1, 100, False),
    ]
    assert [version["mine"] for version in changed["versions"]] == [True, True]


def test_everyone_reads_a_goal_and_only_its_owner_changes_it(app, mine, program):
    goal = add(mine)["id"]
    other, nobodys = program(make_account(app)), program()

    assert other.get(f"{GOALS}/{goal}").json["data"]["mine"] is False
    assert other.patch(f"{GOALS}/{goal}", json={"value": 1}).status_code == 404
    assert other.delete(f"{GOALS}/{goal}").status_code == 404
    assert len(nobodys.get(GOALS).json["data"]["goals"]) == 1
    assert nobodys.post(GOALS, json=GOAL).status_code == 403


def test_an_ended_goal_keeps_its_history_and_is_changed_no_more(mine):
    goal = add(mine, starts_on="2026-01-01")["id"]

    assert mine.delete(f"{GOALS}/{goal}").status_code == 204
    ended = mine.get(f"{GOALS}/{goal}").json["data"]
    assert (ended["now"], ended["ended_at"] is None) == (None, False)
    assert {(period["status"], period["recorded"]) for period in ended["history"]} == {("missed", False)}
    assert mine.patch(f"{GOALS}/{goal}", json={"value": 1}).status_code == 404
    assert mine.delete(f"{GOALS}/{goal}").status_code == 404


def test_a_goal_that_begins_later_is_not_yet_known(mine):
    now = add(mine, starts_on="2199-12-31", period="quarter")["now"]

    assert (now["start"][:10], now["status"], now["reason"]) == ("2199-10-01", "not_yet_known", "not_started")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"measure": "visits", "value": -1}, {"measure", "value"}),
        ({"measure": "conversion_rate", "value": 10}, {"value"}),
        ({"value": "10"}, {"value"}),
        ({"value": 1e13, "starts_on": "1999-01-01"}, {"value", "starts_on"}),
        ({"starts_on": "soon"}, {"starts_on"}),
        ({"period": "year", "direction": "up"}, {"period", "direction"}),
        ({"measure": "leads", "filters": [{"field": "source", "value": "mail"}]}, {"filters.0.field"}),
        ({"owner": "me"}, {"owner"}),
    ],
)
def test_a_goal_that_means_nothing_is_refused_with_all_that_is_wrong(mine, body, fields):
    answer = mine.post(GOALS, json=GOAL | body)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == fields


def test_the_founding_targets_are_drafts_of_which_some_have_no_measure_yet(mine):
    drafts = {draft["id"]: draft for draft in mine.get(GOALS).json["data"]["drafts"]}

    assert drafts["subscription_conversion"]["measured"] is True
    assert (
        drafts["email_capture"] | {"measure": "email_capture_rate", "value": 0.3, "measured": False}
        == drafts["email_capture"]
    )

"""DASH-9: goals by the API and on the pages, without a script."""

from __future__ import annotations

import re

from backend.accounts.permissions import Role
from tests.accounts import BROWSER, form_token, make_account, signed_in

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
    assert ended["history"] == []  # nothing was counted in periods before the first visits
    assert mine.patch(f"{GOALS}/{goal}", json={"value": 1}).status_code == 404
    assert mine.delete(f"{GOALS}/{goal}").status_code == 404


def test_a_goal_that_begins_later_is_not_yet_known(mine):
    now = add(mine, starts_on="2199-12-31", period="quarter")["now"]

    assert (now["start"][:10], now["status"], now["reason"]) == ("2199-10-01", "not_yet_known", "not_started")


REFUSED = [
    ({"measure": "visits", "value": -1}, {"measure", "value"}),
    ({"measure": "conversion_rate", "value": 10}, {"value"}),
    ({"value": "10"}, {"value"}),
    ({"value": 1e13, "starts_on": "1999-01-01"}, {"value", "starts_on"}),
    ({"starts_on": "soon"}, {"starts_on"}),
    ({"period": "year", "direction": "up"}, {"period", "direction"}),
    ({"measure": "leads", "filters": [{"field": "source", "value": "mail"}]}, {"filters.0.field"}),
    ({"owner": "me"}, {"owner"}),
]


def test_a_goal_that_means_nothing_is_refused_with_all_that_is_wrong(mine):
    for body, fields in REFUSED:
        answer = mine.post(GOALS, json=GOAL | body)

        assert answer.status_code == 422, body
        assert {error["field"] for error in answer.json["errors"]} == fields


def test_the_founding_targets_are_drafts_of_which_some_have_no_measure_yet(mine):
    drafts = {draft["id"]: draft for draft in mine.get(GOALS).json["data"]["drafts"]}

    assert drafts["subscription_conversion"]["measured"] is True
    assert (
        drafts["email_capture"] | {"measure": "email_capture_rate", "value": 0.3, "measured": False}
        == drafts["email_capture"]
    )


def show(client, path, status=200):
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status
    return answer.text


def send(client, path, **form):
    form["csrf_token"] = form_token(client, "/account/password")
    return client.post(path, data=form, headers=BROWSER)


FORM = {"measure": "conversion_rate", "direction": "at_least", "value": "12.5%", "period": "month", "starts_on": ""}


def test_a_goal_is_added_changed_and_ended_by_forms_alone(analyst):
    query = "source=newsletter"
    assert "Source is newsletter" in show(analyst, f"/analytics/goals/new?{query}")
    goal = send(analyst, "/analytics/goals/new", query=query, **FORM).location

    page = show(analyst, goal)
    assert "At least 12.5% each month" in page
    assert "Source is newsletter" in page
    assert "Too few to judge: n is 0, and it takes 10." in page
    changed = {name: value for name, value in FORM.items() if name != "measure"} | {"value": "9", "period": "quarter"}
    assert send(analyst, goal, **changed).location == goal
    page = show(analyst, goal)
    assert page.index("At least 9% each quarter") < page.index("At least 12.5% each month")
    assert "Yours." in show(analyst, "/analytics/goals")

    send(analyst, f"{goal}/end")
    assert "Ended goals (1)" in show(analyst, "/analytics/goals")
    assert "Save the change" not in show(analyst, goal)


AMISS = [
    ({"value": "a lot", "period": "year", "starts_on": "soon"}, ["period", "value", "starts_on"]),
    ({"value": "120%"}, ["value"]),
    ({"measure": "visits"}, ["measure"]),
    ({"measure": "leads", "value": "3", "query": "source=mail"}, ["measure"]),
    ({"measure": "median_time_to_result", "value": "2 miles"}, ["value"]),
]


def test_what_is_wrong_with_a_goal_comes_back_at_its_field(analyst):
    for sent, fields in AMISS:
        refused = send(analyst, "/analytics/goals/new", **(FORM | sent))

        assert refused.status_code == 422, sent
        assert re.findall(r'<li><a href="#(\w+)">', refused.text) == fields


def test_a_refused_goal_still_shows_the_filters_it_would_have(analyst):
    refused = send(analyst, "/analytics/goals/new", query="source=newsletter", **(FORM | {"value": "120%"}))

    assert refused.status_code == 422
    assert "Source is newsletter" in refused.text
    assert "The goal counts only visits with these filters." in refused.text


def test_a_draft_is_activated_once_its_measure_is_there(analyst):
    page = show(analyst, "/analytics/goals")
    assert page.count("Not measured yet") == 5

    goal = send(analyst, "/analytics/goals/drafts/subscription_conversion").location

    assert "At least 10% each month" in show(analyst, goal)
    assert send(analyst, "/analytics/goals/drafts/email_capture").status_code == 404


def test_an_admin_changes_a_colleagues_goal_and_others_only_read_it(app, analyst):
    goal = send(analyst, "/analytics/goals/new", **FORM).location
    changed = {name: value for name, value in FORM.items() if name != "measure"}
    colleague, admin = (signed_in(app.test_client(), make_account(app, role)) for role in (Role.ANALYST, Role.ADMIN))

    assert "Change the goal" not in show(colleague, goal)
    assert send(colleague, goal, **changed).status_code == 404
    assert send(admin, goal, **changed | {"value": "20%"}).location == goal
    assert "A colleague" in show(analyst, goal)

"""DASH-8: views, funnels and segments by the API and on the pages, without a script."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from backend.accounts.permissions import Role
from tests.accounts import BROWSER, form_token, make_account, signed_in

VIEWS = "/api/analytics/views"
VIEW = {"name": "By level", "kind": "view", "page": "conversions", "parameters": {"breakdown": ["risk_level"]}}
SEGMENT = {"name": "Newsletter", "kind": "segment", "parameters": {"source": ["newsletter", ""]}}


def names(client):
    return [(view["name"], view["mine"]) for view in client.get(VIEWS).json["data"]]


def test_what_is_saved_is_listed_with_all_it_needs(mine):
    saved = mine.post(VIEWS, json=VIEW | {"name": "  By level ", "shared": True})

    assert saved.status_code == 201
    assert mine.get(VIEWS).json["data"] == [saved.json["data"]]
    assert {name: saved.json["data"][name] for name in VIEW} == VIEW
    assert (saved.json["data"]["mine"], saved.json["data"]["shared"]) == (True, True)


def test_others_see_what_is_shared_and_delete_nothing(app, mine, program):
    saved = mine.post(VIEWS, json=VIEW | {"shared": True}).json["data"]["id"]
    mine.post(VIEWS, json=SEGMENT)
    other, nobodys = program(make_account(app)), program()

    assert names(other) == names(nobodys) == [("By level", False)]
    refused = other.delete(f"{VIEWS}/{saved}")
    assert (refused.status_code, refused.json["detail"]) == (404, "You have no saved view with that ID.")
    assert other.delete(f"{VIEWS}/nonsense").status_code == 404
    assert mine.delete(f"{VIEWS}/{saved}").status_code == 204
    assert names(mine) == [("Newsletter", True)]


def test_a_key_without_an_account_saves_nothing(program):
    nobodys = program()

    assert nobodys.post(VIEWS, json=VIEW).status_code == 403
    assert nobodys.delete(f"{VIEWS}/00000000-0000-0000-0000-000000000000").status_code == 403


def test_a_name_is_taken_once(mine):
    mine.post(VIEWS, json=VIEW)
    again = mine.post(VIEWS, json=SEGMENT | {"name": VIEW["name"]})

    assert again.status_code == 422
    assert [(error["field"], error["code"]) for error in again.json["errors"]] == [("name", "taken")]


def test_a_saved_view_is_renamed_and_shared_by_its_owner_alone(app, mine, program):
    saved = mine.post(VIEWS, json=VIEW).json["data"]["id"]
    mine.post(VIEWS, json=SEGMENT)
    address = f"{VIEWS}/{saved}"

    renamed = mine.patch(address, json={"name": " By exposure "}).json["data"]
    assert (renamed["name"], renamed["shared"]) == ("By exposure", False)
    assert mine.patch(address, json={"shared": True}).json["data"]["name"] == "By exposure"
    assert program(make_account(app)).patch(address, json={"name": "Mine now"}).status_code == 404
    taken = mine.patch(address, json={"name": SEGMENT["name"]})
    assert (taken.status_code, taken.json["errors"][0]["code"]) == (422, "taken")
    for wrong in ({}, {"name": ""}, {"name": "two\nlines"}, {"name": 7}, {"page": "funnel"}, {"shared": "yes"}):
        assert mine.patch(address, json=wrong).status_code == 422
    assert names(mine) == [("By exposure", True), ("Newsletter", True)]


def test_a_period_that_moves_is_kept_as_one(mine):
    parameters = {"period": ["7d"], "tz": ["Asia/Tokyo"], "compare": ["previous_year"], "source": ["a", "b"]}
    mine.post(VIEWS, json={"name": "Week", "kind": "view", "page": "overview", "parameters": parameters})

    assert mine.get(VIEWS).json["data"][0]["parameters"] == parameters


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"name": "x" * 81}, {"name"}),
        ({"name": "two\nlines"}, {"name"}),
        ({"kind": "report"}, {"kind"}),
        ({"page": "secrets"}, {"page"}),
        ({"page": None}, {"page"}),
        ({"page": "funnel"}, {"page"}),
        ({"kind": "funnel"}, {"page"}),
        ({"kind": "segment"}, {"page"}),
        ({"shared": "yes"}, {"shared"}),
        ({"more": 1}, {"more"}),
        ({"parameters": {"breakdown": ["a"]}}, {"parameters.breakdown"}),
        ({"parameters": {"model": ["first", "last"]}}, {"parameters.model"}),
        ({"parameters": {"model": ["no such model"]}}, {"parameters.model"}),
        ({"parameters": {"source": ["\0"]}}, {"parameters.source"}),
        ({"parameters": {"source": ["x" * 201]}}, {"parameters.source"}),
        ({"parameters": {"source": ["x" * 190] * 16}}, {"parameters"}),
        ({"parameters": {"period": ["soon"], "tz": ["Mars"]}}, {"parameters.period", "parameters.tz"}),
        ({"name": "", "page": "x"}, {"name", "page"}),
        ({"name": "", "parameters": {"y": ["z"]}}, {"name", "parameters.y"}),
    ],
)
def test_what_cannot_be_kept_is_refused_with_all_that_is_wrong(mine, body, fields):
    good = {"name": "Money", "kind": "view", "page": "revenue", "parameters": {"model": ["first"]}}
    assert mine.post(VIEWS, json=good | {"name": "Good"}).status_code == 201

    answer = mine.post(VIEWS, json={key: value for key, value in (good | body).items() if value is not None})

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == fields


def test_a_segment_needs_a_filter(mine):
    for parameters in ({}, {"source": []}):
        answer = mine.post(VIEWS, json=SEGMENT | {"parameters": parameters})
        assert "A segment needs a filter" in answer.json["detail"]


def test_a_funnel_is_kept_with_its_steps(mine):
    funnel = {"steps": ["ai_calculator_opened,assessment_submitted"], "window": ["30m"], "source": ["newsletter"]}

    answer = mine.post(VIEWS, json={"name": "Short", "kind": "funnel", "parameters": funnel})

    assert (answer.status_code, answer.json["data"]["page"]) == (201, "funnel")


def show(client, path):
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    return answer.text


def test_a_funnel_that_its_page_would_not_take_is_refused(mine):
    asked = {"steps": ["ai_calculator_opened"], "window": ["soon"]}
    answer = mine.post(VIEWS, json={"name": "Short", "kind": "funnel", "parameters": asked})

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} >= {"parameters.window"}


def fields_of(page, action):
    """The form that is sent to this address, as a browser would."""
    [form] = re.findall(rf'<form[^>]*action="{action}"[^>]*>(.*?)</form>', page, re.DOTALL)
    return {n: unescape(v) for n, v in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)}


def save(client, path, **typed):
    sent = fields_of(show(client, path), "/analytics/views") | typed
    return client.post("/analytics/views", data=sent, headers=BROWSER)


def link(page, name):
    [href] = re.findall(rf'<li><a href="([^"]*)"[^>]*>{name}</a>', page)
    return unescape(href)


@pytest.mark.parametrize(
    "path",
    [
        "/analytics?period=7d&tz=UTC&source=newsletter&measure=visitors",
        "/analytics/explore?measure=revenue&breakdown=source&start=2026-11-01&end=2026-11-09",
        "/analytics/funnel?period=90d",
        "/analytics/funnel?steps=ai_calculator_opened&steps=assessment_submitted&window=1h&period=90d",
    ],
)
def test_a_page_is_saved_and_opened_by_its_link(analyst, path):
    answer = save(analyst, path, name="Mine <b>")

    assert (answer.status_code, answer.location) == (303, path)
    page = show(analyst, path)
    assert "Saved as “Mine &lt;b&gt;”." in page
    href = link(page, "Mine &lt;b&gt;")
    assert (urlsplit(href).path, parse_qs(urlsplit(href).query)) == (
        urlsplit(path).path,
        parse_qs(urlsplit(path).query),
    )
    assert f'href="{href}" aria-current="true"'.replace("&", "&amp;") in page
    assert (
        "aria-current" not in show(analyst, "/analytics/popular").partition("Mine &lt;b&gt;")[0].rpartition("<li>")[2]
    )


def test_a_segment_is_put_on_the_page_one_is_at_and_leaves_its_period(analyst):
    filters = "source=newsletter&source=&device_not=mobile&campaign_contains=spring"
    save(analyst, f"/analytics?{filters}&period=7d", name="Mail", only_filters="1")

    page = show(analyst, "/analytics/popular?period=90d&country=US&breakdown=industry")
    query = parse_qs(urlsplit(link(page, "Mail")).query, keep_blank_values=True)

    assert urlsplit(link(page, "Mail")).path == "/analytics/popular"
    assert query == {
        "period": ["90d"], "breakdown": ["industry"], "source": ["newsletter", ""], "device_not": ["mobile"],
        "campaign_contains": ["spring"],
    }  # fmt: skip
    shown = show(analyst, link(page, "Mail"))
    for chip in ("Source is newsletter or none", "Campaign contains spring", "Device is not Mobile"):
        assert chip in shown


def test_what_a_colleague_shares_is_the_teams_and_not_mine_to_delete(app, analyst):
    colleague = signed_in(app.test_client(), make_account(app, Role.EXPERIMENTER))
    save(colleague, "/analytics/revenue?model=first", name="First touch", shared="1")
    save(colleague, "/analytics/revenue?model=last", name="Last touch")

    page = show(analyst, "/analytics")

    assert link(page, "First touch") == "/analytics/revenue?model=first"
    assert "Last touch" not in page
    assert "Delete<" not in page


def test_ones_own_is_deleted_from_any_page(analyst):
    save(analyst, "/analytics/revenue?model=first", name="First touch")
    page = show(analyst, "/analytics/popular?period=7d")
    [action] = re.findall(r'action="(/analytics/views/[^"]*/delete)"', page)

    answer = analyst.post(action, data=fields_of(page, action), headers=BROWSER)

    assert (answer.status_code, answer.location) == (303, "/analytics/popular?period=7d")
    assert "First touch" not in show(analyst, answer.location)


def test_a_saved_view_is_renamed_on_its_page(analyst):
    save(analyst, "/analytics/conversions?period=7d", name="Before")
    page = show(analyst, "/analytics/conversions?period=7d")
    [address] = re.findall(r'href="(/analytics/views/[^"]+/change[^"]*)"', page)
    path = unescape(address).partition("?")[0]

    assert 'value="Before"' in show(analyst, unescape(address))
    fields = {"csrf_token": form_token(analyst, path), "back": "/analytics/conversions?period=7d"}
    refused = analyst.post(path, data=fields | {"name": ""}, headers=BROWSER)
    answer = analyst.post(path, data=fields | {"name": "After", "shared": "1"}, headers=BROWSER)

    assert refused.status_code == 422
    assert answer.location == "/analytics/conversions?period=7d"
    assert ">After</a>" in show(analyst, "/analytics/conversions?period=7d")


def test_a_name_that_is_taken_comes_back_to_be_mended(analyst):
    save(analyst, "/analytics/revenue?model=first", name="Money")
    answer = save(analyst, "/analytics/revenue?model=last", name="Money", shared="1")

    assert answer.status_code == 422
    assert "<title>Error: Save this view" in answer.text
    assert answer.text.count("You already have a saved view with this name.") == 2
    assert 'value="Money"' in answer.text
    assert 'name="shared" value="1" checked' in answer.text
    sent = fields_of(answer.text, "/analytics/views") | {"name": "Money, last"}
    assert analyst.post("/analytics/views", data=sent).location == "/analytics/revenue?model=last"
    assert link(show(analyst, "/analytics"), "Money, last") == "/analytics/revenue?model=last"


def test_a_segment_without_filters_is_refused_at_its_choice(analyst):
    answer = save(analyst, "/analytics", name="All", only_filters="1")

    assert answer.status_code == 422
    assert '<a href="#only_filters">A segment needs a filter' in answer.text


def test_a_form_that_was_left_open_comes_again_with_what_was_typed(analyst):
    answer = save(analyst, "/analytics?period=7d", name="Mine", csrf_token="of yesterday")

    assert answer.status_code == 400
    assert 'value="Mine"' in answer.text
    assert fields_of(answer.text, "/analytics/views")["query"] == "period=7d"
    assert analyst.get("/analytics/views", headers=BROWSER).location == "/analytics"


def test_a_page_that_cannot_be_answered_offers_nothing_to_save(analyst):
    assert 'action="/analytics/views"' not in analyst.get("/analytics?start=soon", headers=BROWSER).text


def test_one_is_never_led_to_another_site(analyst):
    token = form_token(analyst, "/account/password")
    sent = {"csrf_token": token, "page": "overview", "name": "Mine", "back": "https://evil.example/"}

    assert analyst.post("/analytics/views", data=sent).location == "/analytics"

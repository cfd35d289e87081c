"""DASH-7a: boards by the API and on the pages, without a script."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from backend.accounts.permissions import Role
from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.plugins import get
from tests.accounts import BROWSER, form_token, make_account, signed_in

BOARDS = "/api/analytics/boards"
TILES = [
    {"measure": "visitors"},
    {"measure": "conversion_rate", "kind": "trend", "title": "Asked for a plan"},
    {"measure": "sessions", "kind": "list", "breakdown": "source", "filters": [{"field": "device", "value": "mobile"}]},
]
BOARD = {"name": "Monday", "tiles": TILES}
SHIPPED = ["Executive", "Sales", "Operations"]


def names(client):
    return [(board["name"], board["mine"]) for board in client.get(BOARDS).json["data"] if not board["shipped"]]


def test_a_board_is_read_as_it_was_added(mine):
    added = mine.post(BOARDS, json=BOARD)
    board = mine.get(f"{BOARDS}/{added.json['data']['id']}").json["data"]

    assert added.status_code == 201
    assert board == added.json["data"]
    assert [(tile["measure"], tile["kind"], tile["breakdown"], tile["title"]) for tile in board["tiles"]] == [
        ("visitors", "number", None, ""),
        ("conversion_rate", "trend", None, "Asked for a plan"),
        ("sessions", "list", "source", ""),
    ]
    assert board["tiles"][2]["filters"] == [{"field": "device", "op": "in", "value": ["mobile"]}]


def test_the_shipped_boards_are_listed_first_and_only_read(mine):
    shipped = mine.get(BOARDS).json["data"]

    assert [board["name"] for board in shipped] == SHIPPED
    assert {board["shipped"] for board in shipped} == {True}
    assert mine.get(f"{BOARDS}/executive").json["data"] == shipped[0]
    for refused in (mine.patch(f"{BOARDS}/executive", json={"name": "Mine"}), mine.delete(f"{BOARDS}/executive")):
        assert refused.status_code == 404


def test_tiles_that_are_sent_back_in_another_order_keep_their_ids(mine):
    board = mine.post(BOARDS, json=BOARD).json["data"]
    turned = [*reversed(board["tiles"])]

    changed = mine.patch(f"{BOARDS}/{board['id']}", json={"tiles": turned})

    assert (changed.status_code, changed.json["data"]["tiles"]) == (200, turned)
    assert changed.json["data"]["name"] == "Monday"


def test_others_read_what_is_shared_and_change_nothing(app, mine, program):
    board = mine.post(BOARDS, json=BOARD).json["data"]["id"]
    other, nobodys = program(make_account(app)), program()
    assert other.get(f"{BOARDS}/{board}").status_code == 404

    mine.patch(f"{BOARDS}/{board}", json={"shared": True})

    assert names(other) == names(nobodys) == [("Monday", False)]
    assert other.get(f"{BOARDS}/{board}").json["data"]["mine"] is False
    assert other.patch(f"{BOARDS}/{board}", json={"name": "Mine"}).status_code == 404
    assert other.delete(f"{BOARDS}/{board}").status_code == 404
    assert nobodys.post(BOARDS, json=BOARD).status_code == 403
    assert mine.delete(f"{BOARDS}/{board}").status_code == 204
    assert names(other) == []


REFUSED = [
    ({"name": " "}, {"name"}),
    ({"name": "a\nb", "shared": 1}, {"shared"}),
    ({"tiles": [{"measure": "visitors"}] * 13}, {"tiles"}),
    ({"name": "", "tiles": [{"measure": "visits"}]}, {"name", "tiles.0.measure"}),
    ({"tiles": [{"measure": "visitors", "kind": "list"}]}, {"tiles.0.breakdown"}),
    ({"tiles": [{"measure": "visitors", "breakdown": "source"}]}, {"tiles.0.breakdown"}),
    ({"tiles": [{"measure": "events", "kind": "list", "breakdown": "source"}]}, {"tiles.0.breakdown"}),
    ({"tiles": [{"measure": "visitors", "title": "x" * 81}]}, {"tiles.0.title"}),
    ({"tiles": [{"measure": "visitors", "id": "one"}]}, {"tiles.0.id"}),
    ({"tiles": [{"measure": "visitors", "id": "0" * 8}] * 2}, {"tiles"}),
    (
        {"tiles": [{"measure": "leads", "filters": [{"field": "source", "value": "mail"}, {"field": "from"}]}]},
        {"tiles.0.filters.0.field", "tiles.0.filters.1.field", "tiles.0.filters.1.value"},
    ),
]


def test_a_board_that_cannot_be_shown_is_refused_with_all_that_is_wrong(mine):
    for body, fields in REFUSED:
        answer = mine.post(BOARDS, json=BOARD | body)

        assert answer.status_code == 422, body
        assert {error["field"] for error in answer.json["errors"]} == fields


def test_a_name_is_taken_once(mine):
    first, second = (mine.post(BOARDS, json={"name": name}).json["data"]["id"] for name in ("one", "two"))
    again = mine.post(BOARDS, json={"name": "one"})
    renamed = mine.patch(f"{BOARDS}/{second}", json={"name": "one"})

    assert [answer.json["errors"][0]["code"] for answer in (again, renamed)] == ["taken", "taken"]
    assert mine.patch(f"{BOARDS}/{first}", json={"name": "one", "shared": True}).status_code == 200


def show(client, path, status=200):
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status
    return answer.text


def send(client, path, **form):
    form["csrf_token"] = form_token(client, "/account/password")
    return client.post(path, data=form, headers=BROWSER)


@pytest.fixture
def visits(app):
    """A dozen sessions of two days ago."""
    began = datetime.now(UTC) - timedelta(days=2)
    opened = [Event(uuid4(), "ai_calculator_opened", f"s{number}", None, began, as_json({})) for number in range(12)]
    with app.app_context():
        get(EventTracker).record(opened)


@pytest.fixture
def board(analyst):
    """The address of a board with nothing on it."""
    return send(analyst, "/analytics/boards", name="Monday").location.removesuffix("/edit")


def labels(page):
    return re.findall(r'<label class="field__label" for="title-\w+">([^<]*) <span', page)


def tile(page, label):
    [id_] = re.findall(rf'for="title-(\w+)">{label} <span', page)
    return id_


def test_a_board_is_put_together_by_forms_alone(analyst, board):
    for form in (
        {"measure": "visitors", "kind": "number"},
        {"measure": "sessions", "kind": "trend", "title": "Day by day", "breakdown": "device"},
        {"measure": "sessions", "kind": "list", "breakdown": "source"},
    ):
        assert send(analyst, f"{board}/tiles", **form).status_code == 303
    page = show(analyst, f"{board}/edit")
    assert labels(page) == ["Visitors", "Day by day", "Sessions by source"]

    moved = send(analyst, f"{board}/tiles/{tile(page, 'Sessions by source')}", change="up")
    send(analyst, f"{board}/tiles/{tile(page, 'Visitors')}", change="remove")
    send(analyst, f"{board}/tiles/{tile(page, 'Day by day')}", change="rename", title="Each day")
    send(analyst, f"{board}/edit", name="Tuesday", shared="1")

    assert moved.location == f"{board}/edit#tile-{tile(page, 'Sessions by source')}"
    page = show(analyst, f"{board}/edit")
    assert labels(page) == ["Sessions by source", "Each day"]
    assert "Edit Tuesday" in page


def test_a_tile_keeps_the_filters_that_its_form_was_opened_with(analyst, board):
    query = "source=newsletter&device_not=mobile"
    assert "Source is newsletter" in show(analyst, f"{board}/edit?{query}")

    added = send(analyst, f"{board}/tiles", measure="sessions", kind="number", query=query, filtered="1")

    assert added.location == f"{board}/edit?{query}"
    page = show(analyst, board)
    assert "Source is newsletter; Device is not Mobile" in page


@pytest.mark.parametrize("box", [{"filtered": "1"}, {}], ids=["ticked", "unticked"])
def test_a_refused_tile_keeps_its_filters_and_whether_they_hold(analyst, board, box):
    query = "source=newsletter&device_not=mobile"

    refused = send(analyst, f"{board}/tiles", measure="sessions", kind="number", title="x" * 81, query=query, **box)

    assert refused.status_code == 422
    assert "Source is newsletter" in refused.text
    [ticked] = re.findall(r'name="filtered" value="1"( checked)?', refused.text)
    assert bool(ticked) == bool(box)


def test_a_shipped_board_is_shown_and_copied(analyst):
    for word in ("executive", "sales", "operations"):
        page = show(analyst, f"/analytics/boards/{word}")
        assert "Make a copy" in page
        assert page.count('class="kpi__value"') == 4

        copy = send(analyst, f"/analytics/boards/{word}/copy").location

        assert f"Copy of {word.capitalize()}" in show(analyst, copy)
        show(analyst, f"/analytics/boards/{word}/edit", 404)


def test_a_filter_that_a_measure_does_not_have_silences_its_tile_alone(analyst):
    page = show(analyst, "/analytics/boards/operations?source=newsletter")

    assert page.count("“Events” counts events, which have no source. Remove that filter to see this tile.") == 3
    assert page.count('class="kpi__value"') == 3
    assert page.count('class="kpi__value muted"') == 1
    assert "No tile can be shown with these filters" not in page


def test_what_is_wrong_with_a_tile_comes_back_at_its_field(analyst, board):
    refused = send(analyst, f"{board}/tiles", measure="visitors", kind="list", title="x" * 81)

    assert refused.status_code == 422
    assert '<a href="#breakdown">A list needs a dimension to break down by.' in refused.text
    assert '<a href="#title">Enter a title of up to 80 characters' in refused.text
    assert '<option value="list" selected>' in refused.text


def test_a_thirteenth_tile_is_refused(analyst, board):
    for _ in range(12):
        send(analyst, f"{board}/tiles", measure="visitors", kind="number")

    assert "12 of 12" in show(analyst, f"{board}/edit")
    assert "A board holds up to 12 tiles." in send(analyst, f"{board}/tiles", measure="visitors", kind="number").text


def test_a_shared_board_is_read_by_colleagues_and_deleted_by_its_owner(app, analyst, board):
    colleague = signed_in(app.test_client(), make_account(app, Role.EXPERIMENTER))
    show(colleague, board, 404)
    send(analyst, f"{board}/edit", name="Monday", shared="1")

    assert "Make a copy" in show(colleague, board)
    assert "Shared by colleagues" in show(colleague, "/analytics/boards")
    show(colleague, f"{board}/edit", 404)
    assert send(colleague, f"{board}/delete").status_code == 404
    assert send(analyst, f"{board}/delete").location == "/analytics/boards"
    show(colleague, board, 404)


def test_a_trend_has_the_line_of_the_teams_goal(analyst, visits):
    goal = {"measure": "sessions", "direction": "at_least", "value": "700", "period": "week", "starts_on": ""}
    send(analyst, "/analytics/goals/new", **goal)

    for path in ("/analytics?measure=sessions&period=7d", "/analytics/explore?measure=sessions&period=7d"):
        assert "Goal: at least 700 each week, about 100 a day" in show(analyst, path)
    assert "Goal: at least" not in show(analyst, "/analytics/explore?measure=sessions&source=newsletter")


def test_a_board_that_was_asked_amiss_keeps_its_address(analyst):
    page = show(analyst, "/analytics/boards/executive?start=soon", 422)

    assert "There is a problem" in page

"""DASH-7a: boards by the API and on the pages, without a script."""

from __future__ import annotations

import pytest

from tests.accounts import make_account

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
    assert board["tiles"][2]["filters"] == [{"field": "device", "op": "eq", "value": ["mobile"]}]


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


@pytest.mark.parametrize(
    ("body", "fields"),
    [
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
    ],
)
def test_a_board_that_cannot_be_shown_is_refused_with_all_that_is_wrong(mine, body, fields):
    answer = mine.post(BOARDS, json=BOARD | body)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == fields


def test_a_name_is_taken_once(mine):
    first, second = (mine.post(BOARDS, json={"name": name}).json["data"]["id"] for name in ("one", "two"))
    again = mine.post(BOARDS, json={"name": "one"})
    renamed = mine.patch(f"{BOARDS}/{second}", json={"name": "one"})

    assert [answer.json["errors"][0]["code"] for answer in (again, renamed)] == ["taken", "taken"]
    assert mine.patch(f"{BOARDS}/{first}", json={"name": "one", "shared": True}).status_code == 200

"""DASH-7a: boards that people keep: their own, and those that others share."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from backend.accounts.permissions import Role
from backend.analytics.boards import service
from backend.analytics.boards.board import BoardTile, NewBoard, TileKind
from backend.analytics.boards.service import Boards
from backend.analytics.boards.shipped import SHIPPED
from backend.analytics.boards.store import BoardStore
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import Filter, Operator
from backend.database import get_db_session
from backend.errors import InvalidRequest, NotFound
from backend.plugins import get
from backend.row_security import act_for
from tests.accounts import make_account

TILES = (
    BoardTile("visitors"),
    BoardTile("sessions", TileKind.LIST, "source", "From where", (Filter("device", Operator.IN, ("mobile",)),)),
    BoardTile("revenue", TileKind.TREND),
)


@pytest.fixture
def people(any_app):
    return make_account(any_app).id, make_account(any_app, Role.ADMIN).id


@pytest.fixture
def boards(any_app, people):
    """As the first of two people's requests have them."""
    with any_app.test_request_context():
        act_for(get_db_session(), people[0])
        yield get(Boards)


def acting(account_id):
    act_for(get_db_session(), account_id)
    return account_id


def kept(boards, account_id):
    return [board for board in boards.seen_by(account_id) if not board.shipped]


def measures(board):
    return [tile.measure for tile in board.tiles]


def test_what_is_kept_comes_back_as_it_was(boards, people):
    added = boards.add(people[0], NewBoard("Monday", TILES))

    assert kept(boards, people[0]) == [added]
    assert boards.get(people[0], str(added.id)) == added
    assert tuple(replace(tile, id="") for tile in added.tiles) == TILES
    assert len({tile.id for tile in added.tiles}) == 3


def test_a_change_is_made_to_the_board_as_it_is_now(boards, people):
    board = boards.add(people[0], NewBoard("Monday", TILES))
    first, second, third = (tile.id for tile in board.tiles)
    for change in (
        lambda content: content.moving(third, -1),
        lambda content: content.moving(third, -9),
        lambda content: content.renaming(second, "Sources"),
        lambda content: content.removing(first),
        lambda content: content.adding(BoardTile("upgrades")),
    ):
        board = boards.change(people[0], board.id, change)

    assert measures(board) == ["revenue", "sessions", "upgrades"]
    assert [tile.label for tile in board.tiles] == ["Amount asked to pay", "Sources", MEASURES["upgrades"].label]
    with pytest.raises(NotFound, match="no longer has that tile"):
        boards.change(people[0], board.id, lambda content: content.removing(first))


def test_others_see_what_is_shared_and_change_nothing(boards, people):
    boards.add(people[0], NewBoard("secret"))
    board = boards.add(people[0], NewBoard("for all", shared=True))

    for reader in (people[1], None):
        assert [(seen.name, seen.mine) for seen in kept(boards, acting(reader))] == [("for all", False)]
        assert boards.get(reader, str(board.id)).name == "for all"
    acting(people[1])
    with pytest.raises(NotFound):
        boards.change(people[1], board.id, lambda content: content)
    with pytest.raises(NotFound):
        boards.delete(people[1], board.id)
    assert len(kept(boards, acting(people[0]))) == 2


def test_a_copy_is_ones_own_under_a_name_that_is_free(boards, people):
    copies = [boards.copy(people[0], "executive") for _ in range(2)]

    assert [copy.name for copy in copies] == ["Copy of Executive", "Copy of Executive 2"]
    assert all(copy.mine and not copy.shared for copy in copies)
    assert measures(copies[0]) == measures(SHIPPED["executive"])


def test_a_form_that_is_sent_twice_in_one_moment_is_kept_once(boards, people, monkeypatch):
    boards.add(people[0], NewBoard("Monday"))
    monkeypatch.setattr(BoardStore, "names", lambda *_: set())  # as the second finds it before the first commits

    with pytest.raises(InvalidRequest, match="already have a board with this name"):
        boards.add(people[0], NewBoard("Monday"))
    assert len(kept(boards, people[0])) == 1


def test_nobody_hoards(boards, people, monkeypatch):
    monkeypatch.setattr(service, "MOST_OF_AN_ACCOUNT", 1)
    boards.add(people[0], NewBoard("one"))

    with pytest.raises(InvalidRequest, match="You already have 1 boards"):
        boards.add(people[0], NewBoard("two"))


def test_only_its_owner_deletes_a_board(boards, people):
    board = boards.add(people[0], NewBoard("Monday"))
    with pytest.raises(NotFound):
        boards.delete(people[0], UUID(int=1))

    boards.delete(people[0], board.id)
    assert kept(boards, people[0]) == []

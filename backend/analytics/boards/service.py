"""Boards that people keep, for themselves or for everyone with dashboard access, and those that come with Mingus."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.analytics.boards.board import LONGEST_NAME, BoardTile, KeptBoard, NewBoard, faults_of
from backend.analytics.boards.models import StoredBoard
from backend.analytics.boards.shipped import SHIPPED
from backend.analytics.boards.store import BoardStore, no_board, not_yours
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest
from backend.row_security import serving

MOST_OF_AN_ACCOUNT = 50
WITHOUT_ACCOUNT = "a key without an account sees what is shared"


class Boards:
    def __init__(self, store: BoardStore, session: Session, now: Clock) -> None:
        self._store = store
        self._session = session
        self._now = now

    def seen_by(self, account_id: int | None) -> tuple[KeptBoard, ...]:
        """The shipped boards, then those of an account and those that others share, by name."""
        if account_id is None:
            with serving(self._session, WITHOUT_ACCOUNT):
                return self._seen_by(None)
        return self._seen_by(account_id)

    def get(self, account_id: int | None, name_or_id: str) -> KeptBoard:
        """A board by its id, or a shipped one by its word. Raises NotFound."""
        if name_or_id in SHIPPED:
            return SHIPPED[name_or_id]
        public_id = _id_of(name_or_id)
        if account_id is None:
            with serving(self._session, WITHOUT_ACCOUNT):
                return self._get(None, public_id)
        return self._get(account_id, public_id)

    def behind_link(self, account_id: int, name_or_id: str) -> KeptBoard:
        """The board that an account shared by a link, as it is now, for whoever has that. Raises NotFound."""
        with serving(self._session, "a shared link shows a board of its owner’s"):
            return self.get(account_id, name_or_id)

    def own(self, account_id: int, public_id: UUID) -> KeptBoard:
        """A board of one's own. Raises NotFound, also for what somebody else shares."""
        board = self._get(account_id, public_id)
        if not board.mine:
            raise not_yours()
        return board

    def add(self, account_id: int, new: NewBoard) -> KeptBoard:
        """Raises InvalidRequest if the name is taken, or there are as many as one may have."""
        if self._store.count(account_id) >= MOST_OF_AN_ACCOUNT:
            raise _bad_name(f"You already have {MOST_OF_AN_ACCOUNT} boards. Delete one first.", "too_many")
        if new.name in self._store.names(account_id):
            raise _taken()
        now, content = self._now(), new.with_ids()
        board = StoredBoard(
            public_id=uuid4(),
            account_id=account_id,
            name=content.name,
            layout=_layout(content),
            shared=content.shared,
            created_at=now,
            changed_at=now,
        )
        self._flush(lambda: self._store.add(board))
        added = _shown(board, account_id)
        self._session.commit()
        return added

    def copy(self, account_id: int, name_or_id: str) -> KeptBoard:
        """A board of one's own with the same tiles, under a name that is free."""
        original = self.get(account_id, name_or_id)
        names = self._store.names(account_id)
        start = f"Copy of {original.name}"[: LONGEST_NAME - 4]
        name = next(text for number in count(1) if (text := f"{start} {number}" if number > 1 else start) not in names)
        return self.add(account_id, NewBoard(name, tuple(_without_id(tile) for tile in original.tiles)))

    def change(self, account_id: int, public_id: UUID, change: Callable[[NewBoard], NewBoard]) -> KeptBoard:
        """Applies a change to the board as it is now. Raises NotFound for a board of somebody else."""
        board = self._store.own(account_id, public_id)
        content = change(_shown(board, account_id).content).with_ids()
        if content.name != board.name and content.name in self._store.names(account_id):
            raise _taken()
        board.name, board.shared, board.layout = content.name, content.shared, _layout(content)
        board.changed_at = self._now()
        self._flush(self._session.flush)
        changed = _shown(board, account_id)
        self._session.commit()
        return changed

    def delete(self, account_id: int, public_id: UUID) -> None:
        """Raises NotFound, also for what somebody else shares."""
        self._store.delete(account_id, public_id)
        self._session.commit()

    def _seen_by(self, account_id: int | None) -> tuple[KeptBoard, ...]:
        with reading():
            kept = [_shown(board, account_id) for board in self._store.seen_by(account_id)]
        return (*SHIPPED.values(), *sorted(kept, key=lambda board: board.name.casefold()))

    def _get(self, account_id: int | None, public_id: UUID) -> KeptBoard:
        with reading():
            return _shown(self._store.get(account_id, public_id), account_id)

    def _flush(self, write: Callable[[], None]) -> None:
        try:
            write()
        except IntegrityError:  # the form was sent twice in the same moment
            self._session.rollback()
            raise _taken() from None


def _shown(board: StoredBoard, account_id: int | None) -> KeptBoard:
    tiles = (BoardTile.of(tile) for tile in board.layout["tiles"])
    return KeptBoard(
        id=board.public_id,
        name=board.name,
        tiles=tuple(tile for tile in tiles if not [*faults_of(tile)]),  # a later catalogue may lack a measure
        shared=board.shared,
        mine=board.account_id == account_id,
        created_at=board.created_at,
    )


def _layout(content: NewBoard) -> dict[str, object]:
    return {"tiles": [tile.plain() for tile in content.tiles]}


def _without_id(tile: BoardTile) -> BoardTile:
    return BoardTile(tile.measure, tile.kind, tile.breakdown, tile.title, tile.filters)


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise no_board() from None


def _taken() -> InvalidRequest:
    return _bad_name("You already have a board with this name. Choose another name.", "taken")


def _bad_name(message: str, code: str) -> InvalidRequest:
    return InvalidRequest([FieldError("name", message, code)])

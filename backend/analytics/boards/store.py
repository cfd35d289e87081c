from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.analytics.boards.models import StoredBoard
from backend.errors import NotFound
from backend.personal_data import delete_where


class BoardStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, board: StoredBoard) -> None:
        self._session.add(board)
        self._session.flush()

    def seen_by(self, account_id: int | None) -> Sequence[StoredBoard]:
        """The boards of an account, and those that others share."""
        visible = (StoredBoard.account_id == account_id) | StoredBoard.shared
        return self._session.scalars(select(StoredBoard).where(visible).order_by(StoredBoard.id)).all()

    def get(self, account_id: int | None, public_id: UUID) -> StoredBoard:
        """Raises NotFound, also for what somebody else keeps to themselves."""
        visible = (StoredBoard.account_id == account_id) | StoredBoard.shared
        board = self._session.scalar(select(StoredBoard).where(visible, StoredBoard.public_id == public_id))
        if board is None:
            raise no_board()
        return board

    def own(self, account_id: int, public_id: UUID) -> StoredBoard:
        """The board, for a change that waits for any other. Raises NotFound."""
        own = (StoredBoard.account_id == account_id) & (StoredBoard.public_id == public_id)
        board = self._session.scalar(select(StoredBoard).where(own).with_for_update())
        if board is None:
            raise not_yours()
        return board

    def count(self, account_id: int) -> int:
        own = select(func.count()).select_from(StoredBoard).where(StoredBoard.account_id == account_id)
        return self._session.scalar(own) or 0

    def names(self, account_id: int) -> set[str]:
        return set(self._session.scalars(select(StoredBoard.name).where(StoredBoard.account_id == account_id)))

    def delete(self, account_id: int, public_id: UUID) -> None:
        """Raises NotFound, also for what is somebody else's."""
        own = (StoredBoard.account_id == account_id) & (StoredBoard.public_id == public_id)
        if not delete_where(self._session, StoredBoard, own):
            raise not_yours()


def no_board() -> NotFound:
    return NotFound("There is no board with that ID, or it isn’t shared with you.")


def not_yours() -> NotFound:
    return NotFound("You have no board with that ID.")

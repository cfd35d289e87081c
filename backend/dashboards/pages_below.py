"""Pages below those of the menu: one board, its editor, and the form of a goal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from backend.analytics.boards.board import KeptBoard
from backend.dashboards.page import Page
from backend.dashboards.pages.boards import BOARDS


@dataclass(frozen=True)
class KeptBoardPage(Page):
    """One board."""

    kept: KeptBoard
    name: ClassVar = "board"
    title: ClassVar = "Boards"
    can_be_saved: ClassVar = False

    @property
    def path(self) -> str:
        return f"{BOARDS.path}/{self.kept.id}"


@dataclass(frozen=True)
class BoardEditor(KeptBoardPage):
    """Where the tiles of a board are chosen and put in order."""

    @property
    def path(self) -> str:
        return f"{BOARDS.path}/{self.kept.id}/edit"


class NewGoal(Page):
    """The form of a new goal, with the filters of its address."""

    name: ClassVar = "goals/new"
    title: ClassVar = "Add a goal"
    can_be_saved: ClassVar = False


NEW_GOAL = NewGoal()

"""Experiments in the menu: its page objects are in `dashboards/experiments`."""

from __future__ import annotations

from typing import ClassVar

from backend.accounts.permissions import Scope
from backend.dashboards.page import Page


class Experiments(Page):
    """Every experiment, its verdict first. Flags stand beside it, below a path of their own."""

    name: ClassVar = "experiments"
    title: ClassVar = "Experiments"
    can_be_saved: ClassVar = False
    scope: ClassVar = Scope.EXPERIMENTS_READ

    @property
    def path(self) -> str:
        return "/experiments"


EXPERIMENTS = Experiments()
FLAGS = "/flags"

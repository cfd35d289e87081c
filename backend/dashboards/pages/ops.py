"""Operations in the menu: its page objects are in `dashboards/ops`."""

from __future__ import annotations

from typing import ClassVar

from backend.accounts.permissions import Scope
from backend.dashboards.page import Page


class Operations(Page):
    """Whether everything works. It has a path and a scope of its own, and no question that could be saved."""

    name: ClassVar = "ops"
    title: ClassVar = "Operations"
    can_be_saved: ClassVar = False
    scope: ClassVar = Scope.MONITORING_READ

    @property
    def path(self) -> str:
        return "/ops"


OPERATIONS = Operations()

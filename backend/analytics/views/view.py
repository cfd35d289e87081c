"""Saved views: pages of the dashboards kept under a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

Parameters: TypeAlias = Mapping[str, tuple[str, ...]]
LONGEST_NAME = 80


class ViewKind(StrEnum):
    """A page with all its parameters, the funnel with its own, or filters that fit every page."""

    VIEW = "view"
    FUNNEL = "funnel"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class NewView:
    """A view to be saved. A segment has no page."""

    name: str
    kind: ViewKind
    page: str | None
    parameters: Parameters
    shared: bool = False


@dataclass(frozen=True, slots=True)
class ViewChange:
    """What is to change of a saved view; None leaves it as it is."""

    name: str | None = None
    shared: bool | None = None


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved view as its reader sees it: `mine`, or shared by somebody else."""

    public_id: UUID
    name: str
    kind: ViewKind
    page: str | None
    parameters: Parameters
    shared: bool
    mine: bool
    created_at: datetime

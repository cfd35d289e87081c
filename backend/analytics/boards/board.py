"""Boards: up to twelve tiles of the catalogue that people put together on a page of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from re import fullmatch
from typing import Any, Self
from uuid import UUID, uuid4

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import Filter, unknown_names
from backend.analytics.metrics.catalogue.stored_filters import (
    filter_faults,
    filter_of,
    fits,
    plain_filter,
    unfit,
)
from backend.errors import FieldError, InvalidRequest, NotFound
from backend.one_line import must_fit

MOST_TILES = 12
TILE_ID = "[0-9a-f]{8}"
LONGEST_NAME = 80


class TileKind(StrEnum):
    """How a tile shows its measure: as a number with its trend, over time, or by one dimension."""

    NUMBER = "number"
    TREND = "trend"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class BoardTile:
    """One measure on a board. `filters` are its own, beside those of the page; an empty title is the measure's."""

    measure: str
    kind: TileKind = TileKind.NUMBER
    breakdown: str | None = None
    title: str = ""
    filters: tuple[Filter, ...] = ()
    id: str = ""

    @property
    def label(self) -> str:
        """Its title, or else its measure and what it is broken down by."""
        by = DIMENSIONS[self.breakdown].label if self.breakdown else ""
        of = f" by {by[:1].lower()}{by[1:]}" if by else ""
        return self.title or f"{MEASURES[self.measure].label}{of}"

    def plain(self) -> dict[str, Any]:
        """The tile as JSON can hold it."""
        filters = [plain_filter(condition) for condition in self.filters]
        return {
            "id": self.id, "measure": self.measure, "kind": self.kind.value, "breakdown": self.breakdown,
            "title": self.title, "filters": filters,
        }  # fmt: skip

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        filters = tuple(filter_of(condition) for condition in stored["filters"])
        kind, titled = TileKind(stored["kind"]), stored["title"]
        return cls(stored["measure"], kind, stored["breakdown"], titled, filters, stored["id"])


@dataclass(frozen=True, slots=True)
class NewBoard:
    """A board to be kept. Raises InvalidRequest with everything that is wrong with it."""

    name: str
    tiles: tuple[BoardTile, ...] = ()
    shared: bool = False

    def __post_init__(self) -> None:
        if faults := [*name_faults(self.name), *tile_faults(self.tiles)]:
            raise InvalidRequest(faults)

    def with_ids(self) -> Self:
        """The same with an id for each new tile."""
        return replace(self, tiles=tuple(tile if tile.id else replace(tile, id=uuid4().hex[:8]) for tile in self.tiles))

    def adding(self, tile: BoardTile) -> Self:
        if faults := [*faults_of(tile)]:
            raise InvalidRequest(faults)
        return replace(self, tiles=(*self.tiles, tile))

    def moving(self, tile_id: str, by: int) -> Self:
        """The same with a tile some places later, as far as there are places. Raises NotFound."""
        place, tiles = self._place(tile_id), list(self.tiles)
        tiles.insert(min(max(place + by, 0), len(tiles) - 1), tiles.pop(place))
        return replace(self, tiles=tuple(tiles))

    def renaming(self, tile_id: str, title: str) -> Self:
        place = self._place(tile_id)
        renamed = replace(self.tiles[place], title=title)
        if faults := [*faults_of(renamed)]:
            raise InvalidRequest(faults)
        return replace(self, tiles=(*self.tiles[:place], renamed, *self.tiles[place + 1 :]))

    def removing(self, tile_id: str) -> Self:
        place = self._place(tile_id)
        return replace(self, tiles=(*self.tiles[:place], *self.tiles[place + 1 :]))

    def _place(self, tile_id: str) -> int:
        for place, tile in enumerate(self.tiles):
            if tile.id == tile_id:
                return place
        raise NotFound("This board no longer has that tile.")


@dataclass(frozen=True, slots=True)
class KeptBoard:
    """A board as its reader sees it: `mine`, shared by somebody else, or `shipped` with the code under a word."""

    id: UUID | str
    name: str
    tiles: tuple[BoardTile, ...]
    shared: bool
    mine: bool
    created_at: datetime | None = None
    about: str = ""

    @property
    def content(self) -> NewBoard:
        """The part of it that is changed and copied."""
        return NewBoard(self.name, self.tiles, self.shared)

    @property
    def shipped(self) -> bool:
        return self.created_at is None


def name_faults(name: str) -> Iterator[FieldError]:
    if not 1 <= len(name) <= LONGEST_NAME:
        yield FieldError("name", f"Enter a name of up to {LONGEST_NAME} characters.")
    elif not name.isprintable():
        yield FieldError("name", must_fit("name"))


def tile_faults(tiles: Sequence[BoardTile]) -> Iterator[FieldError]:
    if len(tiles) > MOST_TILES:
        yield FieldError("tiles", f"A board holds up to {MOST_TILES} tiles.")
    ids = [tile.id for tile in tiles if tile.id]
    if len(set(ids)) < len(ids):
        yield FieldError("tiles", "Each tile needs an ID of its own.")
    for place, tile in enumerate(tiles[:MOST_TILES]):
        for fault in faults_of(tile):
            yield FieldError(f"tiles.{place}.{fault.field}", fault.message, fault.code)


def faults_of(tile: BoardTile) -> Iterator[FieldError]:
    """What is wrong with one tile, each fault at its own field."""
    for field, names, known in (("measure", [tile.measure], MEASURES), ("breakdown", [tile.breakdown], DIMENSIONS)):
        for fault in unknown_names(field, (name for name in names if name is not None), known):
            yield FieldError(field, fault.message)
    if tile.id and not fullmatch(TILE_ID, tile.id):
        yield FieldError("id", "must be the ID of a tile as it was read; a new tile has none")
    if (tile.kind is TileKind.LIST) != (tile.breakdown is not None):
        wrong = "A list needs a dimension to break down by." if tile.kind is TileKind.LIST else "Only a list has one."
        yield FieldError("breakdown", wrong)
    if len(tile.title) > LONGEST_NAME:
        yield FieldError("title", f"Enter a title of up to {LONGEST_NAME} characters, or leave it empty.")
    elif tile.title and not tile.title.isprintable():
        yield FieldError("title", must_fit("title"))
    if tile.breakdown and not fits(tile.measure, tile.breakdown):
        yield FieldError("breakdown", unfit(tile.measure, tile.breakdown))
    yield from filter_faults(tile.measure, tile.filters)

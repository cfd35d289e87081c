"""A board as a request brings it, and as it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from backend.analytics.boards.board import (
    LONGEST_NAME,
    MOST_TILES,
    TILE_ID,
    BoardTile,
    KeptBoard,
    NewBoard,
    TileKind,
)
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.stored_filters import simplified
from backend.routes.schemas.answer import Out
from backend.routes.schemas.metrics import FilterIn
from backend.routes.schemas.said_rules import CONTROLS, DIMENSION, SOME_FILTERS, Rule, case, line, nullable
from backend.routes.schemas.views import id_of

TITLE: Rule = {"maxLength": LONGEST_NAME, "pattern": f"^[^{CONTROLS}]*$"}
ID: Rule = {"pattern": f"^(?:{TILE_ID})?$"}
MEASURE: Rule = {"enum": [*MEASURES]}
# A list has a dimension, and nothing else has one.
OF_TILES: Rule = {
    "anyOf": [
        case({"kind": {"enum": [TileKind.LIST.value]}, "breakdown": {"type": "string"}}, "kind", "breakdown"),
        case({"kind": {"enum": [TileKind.NUMBER.value, TileKind.TREND.value]}, "breakdown": {"type": "null"}}),
    ]
}
NAME_FIELD: Any = Field(
    examples=["Monday morning"],
    description=f"1 to {LONGEST_NAME} characters, yours alone.",
    json_schema_extra=line(LONGEST_NAME),
)


class TileIn(BaseModel):
    """A measure, as a number with its trend, over time (`trend`), or broken down by a dimension (`list`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=OF_TILES)

    id: str = Field("", description="As it was read; a new tile has none.", json_schema_extra=ID)
    measure: str = Field(examples=["conversion_rate"], json_schema_extra=MEASURE)
    kind: TileKind = TileKind.NUMBER
    breakdown: str | None = Field(None, description="Of a list: the dimension.", json_schema_extra=nullable(DIMENSION))
    title: str = Field("", description="Empty: the name of the measure.", json_schema_extra=TITLE)
    filters: list[FilterIn] = Field(
        default_factory=list, description="Beside those of the page.", json_schema_extra=SOME_FILTERS
    )

    def tile(self) -> BoardTile:
        filters = tuple(simplified(condition.filter()) for condition in self.filters)
        return BoardTile(self.measure, self.kind, self.breakdown, self.title.strip(), filters, self.id)


class BoardBody(BaseModel):
    """A board with its tiles in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = NAME_FIELD
    tiles: list[TileIn] = Field(default_factory=list, json_schema_extra={"maxItems": MOST_TILES})
    shared: StrictBool = Field(False, description="Whether everyone with dashboard access sees it.")

    def board(self) -> NewBoard:
        return NewBoard(self.name.strip(), tuple(tile.tile() for tile in self.tiles), self.shared)


def _at_most_so_many_tiles(schema: dict[str, Any]) -> None:
    schema["anyOf"][0]["maxItems"] = MOST_TILES


class BoardPatch(BaseModel):
    """What is to change; the rest stays. `tiles` replaces all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(None, json_schema_extra=nullable(line(LONGEST_NAME)))
    tiles: list[TileIn] | None = Field(None, json_schema_extra=_at_most_so_many_tiles)
    shared: StrictBool | None = None

    def changed(self, board: NewBoard) -> NewBoard:
        """Raises InvalidRequest with everything that is wrong with it."""
        return replace(
            board,
            name=board.name if self.name is None else self.name.strip(),
            tiles=board.tiles if self.tiles is None else tuple(tile.tile() for tile in self.tiles),
            shared=board.shared if self.shared is None else self.shared,
        )


class BoardPath(BaseModel):
    public_id: str = Field(description="The ID of a board; of a shipped one `executive`, `sales` or `operations`.")

    @property
    def id(self) -> UUID:
        return id_of(self.public_id, "You have no board with that ID.")


class FilterOut(Out):
    """A filter as `POST /api/analytics/query` takes it."""

    field: str
    op: str
    value: list[str]


class TileOut(Out):
    id: str
    measure: str
    kind: TileKind
    breakdown: str | None
    title: str
    filters: list[FilterOut]

    @classmethod
    def of(cls, tile: BoardTile) -> Self:
        filters = [FilterOut(field=f.field, op=f.op.value, value=list(f.values)) for f in tile.filters]
        fields = {name: getattr(tile, name) for name in ("id", "measure", "kind", "breakdown", "title")}
        return cls(filters=filters, **fields)


class BoardOut(Out):
    """`mine` may be changed. A shipped board has a word for its ID, and no day on which it was made."""

    id: UUID | str
    name: str
    tiles: list[TileOut]
    shared: bool
    mine: bool
    shipped: bool
    created_at: datetime | None

    @classmethod
    def of(cls, board: KeptBoard) -> Self:
        fields = {name: getattr(board, name) for name in ("id", "name", "shared", "mine", "shipped", "created_at")}
        return cls(tiles=[TileOut.of(tile) for tile in board.tiles], **fields)


class BoardsResponse(Out):
    data: list[BoardOut]

    @classmethod
    def of(cls, boards: Sequence[KeptBoard]) -> Self:
        return cls(data=[BoardOut.of(board) for board in boards])


class BoardResponse(Out):
    data: BoardOut

    @classmethod
    def of(cls, board: KeptBoard) -> Self:
        return cls(data=BoardOut.of(board))

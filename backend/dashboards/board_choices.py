"""What the form of a new tile offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.analytics.boards.board import MOST_TILES, TileKind
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES

KINDS = {
    TileKind.NUMBER: "Number with its trend",
    TileKind.TREND: "Trend over time",
    TileKind.LIST: "List",
}
TILE_CHOICES: Mapping[str, Any] = {
    "kinds": KINDS,
    "measures": {name: measure.label for name, measure in MEASURES.items()},
    "breakdowns": {"": "Choose one", **{name: dimension.label for name, dimension in DIMENSIONS.items()}},
    "most_tiles": MOST_TILES,
}

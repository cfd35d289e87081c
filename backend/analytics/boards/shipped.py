"""The boards that come with Mingus. They are read-only; a copy of one can be changed."""

from __future__ import annotations

from collections.abc import Mapping

from backend.analytics.boards.board import BoardTile, KeptBoard, TileKind

NUMBER, TREND, LIST = TileKind


def _shipped(word: str, about: str, *tiles: BoardTile) -> KeptBoard:
    return KeptBoard(word, word.capitalize(), tiles, shared=True, mine=False, about=about)


_SHIPPED = (
    _shipped(
        "executive",
        "How many visitors come, how far they get, and what they ask to pay.",
        *(BoardTile(measure) for measure in ("visitors", "assessments", "conversion_rate", "revenue")),
        BoardTile("visitors", TREND),
        BoardTile("conversion_rate", TREND),
        BoardTile("visitors", LIST, "source"),
        BoardTile("revenue", LIST, "source"),
    ),
    _shipped(
        "sales",
        "Who sees an offer, who asks for a plan, and where they come from.",
        *(BoardTile(measure) for measure in ("offers_viewed", "offer_rate", "upgrades", "revenue_per_upgrade")),
        BoardTile("upgrades", TREND),
        BoardTile("revenue", TREND),
        BoardTile("upgrades", LIST, "source"),
        BoardTile("upgrades", LIST, "campaign"),
        BoardTile("conversion_rate", LIST, "industry"),
        BoardTile("conversion_rate", LIST, "risk_level"),
    ),
    _shipped(
        "operations",
        "Whether events arrive, and whether people finish the calculator.",
        *(BoardTile(measure) for measure in ("events", "sessions", "completion_rate", "median_time_to_result")),
        BoardTile("events", TREND),
        BoardTile("completion_rate", TREND),
        BoardTile("events", LIST, "event_type"),
        BoardTile("completion_rate", LIST, "device"),
    ),
)
SHIPPED: Mapping[str, KeptBoard] = {str(board.id): board for board in _SHIPPED}

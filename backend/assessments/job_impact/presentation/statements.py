"""True statements that a result may show beside itself, each with its source: no other text can be shown there.

They speak of the work of all, never of the visitor's job, so no number of any result can belie them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement stands, and every wording of it that may be shown."""

    name: str
    url: str
    wordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    source: str
    url: str


TASKS_OF_MOST = (
    "In 2023, researchers estimated that large language models could affect at least 10% of the tasks of around 80% of "
    "US workers."
)
HALF_OF_TASKS = (
    "In 2023, researchers estimated that large language models could affect at least half of the tasks of around 19% "
    "of US workers."
)
ASKED_FOR_MOST = (
    "In 200,000 conversations with Microsoft’s Bing Copilot, people most often asked for help with gathering "
    "information and with writing."
)
MOST_ASKED_FOR = (
    "Gathering information and writing are what people most often asked Microsoft’s Bing Copilot for help with, in "
    "200,000 conversations."
)
SOURCES: Mapping[str, Source] = {
    "eloundou_2023": Source(
        "Eloundou, Manning, Mishkin, and Rock, 2023",
        "https://arxiv.org/abs/2303.10130",
        (TASKS_OF_MOST, HALF_OF_TASKS),
    ),
    "microsoft_2025": Source(
        "Tomlinson, Jaffe, Wang, Counts, and Suri, Microsoft, 2025",
        "https://arxiv.org/abs/2507.07935",
        (ASKED_FOR_MOST, MOST_ASKED_FOR),
    ),
    "bls_2024_34": Source(
        "BLS Employment Projections, 2024–34",
        "https://www.bls.gov/emp/",
        (
            "The number of jobs in the United States is projected to grow 3.1% from 2024 to 2034.",
            "BLS projects 3.1% more jobs in the United States in 2034 than in 2024.",
        ),
    ),
}


def statement_of(payload: Mapping[str, Any] | None) -> Statement | None:
    """The statement of a variant; None for one that shows none, or one that is no longer shipped."""
    source = SOURCES.get((payload or {}).get("source", ""))
    if payload is None or source is None or payload.get("text") not in source.wordings:
        return None
    return Statement(payload["text"], source.name, source.url)

"""Blocks of rows on their way from a file, and what can be wrong with a file as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

MOST_BLOCK_BYTES, LEAST_BLOCK_BYTES = 64 * 2**20, 2**20
MOST_ROW_BYTES = 8 * 2**20


def block_bytes(memory: str) -> int:
    """The size of a block where DuckDB may use `memory`, such as 512MB."""
    unit = 2**20 if memory.endswith("MB") else 2**30
    return max(LEAST_BLOCK_BYTES, min(MOST_BLOCK_BYTES, int(memory[:-2]) * unit // 8))


Losses = Counter[str]


class UnusableFile(Exception):
    """A sentence that says why a file cannot be read, or not to its end."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is no event: where it stands in its file, why, and as it was written."""

    line: int
    reason: str
    original: str


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that stand together in a file. `last` is the line after which the next block begins.

    `lost` counts, by column, the values that JSON cannot hold; they are null.
    """

    rows: pa.Table
    rejected: list[Rejected]
    last: int
    position: int
    original: Callable[[int], str]
    lost: Losses = field(default_factory=Losses)


def first_line(error: Exception) -> str:
    return str(error).split("\n")[0].rstrip(".") + "."


class FileSource(Protocol):
    """A file of events. `fields` is the query that takes the relation `rows` of a block apart into an event's fields.

    It answers n (the line), content (the event as JSON, from which a row without an id gets one), each field as text,
    and whether these fields are sound: whether their values may be trusted without another look at the content.
    """

    name: str
    size: int
    fields: str
    notes: list[str]

    def blocks(self) -> Iterator[Block]: ...

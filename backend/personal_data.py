"""The classes of data Mingus holds about people: every table belongs to one, or says why it holds nobody's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: an account, by the number of its row and by the public id that events carry as `user_id`."""

    account_id: int
    public_id: str


def _nothing(_subject: Subject) -> Iterable[Row]:
    return ()


@dataclass(frozen=True, slots=True)
class DataClass:
    """One kind of data about people: where it lies, what for, and how it is shown to them and erased.

    `tables` are names in the database, `lake_tables` in the lake. `export` gives the rows that are a person's own, as
    plain values. `erase` may be repeated, and leaves nothing of them; it commits what it does itself. `prune` deletes
    what is older than `retention` says, some at a time; how many rows.
    """

    name: str
    purpose: str
    retention: str
    erase: Callable[[Subject], object]
    export: Callable[[Subject], Iterable[Row]] = _nothing
    prune: Callable[[datetime], int] | None = None
    tables: frozenset[str] = frozenset()
    lake_tables: frozenset[str] = frozenset()


@dataclass
class DataClasses:
    """Filled by every room while the app is put together. Erasure walks it in the order it was filled."""

    classes: dict[str, DataClass] = field(default_factory=dict)
    nobodys: dict[str, str] = field(default_factory=dict)

    def add(self, data_class: DataClass) -> None:
        if data_class.name in self.classes:
            raise ValueError(f"the data class {data_class.name} is there already")
        self.classes[data_class.name] = data_class

    def holds_nobodys(self, table: str, why: str) -> None:
        """Say of a table that none of its rows belongs to a person."""
        self.nobodys[table] = why

    def __iter__(self) -> Iterator[DataClass]:
        return iter(self.classes.values())

"""The classes of data about people: every table belongs to one, or is declared to hold nobody's data, with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, SQLColumnExpression, delete, false, select
from sqlalchemy.orm import Session

ExportedRow = dict[str, Any]
BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """The person whose data it is, by the id of the account's row and by the public id that events carry as `user_id`.

    `account_id` is None when the account is gone but, after a restore, events of the person are there.
    """

    account_id: int | None
    public_id: str


def _nothing(_subject: Subject) -> Iterable[ExportedRow]:
    return ()


def _nobody() -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class DataClass:
    """One kind of data about people: where it is, its purpose, and how it is exported, erased and pruned.

    `tables` are names in the database, `lake_tables` in the lake, `settings` those that `retention` follows. `export`
    gives the person's rows as plain values. `erase` deletes all of them, may be repeated and commits. `prune` deletes
    a batch of rows older than `retention`, commits and returns how many, 0 when none is left. `people` gives the public
    ids in rows that have no foreign key to the account. `called` is the title for people.
    """

    name: str
    purpose: str
    retention: str
    erase: Callable[[Subject], object]
    export: Callable[[Subject], Iterable[ExportedRow]] = _nothing
    prune: Callable[[datetime], int] | None = None
    people: Callable[[], Iterable[str]] = _nobody
    tables: frozenset[str] = frozenset()
    lake_tables: frozenset[str] = frozenset()
    settings: tuple[str, ...] = ()
    called: str = ""

    @property
    def title(self) -> str:
        return self.called or self.name.replace("_", " ").capitalize()


@dataclass
class DataClasses:
    """Every data class: filled by the rooms while the app is put together, erased in that order."""

    classes: dict[str, DataClass] = field(default_factory=dict)
    nobodys: dict[str, str] = field(default_factory=dict)

    def add(self, data_class: DataClass) -> None:
        if data_class.name in self.classes:
            raise ValueError(f"the data class {data_class.name} is there already")
        self.classes[data_class.name] = data_class

    def holds_nobodys(self, table: str, why: str) -> None:
        """Declare that no row of a table belongs to a person; `why` is the reason."""
        self.nobodys[table] = why

    def unclaimed(self, tables: Iterable[str], lake_tables: Iterable[str]) -> set[str]:
        """The tables that no data class names and no room declared to hold nobody's data."""
        claimed = set(self.nobodys).union(*(data_class.tables for data_class in self))
        claimed_in_lake = set(self.nobodys).union(*(data_class.lake_tables for data_class in self))
        return (set(tables) - claimed) | (set(lake_tables) - claimed_in_lake)

    def __iter__(self) -> Iterator[DataClass]:
        return iter(self.classes.values())


def plain(row: Mapping[Any, Any]) -> ExportedRow:
    """A row with values that JSON and CSV can hold."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def owned_by(subject: Subject, owner: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """The condition that column `owner` is this account's id.

    Without an account it matches no row: compared with None, it would match every row that is nobody's.
    """
    return false() if subject.account_id is None else owner == subject.account_id


def delete_where(session: Session, model: type[Any], condition: ColumnElement[bool]) -> int:
    """Delete rows and return how many. Commits nothing."""
    return _deleted(session, model, condition)


def delete_some(session: Session, model: type[Any], condition: ColumnElement[bool]) -> int:
    """Delete at most `BATCH_SIZE` rows, so that no lock is held for long; how many. Commits nothing."""
    ids = select(model.id).where(condition).order_by(model.id).limit(BATCH_SIZE)
    return _deleted(session, model, model.id.in_(ids))


def _deleted(session: Session, model: type[Any], condition: ColumnElement[bool]) -> int:
    result = session.execute(delete(model).where(condition).execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount

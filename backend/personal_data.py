"""The classes of data Mingus holds about people: every table belongs to one, or says why it holds nobody's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, SQLColumnExpression, delete, false, select
from sqlalchemy.orm import Session

ExportedRow = dict[str, Any]
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: an account, by the number of its row and by the public id that events carry as `user_id`.

    After a restore there may be events of someone whose account is gone: then there is no number.
    """

    account_id: int | None
    public_id: str


def _nothing(_subject: Subject) -> Iterable[ExportedRow]:
    return ()


def _nobody() -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class DataClass:
    """One kind of data about people: where it lies, what for, and how it is shown to them and erased.

    `tables` are names in the database, `lake_tables` in the lake, `settings` those that `retention` follows. `export`
    gives the rows that are a person's own, as plain values. `erase` may be repeated, and leaves nothing of them; it
    commits what it does itself. `prune` deletes some of what is older than `retention` says, and commits; how many
    rows, 0 when none is left. `people` are the public ids that rows name without a key to the account.
    `called` is what people call it.
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

    def unclaimed(self, tables: Iterable[str], lake_tables: Iterable[str]) -> set[str]:
        """Tables of which nobody said whose data they hold."""
        known = set(self.nobodys).union(*(one.tables for one in self))
        known_in_lake = set(self.nobodys).union(*(one.lake_tables for one in self))
        return (set(tables) - known) | (set(lake_tables) - known_in_lake)

    def __iter__(self) -> Iterator[DataClass]:
        return iter(self.classes.values())


def plain(row: Mapping[Any, Any]) -> ExportedRow:
    """A row as JSON and CSV can hold it."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def owned_by(subject: Subject, owner: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """The rows whose column `owner` is the number of this account.

    Without an account they are none: compared with None, SQL would find every row that is nobody's.
    """
    return false() if subject.account_id is None else owner == subject.account_id


def delete_where(session: Session, model: type[Any], condition: ColumnElement[bool]) -> int:
    """Delete rows; how many. Commits nothing."""
    return _deleted(session, model, condition)


def delete_some(session: Session, model: type[Any], condition: ColumnElement[bool]) -> int:
    """Delete at most `AT_ONCE` of these rows, so that nobody waits long for a lock; how many. Commits nothing."""
    some = select(model.id).where(condition).order_by(model.id).limit(AT_ONCE)
    return _deleted(session, model, model.id.in_(some))


def _deleted(session: Session, model: type[Any], condition: ColumnElement[bool]) -> int:
    done = session.execute(delete(model).where(condition).execution_options(synchronize_session=False))
    assert isinstance(done, CursorResult)
    return done.rowcount

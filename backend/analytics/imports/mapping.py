"""Which column is which field of an event, for files of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from zoneinfo import available_timezones

import msgspec
from msgspec import Struct

from backend.analytics.imports.blocks import UnusableFile
from backend.analytics.imports.rules import ALL_FIELDS

DATA = "event_data."
SECONDS, MILLISECONDS = "unix", "unix_ms"


class Kind(StrEnum):
    """The type of a property of a text column. A text that does not fit stays a text, and is judged as one."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    TRUTH = "truth"
    JSON = "json"


KINDS = {"step": Kind.WHOLE, "price_cents": Kind.WHOLE, "seconds": Kind.NUMBER}


class WrittenMapping(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping as a file or a command line has it; a column that is null is left out."""

    columns: dict[str, str | None] = {}
    constants: dict[str, str] = {}
    time_format: str = ""
    time_zone: str = "UTC"


DECODER = msgspec.json.Decoder(WrittenMapping)


@dataclass(frozen=True, slots=True)
class EventField:
    """A field of an event, or a property within its event_data."""

    name: str
    kind: Kind = Kind.TEXT

    @property
    def property(self) -> str | None:
        return self.name.removeprefix(DATA) if self.name.startswith(DATA) else None


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The fields that columns and constants fill, and the format and zone of times."""

    columns: Mapping[str, EventField | None] = field(default_factory=dict)
    constants: Mapping[EventField, str] = field(default_factory=dict)
    time_format: str = ""
    time_zone: str = "UTC"

    def over(self, header: Sequence[str]) -> dict[str, EventField]:
        """The field that each column of a header fills; an unmapped column fills the field of its name."""
        absent = [name for name in self.columns if name not in header]
        if absent:
            raise UnusableFile(f"There is no column {absent[0]!r}; there are {', '.join(map(repr, header))}.")
        spoken = {name: self.columns[name] if name in self.columns else _by_name(name) for name in header}
        fields = {name: target for name, target in spoken.items() if target}
        filled = [target.name for target in (*fields.values(), *self.constants)]
        twice = [name for name in filled if filled.count(name) > 1]
        if twice:
            raise UnusableFile(f"Two columns or constants fill {twice[0]}.")
        if "event_data" in filled and any(name.startswith(DATA) for name in filled):
            raise UnusableFile("event_data is filled as a whole and by its properties; choose one.")
        for needed in ("event_type", "session_id"):
            if needed not in filled:
                raise UnusableFile(f"No column fills {needed}. Say which with --mapping COLUMN={needed}.")
        return fields


def from_file(path: Path) -> WrittenMapping:
    try:
        return DECODER.decode(path.read_bytes())
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise UnusableFile(f"{path} is not a valid mapping: {error}.") from None


def understood(written: WrittenMapping) -> ColumnMapping:
    if written.time_zone not in available_timezones():
        raise UnusableFile(f"{written.time_zone!r} is not an IANA time zone.")
    if written.time_format not in ("", SECONDS, MILLISECONDS):
        _sure_of(written.time_format)
    columns = {name: target(text) if text else None for name, text in written.columns.items()}
    constants = {target(text): value for text, value in written.constants.items()}
    return ColumnMapping(columns, constants, written.time_format, written.time_zone)


def _sure_of(time_format: str) -> None:
    """Raises UnusableFile for a format that DuckDB, which will read the times, does not know."""
    import duckdb

    with duckdb.connect() as connection:
        try:
            connection.execute("SELECT try_strptime('', ?)", [time_format])
        except duckdb.InvalidInputException:
            raise UnusableFile(
                f"{time_format!r} is no time format: say it with strptime's signs, or {SECONDS} or {MILLISECONDS}."
            ) from None


def target(text: str) -> EventField:
    """`session_id`, `event_data.source` or, with a kind, `event_data.amount:number`."""
    name, _, kind = text.partition(":")
    prop = name.removeprefix(DATA) if name.startswith(DATA) else None
    if name not in ALL_FIELDS and not prop:
        raise UnusableFile(f"An event has no field {name!r}; it has {', '.join(ALL_FIELDS)} and {DATA}<property>.")
    if kind and (kind not in list(Kind) or not prop):
        raise UnusableFile(f"{text!r}: the kind of a property is one of {', '.join(Kind)}.")
    return EventField(name, Kind(kind) if kind else KINDS.get(prop or "", Kind.TEXT))


def _by_name(column: str) -> EventField | None:
    prop = column.removeprefix(DATA) if column.startswith(DATA) else None
    return target(column) if column in ALL_FIELDS or (prop and ":" not in prop) else None

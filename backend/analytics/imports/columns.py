"""Rows of columns, as CSV and Parquet have them, become the fields of events."""

from __future__ import annotations

import json
from collections.abc import Mapping

from backend.analytics.imports.mapping import KINDS, MILLISECONDS, SECONDS, ColumnMapping, EventField, Kind
from backend.analytics.imports.rules import (
    ALL_FIELDS,
    NUMBER,
    SOUND,
    WHOLE_NUMBER,
    matches,
    sql_text,
)

WRITTEN_TEXT = "VARCHAR"
ZERO_DECIMALS = r"^(-?[0-9]+)\.0$"
AS_SENT = "%Y-%m-%dT%H:%M:%S.%f"


def relation_name(at: int) -> str:
    """What a file's column is called in the relation `rows`: its own name may be `n`, or differ by case alone."""
    return f"column_{at}"


def fields_of_columns(fields: Mapping[str, EventField], mapping: ColumnMapping, types: Mapping[str, str]) -> str:
    """The query that takes the relation `rows` of these columns apart. `types` are DuckDB's, by column."""
    values = {target: (name, types[name]) for name, target in fields.items()}
    values |= {target: (sql_text(value), WRITTEN_TEXT) for target, value in mapping.constants.items()}
    texts = {
        target.name: _text(target.name, *value, mapping) for target, value in values.items() if not target.property
    }
    properties = [_property(target, *value) for target, value in values.items() if target.property]
    if properties:
        texts["event_data"] = f"'{{' || concat_ws(',', {', '.join(properties)}) || '}}'"
    columns = ", ".join(f"{texts.get(name, 'NULL')} AS {name}" for name in ALL_FIELDS)
    return f"""
    SELECT *, {_content()} AS content, {SOUND} AS sound FROM (SELECT n, {columns} FROM rows)"""  # noqa: S608


def _text(name: str, column: str, kind: str, mapping: ColumnMapping) -> str:
    """A field as text; an empty one is absent."""
    if name == "timestamp":
        return _instant(column, kind, mapping)
    if kind == WRITTEN_TEXT:
        return f"nullif({column}, '')"
    if name == "event_data":
        return without_zero_decimals(f"CAST(to_json({column}) AS VARCHAR)")
    return f"CAST({column} AS VARCHAR)"


def _instant(column: str, kind: str, mapping: ColumnMapping) -> str:
    """A time in the text of RFC 3339; a text that is none stays as it is, and is judged so."""
    as_it_is = f"nullif(CAST({column} AS VARCHAR), '')"
    if mapping.time_format in (SECONDS, MILLISECONDS):
        micros = 1_000_000 if mapping.time_format == SECONDS else 1_000
        local = f"make_timestamp(CAST(TRY_CAST({column} AS DECIMAL(18, 6)) * {micros} AS BIGINT)) AT TIME ZONE 'UTC'"
    elif kind == WRITTEN_TEXT and mapping.time_format:
        zone = "UTC" if "%z" in mapping.time_format else mapping.time_zone
        local = f"try_strptime({column}, {sql_text(mapping.time_format)})::TIMESTAMP AT TIME ZONE {sql_text(zone)}"
    elif kind == "TIMESTAMP WITH TIME ZONE":
        local = column
    elif kind.startswith("TIMESTAMP") or kind == "DATE":
        local = f"{column}::TIMESTAMP AT TIME ZONE {sql_text(mapping.time_zone)}"
    else:
        return as_it_is
    return f"coalesce(TRY(strftime(({local}) AT TIME ZONE 'UTC', '{AS_SENT}')) || 'Z', {as_it_is})"


def _property(target: EventField, column: str, kind: str) -> str:
    """`"name":value` in JSON; null where the cell is empty."""
    name = sql_text(json.dumps(target.property, ensure_ascii=False) + ":")
    return f"{name} || {_json(target.kind, column, kind)}"


def _json(wanted: Kind, column: str, kind: str) -> str:
    as_text = f"CAST(to_json({column}) AS VARCHAR)"
    if kind != WRITTEN_TEXT:
        return f"regexp_replace({as_text}, {sql_text(ZERO_DECIMALS)}, '\\1')" if wanted is Kind.WHOLE else as_text
    if wanted is Kind.WHOLE:
        whole = matches(column, rf"{WHOLE_NUMBER}(?:\.0+)?")
        return f"CASE WHEN {whole} THEN split_part({column}, '.', 1) ELSE {_written(column)} END"
    patterns = {Kind.NUMBER: NUMBER, Kind.TRUTH: "true|false"}
    if wanted in patterns:
        return f"CASE WHEN {matches(column, patterns[wanted])} THEN {column} ELSE {_written(column)} END"
    if wanted is Kind.JSON:
        return f"CASE WHEN json_valid({column}) THEN {column} ELSE {_written(column)} END"
    return _written(column)


def without_zero_decimals(json_text: str) -> str:
    """Our whole numbers without `.0`: many programs turn a column of them into floats when one is absent.

    Within a string the quotes before and after a name are escaped, so nothing there is touched.
    """
    names = "|".join(name for name, kind in KINDS.items() if kind is Kind.WHOLE)
    pattern = sql_text(rf'("(?:{names})":-?[0-9]+)\.0([,}}])')
    return f"regexp_replace({json_text}, {pattern}, '\\1\\2', 'g')"


def _written(column: str) -> str:
    return f"CAST(to_json(nullif({column}, '')) AS VARCHAR)"


def _content() -> str:
    """The event in JSON as the API would be sent it."""
    as_json = {name: f"CAST(to_json({name}) AS VARCHAR)" for name in ALL_FIELDS}
    for name, good in {"event_data": "json_valid(event_data)", "is_bot": "is_bot IN ('true', 'false')"}.items():
        as_json[name] = f"CASE WHEN {good} THEN {name} ELSE {as_json[name]} END"
    members = ", ".join(sql_text(f'"{name}":') + f" || {value}" for name, value in as_json.items())
    return f"'{{' || concat_ws(',', {members}) || '}}'"

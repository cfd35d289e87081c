"""Operations on lists that Ibis lacks, or compiles for one engine alone. Places count from 1; loads Ibis."""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.rules as rlz
import sqlglot.expressions as sge
from ibis.backends.sql.compilers import ClickHouseCompiler, DuckDBCompiler
from ibis.expr.types import ArrayValue, IntegerValue, Value


class ListPlace(ops.Impure):
    """Called impure, so that Ibis leaves it in a projection of its own, where engines work it out once."""

    values: ops.Value[dt.Array]
    wanted: ops.Value
    dtype = dt.int64
    shape = rlz.shape_like("args")


class ListElement(ops.Impure):
    values: ops.Value[dt.Array]
    place: ops.Value[dt.Integer]
    shape = rlz.shape_like("args")

    @property
    def dtype(self) -> dt.DataType:
        return self.values.dtype.value_type


class ListPairs(ops.Value):
    left: ops.Value[dt.Array]
    right: ops.Value[dt.Array]
    shape = rlz.shape_like("args")

    @property
    def dtype(self) -> dt.DataType:
        return dt.Array(dt.Struct({"left": self.left.dtype.value_type, "right": self.right.dtype.value_type}))


class ListExtended(ops.Value):
    values: ops.Value[dt.Array]
    more: ops.Value[dt.Array]
    shape = rlz.shape_like("args")
    dtype = rlz.dtype_like("values")


def place(values: ArrayValue, wanted: Value | str) -> IntegerValue:
    """The place of the first of these values; 0 or null where there is none."""
    return ListPlace(values, wanted).to_expr()


def element(values: ArrayValue, at: IntegerValue) -> Value:
    """What stands at a place; null where nothing does."""
    return ListElement(values, at).to_expr()


def pairs(left: ArrayValue, right: ArrayValue) -> ArrayValue:
    """Two lists of one length as one of structs, `left` and `right`."""
    return ListPairs(left, right).to_expr()


def extended(values: ArrayValue, more: ArrayValue) -> ArrayValue:
    """A list with the first of `more` behind it, if there is one."""
    return ListExtended(values, more).to_expr()


def _duck_place(self: Any, _: ListPlace, *, values: sge.Expression, wanted: sge.Expression) -> sge.Expression:
    return self.f.list_position(values, wanted)


def _duck_element(self: Any, _: ListElement, *, values: sge.Expression, place: sge.Expression) -> sge.Expression:
    return self.f.list_extract(values, place)


def _duck_pairs(self: Any, op: ListPairs, *, left: sge.Expression, right: sge.Expression) -> sge.Expression:
    return self.cast(self.f.list_zip(left, right), op.dtype)


def _duck_extended(self: Any, _: ListExtended, *, values: sge.Expression, more: sge.Expression) -> sge.Expression:
    return self.f.list_concat(values, self.f.list_slice(more, 1, 1))


def _clickhouse_place(self: Any, _: ListPlace, *, values: sge.Expression, wanted: sge.Expression) -> sge.Expression:
    return self.cast(self.f.indexOf(values, wanted), dt.int64)


def _clickhouse_element(self: Any, _: ListElement, *, values: sge.Expression, place: sge.Expression) -> sge.Expression:
    return self.f.anon.arrayElementOrNull(values, place)


def _clickhouse_pairs(self: Any, _: ListPairs, *, left: sge.Expression, right: sge.Expression) -> sge.Expression:
    return self.f.arrayZip(left, right)


def _clickhouse_extended(self: Any, _: ListExtended, *, values: sge.Expression, more: sge.Expression) -> sge.Expression:
    return self.f.arrayConcat(values, self.f.arraySlice(more, 1, 1))


DuckDBCompiler.visit_ListPlace = _duck_place
DuckDBCompiler.visit_ListElement = _duck_element
DuckDBCompiler.visit_ListPairs = _duck_pairs
ClickHouseCompiler.visit_ListPlace = _clickhouse_place
ClickHouseCompiler.visit_ListElement = _clickhouse_element
ClickHouseCompiler.visit_ListPairs = _clickhouse_pairs
DuckDBCompiler.visit_ListExtended = _duck_extended
ClickHouseCompiler.visit_ListExtended = _clickhouse_extended

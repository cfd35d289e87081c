"""Operations on lists that Ibis lacks, or compiles for one engine alone. Places count from 1; loads Ibis."""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.rules as rlz
from ibis.backends.sql.compilers import ClickHouseCompiler, DuckDBCompiler
from ibis.expr.types import ArrayValue, IntegerValue, Value


class ListPlace(ops.Impure):  # type: ignore[misc]
    """Called impure, so that Ibis leaves it in a projection of its own, where engines work it out once."""

    values: ops.Value[dt.Array]
    wanted: ops.Value
    dtype = dt.int64
    shape = rlz.shape_like("args")


class ListElement(ops.Impure):  # type: ignore[misc]
    values: ops.Value[dt.Array]
    place: ops.Value[dt.Integer]
    shape = rlz.shape_like("args")

    @property
    def dtype(self) -> Any:
        return self.values.dtype.value_type


class ListPairs(ops.Value):  # type: ignore[misc]
    left: ops.Value[dt.Array]
    right: ops.Value[dt.Array]
    shape = rlz.shape_like("args")

    @property
    def dtype(self) -> Any:
        return dt.Array(dt.Struct({"left": self.left.dtype.value_type, "right": self.right.dtype.value_type}))


class ListExtended(ops.Value):  # type: ignore[misc]
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


# How a compiler of Ibis finds the SQL of an operation: by its name.
DuckDBCompiler.visit_ListPlace = lambda self, _, *, values, wanted: self.f.list_position(values, wanted)
DuckDBCompiler.visit_ListElement = lambda self, _, *, values, place: self.f.list_extract(values, place)
DuckDBCompiler.visit_ListPairs = lambda self, op, *, left, right: self.cast(self.f.list_zip(left, right), op.dtype)
DuckDBCompiler.visit_ListExtended = lambda self, _, *, values, more: self.f.list_concat(
    values, self.f.list_slice(more, 1, 1)
)
ClickHouseCompiler.visit_ListPlace = lambda self, _, *, values, wanted: self.cast(
    self.f.indexOf(values, wanted), dt.int64
)
ClickHouseCompiler.visit_ListElement = lambda self, _, *, values, place: self.f.anon.arrayElementOrNull(values, place)
ClickHouseCompiler.visit_ListPairs = lambda self, _, *, left, right: self.f.arrayZip(left, right)
ClickHouseCompiler.visit_ListExtended = lambda self, _, *, values, more: self.f.arrayConcat(
    values, self.f.arraySlice(more, 1, 1)
)

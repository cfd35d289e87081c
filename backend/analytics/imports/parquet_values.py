"""Values that Parquet can hold and JSON or DuckDB cannot, in forms that all of them can."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

YEAR_1, YEAR_9999 = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
DUCKDB_DIGITS = 38


def readable(column: Any, *, is_timestamp: bool) -> tuple[Any, int]:
    """A column as DuckDB can read it and JSON can hold it, and how many of its values had to become null."""
    import pyarrow as pa

    kind = column.type
    if isinstance(kind, pa.JsonType):
        text: Any = kind.storage_type
        return pa.chunked_array([chunk.storage for chunk in column.chunks], text), 0
    if is_timestamp and pa.types.is_timestamp(kind):
        return _microseconds(column), 0
    if pa.types.is_float16(kind):
        column = column.cast(pa.float32())
    elif pa.types.is_decimal256(kind):
        column = column.cast(pa.decimal128(DUCKDB_DIGITS, kind.scale))
    elif pa.types.is_dictionary(kind) and pa.types.is_floating(kind.value_type):
        column = column.cast(kind.value_type)
    if not _holds_floats(column.type):
        return column, 0
    finite = [_finite(chunk) for chunk in column.chunks or [pa.array([], column.type)]]
    return pa.chunked_array([chunk for chunk, _ in finite]), sum(count for _, count in finite)


def _microseconds(column: Any) -> Any:
    """DuckDB reads no nanoseconds with a zone, and no time beyond its calendar: such a time stays beyond ours."""
    import pyarrow as pa
    import pyarrow.compute as pc

    per_second = PER_SECOND[column.type.unit]
    earliest, latest = ((end - EPOCH) // MICROSECOND * per_second // 1_000_000 for end in (YEAR_1, YEAR_9999))
    most = 2**63 - 1
    within: Any = column.cast(pa.int64())
    within = pc.max_element_wise(within, max(earliest, -most), skip_nulls=False)
    within = pc.min_element_wise(within, min(latest, most), skip_nulls=False)
    if per_second > PER_SECOND["us"]:
        within = pc.divide(within, per_second // PER_SECOND["us"])
    else:
        within = pc.multiply(within, PER_SECOND["us"] // per_second)
    return within.cast(pa.timestamp("us", "UTC" if column.type.tz else None))


def _holds_floats(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return pa.types.is_floating(kind) or any(_holds_floats(kind.field(at).type) for at in range(kind.num_fields))


def _finite(array: Any) -> tuple[Any, int]:
    """The array with null for NaN and the infinities, however deep they lie, and how many there were."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_floating(kind):
        is_finite = pc.is_finite(array)
        count = pc.sum(pc.invert(is_finite)).as_py() or 0
        return pc.if_else(is_finite, array, pa.scalar(None, kind)) if count else array, count
    if not _holds_floats(kind):
        return array, 0
    array = array.take(pa.array(range(len(array)), pa.int64()))  # a slice keeps values that are not its own
    if pa.types.is_struct(kind):
        parts = [_finite(array.field(at)) for at in range(kind.num_fields)]
        fields = [field.with_nullable(True) for field in kind]
        whole = pa.StructArray.from_arrays([part for part, _ in parts], fields=fields, mask=array.is_null())
        return whole, sum(count for _, count in parts)
    values, count = _finite(array.items if pa.types.is_map(kind) else array.values)
    if pa.types.is_map(kind):
        array = pa.MapArray.from_arrays(array.offsets, array.keys, values, mask=array.is_null())
    elif pa.types.is_fixed_size_list(kind):
        array = pa.FixedSizeListArray.from_arrays(values, kind.list_size, mask=array.is_null())
    else:
        array = type(array).from_arrays(array.offsets, values, mask=array.is_null())
    return array, count

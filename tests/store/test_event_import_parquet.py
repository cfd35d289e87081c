"""CAP-8: what Parquet can hold and JSON cannot costs at most its own value, row or file, never the command."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from backend.analytics.events.wire.lines import read_lines
from backend.analytics.imports.blocks import UnusableFile
from backend.analytics.imports.mapping import WrittenMapping, understood
from backend.analytics.imports.parquet_file import ParquetFile
from backend.analytics.imports.staging import Stage
from tests.store.importing import event, ndjson

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WHEN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
NO_MAPPING = {}
NAN, INFINITY = float("nan"), float("inf")


def written(path, columns):
    """A Parquet file of events with these columns."""
    count = len(next(iter(columns.values())))
    demanded = {"event_type": pa.array(["seen"] * count), "session_id": pa.array(["s"] * count)}
    parquet.write_table(pa.table(demanded | columns), path)
    return path


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("import"), "512MB", 1, read_lines)
    yield stage
    stage.close()


@pytest.fixture
def read(tmp_path, stage):
    """The rows and rejected rows of a file of these columns, and what it lost."""

    def read(columns, mapping=NO_MAPPING):
        path = written(tmp_path / "events.parquet", columns)
        source = ParquetFile(path, understood(WrittenMapping({**mapping})), 2**26)
        [block] = source.blocks()
        staged = stage.put(source, block, NOW)
        return staged.rows.sort_by("n").to_pylist(), staged.rejected, dict(block.lost)

    return read


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "+02:00", "Nowhere/Known"])
def test_instants_are_read_in_every_unit_and_zone(read, unit, zone):
    milliseconds = pa.array([int(WHEN.timestamp() * 1000)], pa.timestamp("ms", zone))

    rows, rejected, _ = read({"timestamp": milliseconds.cast(pa.timestamp(unit, zone))})

    assert ([row["timestamp"] for row in rows], rejected) == ([WHEN], [])


@pytest.mark.parametrize(
    ("far", "kind"),
    [
        (2**62, pa.timestamp("us")),
        (-(2**62), pa.timestamp("us", "UTC")),
        (2**55, pa.timestamp("ms", "UTC")),
        (2**63 - 1, pa.timestamp("ns", "UTC")),
        (2**31 - 2, pa.date32()),
    ],
)
def test_an_instant_beyond_the_calendar_is_rejected_by_its_row(read, far, kind):
    integers = pa.array([far, None], pa.int32() if kind == pa.date32() else pa.int64())

    rows, rejected, _ = read({"timestamp": integers.cast(kind)})

    assert ([row["timestamp"] for row in rows], [reject.line for reject in rejected]) == ([NOW], [1])


@pytest.mark.parametrize(
    ("values", "kept", "lost"),
    [
        (pa.array([NAN, 1.5, INFINITY, -INFINITY, None]), [None, 1.5, None, None, None], 3),
        (pa.array([NAN], pa.float32()), [None], 1),
        (pa.array([1.5], pa.float16()), [1.5], 0),
        (pa.array([NAN, 2.5]).dictionary_encode(), [None, 2.5], 1),
        (pa.array([[1.5, NAN], None]), [[1.5, None], None], 1),
        (pa.array([{"x": NAN, "y": {"z": [INFINITY]}}]), [{"x": None, "y": {"z": [None]}}], 2),
        (pa.array([[("a", NAN)]], pa.map_(pa.string(), pa.float64())), [{"a": None}], 1),
        (pa.array([Decimal("49.9")], pa.decimal256(38, 3)), [49.9], 0),
        (pa.array(['{"a": 1}', '{"a": ', None], pa.json_()), [{"a": 1}, '{"a": ', None], 0),
    ],
    ids=["doubles", "floats", "halves", "dictionary", "list", "struct", "map", "large decimals", "JSON"],
)
def test_a_value_that_json_cannot_hold_is_null_and_counted(read, values, kept, lost):
    rows, rejected, losses = read({"event_data.x": values})

    assert ([json.loads(row["event_data"]).get("x") for row in rows], rejected) == (kept, [])
    assert losses == ({"event_data.x": lost} if lost else {})


@pytest.mark.parametrize("prices", [[4900.0, 0.0], [Decimal("4900.00"), Decimal("0.00")]], ids=["floats", "decimals"])
def test_whole_numbers_may_be_written_as_floats_or_decimals(read, prices):
    clicks = {"event_type": pa.array(["paid_upgrade_clicked"] * 2)}

    by_column, rejected, _ = read(clicks | {"event_data.price_cents": pa.array(prices)})
    by_struct, rejected_too, _ = read(clicks | {"event_data": pa.array([{"price_cents": price} for price in prices])})

    assert [rejected, rejected_too] == [[], []]
    assert [row["price_cents"] for row in (*by_column, *by_struct)] == [4900, 0, 4900, 0]


def test_half_a_cent_is_no_whole_number(read):
    clicks = {"event_type": pa.array(["paid_upgrade_clicked"]), "event_data.price_cents": pa.array([4900.5])}

    rows, [rejected], _ = read(clicks)

    assert (rows, rejected.reason) == ([], "Expected `int | null`, got `float` - at `$.event_data.price_cents`")


def test_a_column_called_n_is_a_column_like_any_other(read):
    rows, _, _ = read({"n": pa.array(["many", "few"])}, {"n": "event_data.x"})

    assert [(row["n"], row["event_data"]) for row in rows] == [(1, '{"x":"many"}'), (2, '{"x":"few"}')]


def test_a_column_that_cannot_be_read_is_refused_by_its_name_and_type(read):
    with pytest.raises(UnusableFile, match=r"column 'event_data\.x' holds list<element: halffloat>, which cannot"):
        read({"event_data.x": pa.array([[1.5]], pa.list_(pa.float16()))})


def test_a_file_with_a_value_that_no_engine_reads_does_not_keep_others_out(app, tmp_path):
    beyond = written(tmp_path / "beyond.parquet", {"event_data.at": pa.array([2**55], pa.timestamp("ms", "UTC"))})
    lost = written(tmp_path / "lost.parquet", {"event_data.x": pa.array([NAN, 1.5])})
    good = ndjson(tmp_path / "events.ndjson", [event(1)])

    result = app.test_cli_runner().invoke(args=["events", "import", str(beyond), str(lost), str(good)])

    assert result.exit_code == 2
    assert f"Error: {beyond}: rows 1 to 1 cannot be read: " in result.stderr
    assert f"{lost}: 1 value of event_data.x NaN or infinite: JSON has none, kept as null." in result.stderr
    assert "2 accepted" in result.stdout
    assert "1 accepted" in result.stdout

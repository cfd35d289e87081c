"""`python -m benchmarks.experiments [UNITS ...]`: what an experiment is counted in, as its units grow."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.analytics.events.server_streams import EXPOSURE_STREAM
from backend.analytics.experiments.counting import Counting, CountQuery
from backend.analytics.experiments.definition import (
    Experiment,
    ExperimentConfig,
    ExperimentStatus,
    ExperimentUnit,
    TestType,
    Variant,
)
from backend.analytics.experiments.unit_measures import UNIT_MEASURES
from backend.analytics.lake.delta import Lake, moved_days
from backend.analytics.lake.shape import session_key
from backend.analytics.lake.tables import EVENTS
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.relations import DAY, EPOCH, SESSIONS
from backend.analytics.warehouse.service import Warehouse
from backend.analytics.warehouse.sessions import Sessions
from backend.analytics.warehouse.snapshots import Snapshots
from backend.clock import utc_now
from benchmarks.warehouse import MEMORY, THREADS, Forgetful

SIZES = (1_000_000, 10_000_000)
DAYS = 14
# Of 100 units 40 come to a result and 10 of these ask for a plan.
EVENT = """
SELECT {day_of} AS day, md5(concat('{kind}', '-', i)) AS event_id, '{name}' AS event_type,
  {session} AS session_id, {key} AS session_key, md5(concat('v', i)) AS visitor_id, NULL::VARCHAR AS user_id,
  make_timestamptz({at}) AS timestamp, make_timestamptz({at}) AS received_at, i % 97 = 0 AS is_bot,
  ['US', 'IN', 'DE', NULL][1 + i % 4] AS country, NULL::VARCHAR AS region, 'mobile' AS device,
  {nothing}, {price} AS price_cents, CASE WHEN {price} IS NOT NULL THEN 'USD' END AS currency, {data} AS event_data
FROM units WHERE {share}
"""
NOTHING = ", ".join(
    f"NULL::{'DOUBLE' if name == 'seconds' else 'INTEGER' if name == 'step' else 'VARCHAR'} AS {name}"
    for name in list(EVENTS.columns)[list(EVENTS.columns).index("source") : list(EVENTS.columns).index("price_cents")]
)
EXPOSED = (
    """'{"experiment": "bench", "phase": 1, "variant": "' || ['a', 'b'][1 + h % 2] || '", "unit": "visitor", """
    """"unit_key": "visitor_id", "propensity": 0.5, "weights_version": 1}'"""
)


def one_day(day: int, units: int) -> str:
    """The exposures of a day's units and what they do within the next hours."""
    stream = {"session": f"'{EXPOSURE_STREAM}'", "key": session_key(EXPOSURE_STREAM)}
    own = {"session": "md5(concat('s', i))", "key": "h"}
    parts = [
        {"kind": "x", "name": "experiment_exposed", "share": "true", "at": "us", "data": EXPOSED, **stream},
        {"kind": "r", "name": "assessment_submitted", "share": "h % 100 < 40", "at": "us + 60000000", **own},
        {
            "kind": "u", "name": "paid_upgrade_clicked", "share": "h % 100 < 4", "at": "us + 90000000",
            "price": "[900, 4900][1 + h % 3 // 2]::BIGINT", **own,
        },
    ]  # fmt: skip
    defaults = {"data": "'{}'", "price": "NULL::BIGINT", "nothing": NOTHING}
    queries = [EVENT.format(day_of=f"DATE '{EPOCH + timedelta(days=day)}'", **(defaults | part)) for part in parts]
    # What a unit does in the minutes after midnight would be of the next day.
    instant = f"({day} * {DAY} + hash(17, i) % {DAY - 600_000_000})::BIGINT"
    numbers = f"range({day} * {units}::BIGINT, {day + 1} * {units}::BIGINT) r(i)"
    hashed = f"SELECT i, (hash(16, i) >> 1)::BIGINT AS h, {instant} AS us FROM {numbers}"
    return f"WITH units AS ({hashed}) {' UNION ALL '.join(queries)}"  # noqa: S608


def fill(folder: Path, units: int, first: int) -> None:
    import duckdb

    lake = Lake(str(folder), (EVENTS, SESSIONS))
    connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS})
    connection.execute("SET TimeZone = 'UTC'")
    columns = ", ".join(EVENTS.columns)
    for day in range(first, first + DAYS):
        rows = connection.sql(f"SELECT {columns} FROM ({one_day(day, units // DAYS)}) ORDER BY timestamp")
        base = lake.open(EVENTS.name)
        table = rows.to_arrow_table().cast(EVENTS.arrow_schema())
        lake.append(base, table, moved_days(base, [EPOCH + timedelta(days=day)]))


def asked(first: int) -> CountQuery:
    start = datetime.combine(EPOCH + timedelta(days=first), datetime.min.time(), UTC)
    variants = (Variant("a", "A", 0.5), Variant("b", "B", 0.5))
    config = ExperimentConfig(
        "Bench", TestType.CUSTOM, "It is fast", ExperimentUnit.VISITOR, variants, "upgrades", "seed"
    )
    running = Experiment("bench", config, ExperimentStatus.RUNNING, 1, (), start, start, start)
    measures = tuple(UNIT_MEASURES[name] for name in ("plan_visitors", "revenue"))
    return CountQuery(running, measures, start, start + timedelta(days=DAYS), "UTC", with_before=True)


def best(run: Callable[[], object], times: int = 3) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return min(took)


def report(sizes: tuple[int, ...]) -> Iterator[str]:
    first = (datetime.now(UTC).date() - EPOCH).days - DAYS - 3
    for units in sizes:
        with tempfile.TemporaryDirectory(prefix="mingus-bench-") as name:
            folder = Path(name)
            fill(folder, units, first)
            engine = DuckEngine(MEMORY, THREADS, folder / "spill")
            lake = Lake(str(folder), (EVENTS, SESSIONS))
            Sessions(lake, lambda folder=folder: DuckEngine(MEMORY, THREADS, folder / "making"), utc_now).refresh()
            remembered = Warehouse(engine, Snapshots(lake), utc_now)
            anew = Warehouse(engine, Snapshots(lake), utc_now, answers=Forgetful())
            query = asked(first)
            counted = Counting(anew, timedelta(hours=24)).count(query)
            seconds = best(lambda: Counting(anew, timedelta(hours=24)).count(query))  # noqa: B023
            Counting(remembered, timedelta(hours=24)).count(query)
            again = best(lambda: Counting(remembered, timedelta(hours=24)).count(query), 20)  # noqa: B023
            units_of = sum(counted.units().values())
            yield f"| {units:,} | {units_of:,} | {seconds:.2f} s | {again * 1000:.1f} ms |"


if __name__ == "__main__":
    print(*report(tuple(map(int, sys.argv[1:])) or SIZES), sep="\n")

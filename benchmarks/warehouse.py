"""`python -m benchmarks.warehouse [EVENTS ...]`: the lake's questions beside SQL written by hand and ClickHouse."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from backend.analytics.lake.delta import Lake, moved_days
from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.service import AttributionQuery, AttributionService
from backend.analytics.metrics.catalogue.dashboards import CONVERSIONS
from backend.analytics.metrics.catalogue.query import Query
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.definition import CALCULATOR, FunnelQuery, FunnelScope, Order
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.period import Grain, Period
from backend.analytics.warehouse.answers import AnswerCache
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.relations import DAY, EPOCH, SESSIONS
from backend.analytics.warehouse.service import Warehouse
from backend.analytics.warehouse.sessions import Sessions
from backend.analytics.warehouse.snapshots import Snapshots
from backend.clock import utc_now
from benchmarks.by_hand import FUNNELS, HAND, ZONE, window_funnel

SEED = 20_261_121
SIZES = (700_000, 10_000_000)
LARGE = 100_000_000
DAYS = 60
MEMORY = "4GB"
THREADS = 2
TIMES, LONG = 9, 3_000
QUESTIONS = {
    "five_steps": "funnel, 5 steps",
    "of_events": "funnel, 4 other steps",
    "strict": "strict funnel, 5 steps",
    "unordered": "unordered funnel, 5 steps",
    "of_visitors": "funnel of visitors, 4 steps in 7 days",
    "by_source": "funnel, 4 other steps, by source",
    "conversions": "conversions",
    "revenue": "revenue",
    "credits": "revenue credited to sources, last not direct",
    "markov": "revenue credited to sources, Markov",
}
NAMES = "['ai_calculator_opened', 'calculator_step_completed', 'assessment_submitted', \
'calculator_step_completed', 'calculator_step_completed', 'calculator_step_completed', 'conversion_offer_viewed', \
'paid_upgrade_clicked']"
STEPS = "([NULL, 1, NULL, 2, 3, 4, NULL, NULL]::INTEGER[])"
SOURCES = "['google', 'bing', 'newsletter', 'linkedin', 'reddit', 'facebook', 'partner', 'youtube', 'podcast', NULL]"
# How many of these 8 events a visit has, for each percent of visits: 4 on average.
DEPTHS = [1] * 30 + [2] * 14 + [3] * 10 + [4] * 6 + [5] * 5 + [6] * 17 + [7] * 14 + [8] * 4


def one_day(day: int, visits: int) -> str:
    """The events of the sessions that begin on one day, the same for the same arguments."""
    return f"""
WITH visits AS (
  SELECT i, (hash({SEED}, {day}, i) >> 1)::BIGINT AS h, (hash({SEED} + 1, {day}, i) >> 1)::BIGINT AS g,
    {DEPTHS}[1 + h % 100] AS depth, {day} * {DAY} + g % {DAY} AS began FROM range({visits}) r(i)
), events AS (
  SELECT *, unnest(range(depth)) AS k FROM visits
), timed AS (
  SELECT *, (began + k * (8 + h % 40) * 1000000 + hash(g, k)::HUGEINT % 1000000
    + CASE WHEN h % 50 = 0 AND k >= 3 THEN 2700000000 ELSE 0 END)::BIGINT AS us FROM events
)
SELECT (DATE '1970-01-01' + (us // {DAY})::INTEGER) AS day, md5(concat({day}, '-', i, '-', k)) AS event_id,
  {NAMES}[k + 1] AS event_type, md5(concat({day}, '-', i)) AS session_id, g AS session_key,
  md5(concat('v', h % 100000)) AS visitor_id, NULL::VARCHAR AS user_id, make_timestamptz(us) AS timestamp,
  make_timestamptz(us) AS received_at, h % 33 = 0 AS is_bot, ['US', 'IN', 'DE', 'GB', NULL][1 + g % 5] AS country,
  NULL::VARCHAR AS region, ['mobile', 'desktop'][1 + g % 2] AS device,
  CASE WHEN k = 0 THEN {SOURCES}[1 + h % 10] END AS source,
  CASE WHEN k = 0 THEN ['cpc', 'organic'][1 + h % 2] END AS medium,
  NULL::VARCHAR AS campaign, NULL::VARCHAR AS referrer,
  {STEPS}[k + 1] AS step, NULL::DOUBLE AS seconds,
  CASE WHEN k = 2 THEN 'Title ' || h % 800 END AS job_title, NULL::VARCHAR AS occupation,
  CASE WHEN k = 2 THEN 'Industry ' || h % 20 END AS industry, NULL::VARCHAR AS experience, NULL::VARCHAR AS education,
  CASE WHEN k = 2 THEN ['low', 'medium', 'high', NULL][1 + g % 4] END AS risk_level, NULL::VARCHAR AS offer,
  CASE WHEN k = 7 THEN 4900::BIGINT END AS price_cents, CASE WHEN k = 7 THEN 'USD' END AS currency, '{{}}' AS event_data
FROM timed"""


def fill(folder: Path, events: int) -> None:
    """Fill a lake with about `events` events that end now, a commit a day, then make its sessions."""
    import duckdb

    lake = Lake(str(folder), (EVENTS, SESSIONS))
    connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS})
    connection.execute("SET TimeZone = 'UTC'")
    today = (datetime.now(UTC).date() - EPOCH).days
    schema = EVENTS.arrow_schema()
    for day in range(today - DAYS, today):
        rows = connection.sql(one_day(day, events // 4 // DAYS)).to_arrow_table().cast(schema)
        base = lake.open(EVENTS.name)
        lake.append(base, rows, moved_days(base, [EPOCH + timedelta(days=day), EPOCH + timedelta(days=day + 1)]))


def sessionise(folder: Path) -> None:
    engine = DuckEngine(MEMORY, THREADS, folder / "spill")
    Sessions(Lake(str(folder), (EVENTS, SESSIONS)), lambda: engine, utc_now).refresh()


def closed(folder: Path) -> Period:
    """All closed days, so that every engine does the same work."""
    open_from = Snapshots(Lake(str(folder), (EVENTS, SESSIONS))).newest().open_from
    zone = ZoneInfo(ZONE)
    first, last = EPOCH + timedelta(days=open_from - DAYS + 4), EPOCH + timedelta(days=open_from - 2)
    return Period.between(first, last, ZONE, datetime.now(zone))


def whole() -> Period:
    return Period.between(datetime.now(UTC).date() - timedelta(days=DAYS), None, ZONE, datetime.now(UTC))


class Forgetful(AnswerCache):
    """A cache of answers that stores nothing."""

    def get(self, key, find):
        return find()


class Dashboards:
    """The dashboards' questions, the calculator's funnel, and funnels of other steps."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._funnels = FunnelService(warehouse, utc_now)
        self._catalogue = CatalogueService(warehouse, utc_now, timedelta(hours=24))
        self._attribution = AttributionService(warehouse, utc_now)

    def five_steps(self, period: Period) -> object:
        return self._funnels.answer(FunnelQuery(period))

    def of_events(self, period: Period) -> object:
        return self._funnels.answer(FunnelQuery(period, (CALCULATOR[0], *CALCULATOR[2:])))

    def strict(self, period: Period) -> object:
        return self._funnels.answer(FunnelQuery(period, order=Order.STRICT))

    def unordered(self, period: Period) -> object:
        return self._funnels.answer(FunnelQuery(period, order=Order.UNORDERED))

    def of_visitors(self, period: Period) -> object:
        steps = (CALCULATOR[0], *CALCULATOR[2:])
        return self._funnels.answer(FunnelQuery(period, steps, timedelta(days=7), scope=FunnelScope.VISITOR))

    def by_source(self, period: Period) -> object:
        return self._funnels.answer(FunnelQuery(period, (CALCULATOR[0], *CALCULATOR[2:]), breakdown="source"))

    def conversions(self, period: Period) -> object:
        return self._catalogue.answer(Query(CONVERSIONS.measures, period, (CONVERSIONS.breakdown,)))

    def revenue(self, period: Period) -> object:
        return self._catalogue.answer(Query(("revenue",), period, ("source",), grain=Grain.DAY))

    def credits(self, period: Period) -> object:
        return self._attribution.revenue(AttributionQuery(period))

    def markov(self, period: Period) -> object:
        return self._attribution.revenue(AttributionQuery(period, Model.MARKOV))


def ours(folder: Path, question: str) -> dict[str, float]:
    """Milliseconds of the first answer of a new process, of later ones, of cached ones, and of those with open days."""
    began = time.perf_counter()
    lake = Lake(str(folder), (EVENTS, SESSIONS))
    warehouse = Warehouse(DuckEngine(MEMORY, THREADS, folder / "spill"), Snapshots(lake), utc_now)
    remembered = warehouse._answers  # noqa: SLF001
    warehouse._answers = Forgetful()  # noqa: SLF001
    ask = getattr(Dashboards(warehouse), question)
    period = closed(folder)
    ask(period)
    figures = {"cold": (time.perf_counter() - began) * 1000, "warm": best(lambda: ask(period))}
    figures |= {"peak": peak(), "open first": once(lambda: ask(whole())), "open": best(lambda: ask(whole()))}
    warehouse._answers = remembered  # noqa: SLF001
    ask(period)
    return figures | {"cached": best(lambda: ask(period))}


def counted_conversions(folder: Path, period: Period) -> set[tuple[object, ...]]:
    """Mingus's own conversions, with which those by hand must agree."""
    names = ("assessments", "offers_viewed", "upgrades", "result_visitors", "offer_visitors", "plan_visitors")
    answer = dashboards(folder).conversions(period)
    return {(str(row.keys[0]), *(row.values[name] for name in names)) for row in answer.rows}


def counted_revenue(folder: Path, period: Period) -> set[tuple[object, ...]]:
    """Mingus's own revenue of each day and source."""
    rows = dashboards(folder).revenue(period).rows
    return {(*row.keys, "USD", row.values["revenue"]) for row in rows if row.values["revenue"]}


COUNTED = {"conversions": counted_conversions, "revenue": counted_revenue}


def dashboards(folder: Path) -> Dashboards:
    lake = Lake(str(folder), (EVENTS, SESSIONS))
    return Dashboards(Warehouse(DuckEngine(MEMORY, THREADS, folder / "spill"), Snapshots(lake), utc_now))


def by_hand(folder: Path, question: str) -> dict[str, float]:
    """The same numbers from the same files by SQL written by hand for DuckDB, from sessions and from events."""
    import duckdb

    snapshot, period = Snapshots(Lake(str(folder), (EVENTS, SESSIONS))).newest(), closed(folder)
    connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS})
    connection.execute("SET TimeZone = 'UTC'; SET parquet_metadata_cache = true")
    for name, version in (("sessions", snapshot.sessions), ("events", snapshot.events)):
        connection.execute(f"CREATE VIEW {name} AS FROM read_parquet({list(version.files)}, hive_partitioning = true)")
    start, end = period.start.astimezone(UTC), period.end.astimezone(UTC)
    figures = {}
    for source in ("sessions", "events"):
        if (question, source) not in HAND:
            continue
        sql = HAND[question, source].format(
            start=start,
            end=end,
            first=start.date() - timedelta(days=1),
            last=end.date(),
            until=end.date() + timedelta(days=2),
        )
        if question in COUNTED:
            rows = connection.execute(sql).fetchall()
            if {(str(key), *rest) for key, *rest in rows} != COUNTED[question](folder, period):
                raise AssertionError(f"{question} by hand from {source} are not Mingus's")
        figures[f"hand {source}"] = best(lambda sql=sql: connection.execute(sql).fetchall())
    return figures


def clickhouse(folder: Path, question: str) -> dict[str, float]:
    """ClickHouse's own function for funnels, over the events, in the same process."""
    if question not in FUNNELS:
        return {}
    import clickhouse_connect

    os.chdir("/")
    client, period = clickhouse_connect.get_client(interface="chdb"), closed(folder)
    start, end = period.start.astimezone(UTC), period.end.astimezone(UTC)
    sql = window_funnel(FUNNELS[question]).format(folder=folder, start=f"{start:%F %T}", end=f"{end:%F %T}")
    return {"windowFunnel": best(lambda: client.query(sql)), "windowFunnel peak": peak()}


WAYS = {"ours": ours, "by_hand": by_hand, "clickhouse": clickhouse}


def best(action: Callable[[], object]) -> float:
    """The least of several runs, of three when they are long, to exclude other load on the machine."""
    first = once(action)
    return min(first, *(once(action) for _ in range(TIMES if first < LONG else 2)))


def once(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(*arguments: str) -> dict[str, float]:
    """Run a part in a process of its own and return its figures."""
    command = [sys.executable, "-m", "benchmarks.warehouse", *arguments]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def report(sizes: tuple[int, ...]) -> Iterator[str]:
    """The lines of the table; one lake at a time, in the folder for temporary files."""
    yield "| events | question | first answer, new process | later | remembered | with open days: first | later |"
    yield "|---|---|---|---|---|---|---|"
    beside = [
        "| events | question | Mingus | by hand, sessions | ratio | by hand, events | windowFunnel, events | peak MiB |"
    ]
    beside += ["|---|---|---|---|---|---|---|---|"]
    made = ["| events | writing them, s | making sessions, s | lake, MiB |", "|---|---|---|---|"]
    for size in sizes:
        folder = Path(tempfile.mkdtemp(prefix="mingus-lake-"))
        try:
            times = [apart(way, str(folder), str(size))["seconds"] for way in ("fill", "sessionise")]
            bytes_ = sum(file.stat().st_size for file in folder.rglob("*.parquet"))
            made.append(f"| {size:,} | {times[0]:.1f} | {times[1]:.1f} | {bytes_ / 2**20:,.0f} |")
            for question, name in QUESTIONS.items():
                f = {k: v for way in WAYS for k, v in apart(way, str(folder), question).items()}
                yield (
                    f"| {size:,} | {name} | {f['cold']:,.0f} ms | {f['warm']:.1f} ms | {f['cached']:.1f} ms "
                    f"| {f['open first']:,.0f} ms | {f['open']:.1f} ms |"
                )
                window = f"{f['windowFunnel']:,.0f} ms" if "windowFunnel" in f else ""
                hand = (
                    f"{f['hand sessions']:.1f} ms | {f['warm'] / f['hand sessions']:.2f}"
                    if "hand sessions" in f
                    else "|"
                )
                events = f"{f['hand events']:,.0f} ms" if "hand events" in f else ""
                beside.append(
                    f"| {size:,} | {name} | {f['warm']:.1f} ms | {hand} | {events} | {window} | {f['peak']:,.0f} |"
                )
        finally:
            shutil.rmtree(folder)
    yield from ("", *beside, "", *made)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["fill" | "sessionise" as part, folder, size]:
            work = (lambda: fill(Path(folder), int(size))) if part == "fill" else lambda: sessionise(Path(folder))
            print(json.dumps({"seconds": once(work) / 1000, "peak": peak()}))
        case ["ours" | "by_hand" | "clickhouse" as way, folder, question]:
            print(json.dumps(WAYS[way](Path(folder), question)))
        case sizes:
            counts = tuple(LARGE if size == "--large" else int(size) for size in sizes)
            for line in report(counts or SIZES):
                print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""How everything that is measured went in the last hours: the ten sections of the founding document's summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from backend.analytics.monitoring import route_groups
from backend.analytics.monitoring.models import Level
from backend.analytics.monitoring.name_filter import ANY, NameFilter
from backend.analytics.monitoring.overview import LARGEST_PAINT, PROCESSOR
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.windows import Bucket, Measurements, OffSpans, Window, Windows
from backend.clock import Clock

LONGEST_HOURS = 2_160
BUCKETS = 60
MOST_NAMES = 50


class SummaryFigure(StrEnum):
    """Which number of a section its threshold is for."""

    P75 = "p75"
    P95 = "p95"
    ERROR_RATE = "error_rate"
    LATEST = "latest"

    def of(self, window: Window) -> float | None:
        if self is SummaryFigure.ERROR_RATE:
            return window.error_rate
        return (
            window.latest
            if self is SummaryFigure.LATEST
            else window.quantile(0.75 if self is SummaryFigure.P75 else 0.95)
        )


class SectionStatus(StrEnum):
    OK = "ok"
    OVER = "over"  # the threshold
    NOTHING = "nothing"  # was measured
    OFF = "off"  # all the time


class ReadingUnit(StrEnum):
    SECONDS = "seconds"
    PERCENT = "percent"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Threshold:
    """What should not be exceeded. A rate of errors is a fraction, whatever the unit of the section."""

    measure: SummaryFigure
    limit: float


@dataclass(frozen=True, slots=True)
class Section:
    """What a section speaks of: `names` are listed, and `headline` are those whose values can be one distribution.

    `thresholds` are by the beginning of a name, where different things are listed.
    """

    family: Family
    threshold: Threshold
    names: NameFilter = ANY
    headline: NameFilter | None = None
    unit: ReadingUnit = ReadingUnit.SECONDS
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    counts_failures: bool = False

    def threshold_of(self, name: str) -> Threshold | None:
        if not self.thresholds:
            return self.threshold
        return next((limit for prefix, limit in self.thresholds.items() if name.startswith(prefix)), None)


FEW_FAIL = Threshold(SummaryFigure.ERROR_RATE, 0.05)
HOST_THRESHOLDS = MappingProxyType(
    {
        "cpu_percent": Threshold(SummaryFigure.LATEST, 70),
        "memory_percent": Threshold(SummaryFigure.LATEST, 80),
        "disk_percent": Threshold(SummaryFigure.LATEST, 90),
    }
)
# Google's limits of "good" for the 75th percentile; CLS has no unit.
VITAL_THRESHOLDS = MappingProxyType(
    {
        "LCP": Threshold(SummaryFigure.P75, 2.5),
        "INP": Threshold(SummaryFigure.P75, 0.2),
        "CLS": Threshold(SummaryFigure.P75, 0.1),
        "FCP": Threshold(SummaryFigure.P75, 1.8),
        "TTFB": Threshold(SummaryFigure.P75, 0.8),
    }
)
SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        "load_times": Section(Family.CALCULATOR_LOAD, Threshold(SummaryFigure.P95, 3.0)),
        "api": Section(Family.REQUEST, Threshold(SummaryFigure.P95, 2.0), route_groups.API),
        "database": Section(Family.QUERY, Threshold(SummaryFigure.P95, 1.0)),
        "errors": Section(Family.REQUEST, FEW_FAIL, route_groups.ALL, counts_failures=True),
        "email": Section(Family.EMAIL, FEW_FAIL),
        "payments": Section(Family.PAYMENT, FEW_FAIL),
        "jobs": Section(Family.JOB, FEW_FAIL),
        "lake": Section(Family.LAKE, FEW_FAIL),
        "system": Section(
            Family.HOST,
            HOST_THRESHOLDS["cpu_percent"],
            headline=PROCESSOR,
            unit=ReadingUnit.PERCENT,
            thresholds=HOST_THRESHOLDS,
        ),
        "web_vitals": Section(
            Family.VITAL, VITAL_THRESHOLDS["LCP"], headline=LARGEST_PAINT, thresholds=VITAL_THRESHOLDS
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A window, held against its threshold, if it has one."""

    window: Window
    threshold: Threshold | None
    status: SectionStatus

    @classmethod
    def of(cls, window: Window, threshold: Threshold | None) -> Judged:
        if not window.count:
            return cls(window, threshold, SectionStatus.NOTHING if window.covered else SectionStatus.OFF)
        value = threshold.measure.of(window) if threshold else None
        is_over = threshold is not None and value is not None and value > threshold.limit
        return cls(window, threshold, SectionStatus.OVER if is_over else SectionStatus.OK)


@dataclass(frozen=True, slots=True)
class SectionSummary:
    """`by_name`: at most `MOST_NAMES`, those first that failed most, or of whose values the sum is largest."""

    section: Section
    all: Judged
    series: Sequence[Bucket]
    by_name: Mapping[str, Judged]


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without monitoring; `end` is None while it lasts."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything written before `as_of` is in it; a process writes each five seconds."""

    since: datetime
    until: datetime
    as_of: datetime
    bucket: timedelta
    sections: Mapping[str, SectionSummary]
    gaps: Sequence[Gap]


class PerformanceSummary:
    def __init__(self, windows: Windows, off_spans: OffSpans, now: Clock) -> None:
        self._windows = windows
        self._off_spans = off_spans
        self._now = now

    def of_last(self, hours: int) -> Summary:
        """The last `hours`, from the start of the minute, hour, or day they begin in, as rows are kept."""
        now = self._now()
        began = now - timedelta(hours=hours)
        families = {section.family for section in SECTIONS.values()}
        read = self._windows.read(families, began, now, buckets=BUCKETS, overview=True)
        has_names = read.period.coarsest < Level.DAY  # an overview has other rows for days alone
        by_name = read if has_names else self._windows.read(families, began, now)
        since = datetime.fromtimestamp(read.period.first, UTC)
        gaps = [Gap(max(start, since), end) for start, end in self._off_spans(since, now)]
        sections = {name: _summed(section, read, by_name) for name, section in SECTIONS.items()}
        return Summary(since, now, now, timedelta(seconds=read.period.step), sections, gaps)


def _summed(section: Section, read: Measurements, by_name: Measurements) -> SectionSummary:
    headline = section.headline or section.names
    whole = Judged.of(read.one(section.family, headline), section.threshold)
    windows = by_name.by_name(section.family, section.names)
    heaviest = sorted(windows, key=lambda name: _weight(section, windows[name]), reverse=True)
    judged = {name: Judged.of(windows[name], section.threshold_of(name)) for name in heaviest[:MOST_NAMES]}
    return SectionSummary(section, whole, read.course(section.family, headline), judged)


def _weight(section: Section, window: Window) -> float:
    return window.failed if section.counts_failures else window.total

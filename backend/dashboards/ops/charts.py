"""The charts of the page of operations: what was measured, minute by minute, with a gap wherever nothing was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from backend.analytics.figures.figure import Figure
from backend.analytics.figures.parts import Parts, Series, several
from backend.analytics.figures.quantity import Quantity, QuantityUnit
from backend.dashboards.page import HALF, Chart
from backend.formats import counted, latency

if TYPE_CHECKING:
    from backend.analytics.monitoring.windows import Bucket, Window

Value = Callable[["Window"], float | None]
GAP = "A gap means that nothing was measured."
QUIET = "A gap means no requests or no measurements."
EMPTY = "Nothing was measured in the last hour."
TIMES = Quantity("times", QuantityUnit.LATENCY)
SHARES = Quantity("shares", QuantityUnit.SHARE)
RATES = Quantity("requests")
PERCENT = Quantity("percent", QuantityUnit.SHARE)


def rate_chart(course: Sequence[Bucket], zone: str) -> Chart:
    """Requests a minute. A minute without requests is zero; one without monitoring is a gap."""
    total = sum(bucket.window.count for bucket in course if bucket.window)
    known = any(bucket.window for bucket in course)
    figure = _figure(RATES, {"Requests a minute": course}, _per_minute, zone, total)
    title = f"{counted(total, 'request')} in the last hour" if known else "Requests"
    return _chart("rate", figure, title, GAP)


def _per_minute(window: Window) -> float | None:
    return None if window.rate is None else window.rate * 60


def times_chart(courses: Mapping[str, Sequence[Bucket]], hours: Mapping[str, Window], zone: str) -> Chart:
    """The 95th percentile of each group of routes. `hours`: of the whole hour."""
    figure = _figure(TIMES, courses, _p95, zone, sum(hour.count for hour in hours.values()))
    told = [f"{name} {latency(value)}" for name, hour in hours.items() if (value := _p95(hour)) is not None]
    return _chart("times", figure, f"95th percentile: {', '.join(told)}" if told else "Response times", QUIET)


def _p95(window: Window) -> float | None:
    return window.quantile(0.95)


def errors_chart(course: Sequence[Bucket], hour: Window, zone: str) -> Chart:
    figure = _figure(SHARES, {"Server errors": course}, lambda window: window.error_rate, zone, hour.count)
    title = "No server errors in the last hour" if not hour.failed else f"Server errors: {hour.error_rate or 0:.2%}"
    return _chart("errors", figure, title if hour.count else "Server errors", QUIET)


def load_chart(courses: Mapping[str, Sequence[Bucket]], zone: str) -> Chart:
    """CPU and memory of a host, the mean of all hosts where there are several."""
    samples = sum(bucket.window.count for course in courses.values() for bucket in course if bucket.window)
    figure = _figure(PERCENT, courses, _mean_share, zone, samples, "samples")
    latest = {name: _last(course) for name, course in courses.items()}
    told = [f"{name} {value:.0%}" for name, value in latest.items() if value is not None]
    return _chart("load", figure, f"In the last minute: {', '.join(told)}" if told else "CPU and memory", GAP)


def _mean_share(window: Window) -> float | None:
    return window.total / window.count / 100 if window.count else None


def _last(course: Sequence[Bucket]) -> float | None:
    values = [_mean_share(bucket.window) for bucket in course if bucket.window]
    return next((value for value in reversed(values) if value is not None), None)


def _figure(
    quantity: Quantity,
    courses: Mapping[str, Sequence[Bucket]],
    value: Value,
    zone: str,
    n: int,
    noun: str = "requests",
) -> Figure:
    at = [bucket.starts_at.astimezone(ZoneInfo(zone)) for bucket in next(iter(courses.values()), ())]
    series = tuple(
        Series(name, tuple(None if bucket.window is None else value(bucket.window) for bucket in course), None, color)
        for color, (name, course) in enumerate(courses.items(), 1)
    )
    return several(Parts(quantity, "minute", tuple(at), series, n, noun))


def _chart(id_: str, figure: Figure, title: str, note: str) -> Chart:
    """`several` words its titles for measures of the catalogue; those of operations say what stands now."""
    if figure.empty:
        return Chart(id_, replace(figure, title=title, description=f"{title}. {EMPTY}", empty=EMPTY), "", HALF)
    legend = tuple(replace(key, label=key.label.rpartition(",")[0] or key.label) for key in figure.legend)
    spoken = f"Line chart: {title}. The table below it has every value."
    return Chart(id_, replace(figure, title=title, description=spoken, legend=legend, note=note), "", HALF)

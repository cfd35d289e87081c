"""What was measured as families of metrics of the Prometheus client, made anew for each scrape and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as MetricFamily
from prometheus_client.utils import floatToGoString

from backend.analytics.monitoring.exposition.gauges import GAUGES, MONITORING_ENABLED, Gauge
from backend.analytics.monitoring.exposition.metrics import (
    METRICS,
    QUANTILE,
    QUANTILES,
    Amount,
    Kind,
    Metric,
    Series,
    Values,
)
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.sketches import Sketch


class Total(Protocol):
    """All that was ever measured of a series. `buckets`: how many values were at most each bound."""

    @property
    def family(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def total(self) -> float: ...
    @property
    def buckets(self) -> Sequence[int]: ...


class LatestValue(Protocol):
    """The newest value of a gauge. `outcome`: the host."""

    @property
    def family(self) -> Family: ...
    @property
    def name(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def value(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Measured:
    """All that a scrape shows. `bounds`: of the buckets, in seconds."""

    is_on: bool
    totals: Sequence[Total]
    bounds: Sequence[float]
    last_hour: Mapping[Family, Mapping[str, Sketch]]
    latest: Sequence[LatestValue]


@dataclass(frozen=True, slots=True)
class Exposition:
    content: bytes
    content_type: str


class MeasuredCollector:
    """Collects from what was measured; registered for one scrape."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured
        self._bounds = (*map(floatToGoString, measured.bounds), "+Inf")

    def collect(self) -> Iterator[MetricFamily]:
        yield GaugeMetricFamily(*MONITORING_ENABLED, value=float(self._measured.is_on))
        by_family: dict[Family, list[Total]] = {}
        for total in self._measured.totals:
            by_family.setdefault(Family(total.family), []).append(total)
        for metric in METRICS:
            yield self._family(metric, by_family.get(metric.family, ()))
        for gauge in GAUGES:
            yield self._gauge(gauge)

    def _family(self, metric: Metric, totals: Iterable[Total]) -> MetricFamily:
        if metric.kind is Kind.COUNTER:
            return _counter(metric, totals)
        return self._histogram(metric, totals) if metric.kind is Kind.HISTOGRAM else self._quantiles(metric)

    def _histogram(self, metric: Metric, totals: Iterable[Total]) -> MetricFamily:
        family = HistogramMetricFamily(metric.name, metric.description, labels=metric.labels)
        for values, alike in _labeled(metric, totals).items():
            rows = ((*total.buckets, total.count) for total in alike)
            counts = (float(sum(column)) for column in zip(*rows, strict=True))
            buckets = list(zip(self._bounds, counts, strict=True))
            family.add_metric(values, buckets, sum(total.total for total in alike))
        return family

    def _quantiles(self, metric: Metric) -> MetricFamily:
        family = GaugeMetricFamily(metric.name, metric.description, labels=(*metric.labels, QUANTILE))
        for name, sketch in self._measured.last_hour.get(metric.family, {}).items():
            values = metric.values(Series(name, ""))
            for quantile in QUANTILES:
                value = sketch.quantile(quantile)
                if values is not None and value is not None:
                    family.add_metric((*values, str(quantile)), value)
        return family

    def _gauge(self, gauge: Gauge) -> MetricFamily:
        newest: dict[Values, float] = {}
        for latest in self._measured.latest:
            values = gauge.values(latest.family, latest.name, latest.outcome)
            if values is not None:
                newest[values] = latest.value * gauge.factor
        family = GaugeMetricFamily(gauge.name, gauge.description, labels=gauge.labels)
        for values, value in newest.items():
            family.add_metric(values, value)
        return family


def expose(measured: Measured, accept: str) -> Exposition:
    """In the format that a scraper accepts: OpenMetrics, or the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(MeasuredCollector(measured))
    encode, content_type = choose_encoder(accept)
    return Exposition(encode(registry), content_type)


def _counter(metric: Metric, totals: Iterable[Total]) -> MetricFamily:
    family = CounterMetricFamily(metric.name, metric.description, labels=metric.labels)
    for values, alike in _labeled(metric, totals).items():
        family.add_metric(values, sum(t.count if metric.amount is Amount.COUNT else t.total for t in alike))
    return family


def _labeled(metric: Metric, totals: Iterable[Total]) -> Mapping[Values, Sequence[Total]]:
    """The totals by their labels, since a label more in the rows is none of the metric's."""
    labeled: dict[Values, list[Total]] = {}
    for total in totals:
        values = metric.values(Series(total.name, total.outcome))
        if values is not None:
            labeled.setdefault(values, []).append(total)
    return labeled

"""How everything that is measured went in the last hours, as it is asked and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from backend.analytics.monitoring.summary import (
    LONGEST_HOURS,
    Judged,
    ReadingUnit,
    Section,
    SectionStatus,
    SectionSummary,
    Summary,
    SummaryFigure,
)
from backend.analytics.monitoring.windows import Bucket, Window
from backend.routes.schemas.answer import Out
from backend.routes.schemas.parameters import SingleParameters


class SummaryQuery(SingleParameters):
    hours: int = Field(24, ge=1, le=LONGEST_HOURS, description="How many hours back from now.")


class FiguresOut(Out):
    """`rate` is per second of the time in which monitoring was on. In `errors`, `count` and `rate` are of requests that
    failed, and there are no quantiles; elsewhere `count` is of all that was measured. `max` is exact, quantiles are
    within 1%. All are null in a time without monitoring.
    """

    count: int | None
    rate: float | None
    error_rate: float | None
    p50: float | None
    p75: float | None
    p95: float | None
    p99: float | None
    max: float | None

    @classmethod
    def none(cls) -> dict[str, None]:
        return dict.fromkeys(FiguresOut.model_fields)

    @classmethod
    def fields(cls, window: Window | None, section: Section) -> dict[str, Any]:
        if window is None or not (window.count or window.covered):
            return cls.none()
        seconds = window.covered.total_seconds()
        count = window.failed if section.counts_failures else window.count
        values: dict[str, Any] = {
            "count": count,
            "rate": round(count / seconds, 6) if seconds else None,
            "error_rate": _rounded(window.error_rate),
        }
        if section.counts_failures or not window.count:
            return cls.none() | values
        quantiles = window.sketch.quantiles(0.5, 0.75, 0.95, 0.99)
        return (
            values
            | dict(zip(("p50", "p75", "p95", "p99"), map(_rounded, quantiles), strict=True))
            | {"max": _rounded(window.maximum)}
        )


class ThresholdOut(Out):
    """The number that should not be above `limit`: in the unit of the section, a rate of errors as a fraction."""

    measure: SummaryFigure
    limit: float


class NamedFiguresOut(FiguresOut):
    """A route, statement, kind of job, gauge or the like, with its own threshold if there is one."""

    name: str
    latest: float | None = Field(description="The newest value, of gauges alone.")
    threshold: ThresholdOut | None
    status: SectionStatus

    @classmethod
    def of(cls, name: str, judged: Judged, section: Section) -> Self:
        figures = FiguresOut.fields(judged.window, section)
        return cls(name=name, latest=_rounded(judged.window.latest), **_judgement(judged), **figures)


class PointOut(FiguresOut):
    """A part of the time. All figures of a gap are null."""

    starts_at: datetime

    @classmethod
    def of(cls, bucket: Bucket, section: Section) -> Self:
        return cls(starts_at=bucket.starts_at, **FiguresOut.fields(bucket.window, section))


class SectionOut(FiguresOut):
    """`status`: `nothing` was measured although monitoring was on, or it was `off` all the time. `by_name`: at most 50,
    those first that failed most or took most time in all. Of `system` the figures are those of `cpu_percent`, of
    `web_vitals` those of LCP.
    """

    unit: ReadingUnit
    latest: float | None
    threshold: ThresholdOut | None
    status: SectionStatus
    series: list[PointOut]
    by_name: list[NamedFiguresOut]

    @classmethod
    def of(cls, summary: SectionSummary) -> Self:
        section, judged = summary.section, summary.all
        return cls(
            unit=section.unit,
            latest=_rounded(judged.window.latest),
            series=[PointOut.of(bucket, section) for bucket in summary.series],
            by_name=[NamedFiguresOut.of(name, named, section) for name, named in summary.by_name.items()],
            **_judgement(judged),
            **FiguresOut.fields(judged.window, section),
        )


class GapOut(Out):
    """A time without monitoring; `end` is null while it lasts."""

    start: datetime
    end: datetime | None


class SummaryResponse(Out):
    """Times are in seconds. What a process measured is in after five seconds, so `as_of` may lack that much.

    `since` is the start of the minute, hour, or day in which the hours begin: minutes are kept for 48 hours, hours for
    60 days. `was_off`: whether monitoring was off for a part of the time, which `gaps` names.
    """

    since: datetime
    until: datetime
    as_of: datetime
    bucket_seconds: int
    was_off: bool
    gaps: list[GapOut]
    load_times: SectionOut
    api: SectionOut
    database: SectionOut
    errors: SectionOut
    email: SectionOut
    payments: SectionOut
    jobs: SectionOut
    lake: SectionOut
    system: SectionOut
    web_vitals: SectionOut

    @classmethod
    def of(cls, summary: Summary) -> Self:
        return cls(
            since=summary.since,
            until=summary.until,
            as_of=summary.as_of,
            bucket_seconds=int(summary.bucket.total_seconds()),
            was_off=bool(summary.gaps),
            gaps=[GapOut.model_validate(gap) for gap in summary.gaps],
            **{name: SectionOut.of(section) for name, section in summary.sections.items()},
        )


def _judgement(judged: Judged) -> dict[str, Any]:
    return {"threshold": judged.threshold, "status": judged.status}


def _rounded(value: float | None) -> float | None:
    """To the microsecond."""
    return None if value is None else round(value, 6)

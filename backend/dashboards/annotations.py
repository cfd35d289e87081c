"""Annotations as charts mark them and pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from backend.analytics.annotations.annotation import Annotation
from backend.analytics.figures.lines import ChartAnnotation
from backend.analytics.figures.moments import long


@dataclass(frozen=True, slots=True)
class ListedAnnotation:
    """An annotation in the list of a page. `delete`, `change`: its id, where the reader may do that."""

    in_chart: ChartAnnotation
    when: str
    delete: str
    change: str


def listed_annotation(annotation: Annotation, zone: str, *, anybodys: bool) -> ListedAnnotation:
    at = annotation.moment(ZoneInfo(zone))
    public_id = str(annotation.public_id)
    delete, change = (public_id if may else "" for may in (annotation.mine or anybodys, annotation.mine))
    return ListedAnnotation(ChartAnnotation(at, annotation.text), long(at, "day", year=True), delete, change)

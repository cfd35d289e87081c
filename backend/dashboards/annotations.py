"""Annotations as charts mark them and pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from backend.analytics.annotations.annotation import Annotation
from backend.analytics.figures.lines import ChartAnnotation
from backend.analytics.figures.moments import long


@dataclass(frozen=True, slots=True)
class ListedAnnotation:
    """An annotation in the list of a page. `delete`: its id, where the reader may delete it."""

    in_chart: ChartAnnotation
    when: str
    delete: str


def listed_annotation(annotation: Annotation, zone: str, *, anybodys: bool) -> ListedAnnotation:
    at = annotation.moment(ZoneInfo(zone))
    delete = str(annotation.public_id) if annotation.mine or anybodys else ""
    return ListedAnnotation(ChartAnnotation(at, annotation.text), long(at, "day", year=True), delete)

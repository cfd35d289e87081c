"""Annotations as charts mark them and pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from backend.analytics.annotations.annotation import Annotation
from backend.analytics.figures.lines import Happening
from backend.analytics.figures.moments import long


@dataclass(frozen=True, slots=True)
class Note:
    """`delete`: its id, where whoever looks may delete it."""

    happening: Happening
    when: str
    delete: str


def note_of(annotation: Annotation, zone: str, *, anybodys: bool) -> Note:
    at = annotation.moment(ZoneInfo(zone))
    delete = str(annotation.public_id) if annotation.mine or anybodys else ""
    return Note(Happening(at, annotation.text), long(at, "day", year=True), delete)

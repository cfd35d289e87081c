"""Occupations as a few arrays, from which all 832 are built faster than from their tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from itertools import islice
from math import isnan
from typing import Any

import numpy as np

from backend.reference.tables import Activity, Measure, Occupation, Pay
from backend.reference.texts import Array

_MEASURES = tuple(Measure)


def arrays_of(occupations: Mapping[str, Occupation]) -> dict[str, Array]:
    """`occupations`: JSON; `activities`: which of JSON's activities each is, in the order of the occupations;
    `activities.figures`, shape (3, n): share, exposure and automation, the last NaN where there is none.
    """
    rows = [*occupations.values()]
    activities = [activity for row in rows for activity in row.activities]
    names = {activity.id: (activity.title, activity.usage) for activity in activities}
    places = {identifier: place for place, identifier in enumerate(names)}
    automation = [np.nan if activity.automation is None else activity.automation for activity in activities]
    described = {
        "activities": [[identifier, *name] for identifier, name in names.items()],
        "attainment_levels": [*rows[0].attainment] if rows else [],
        "occupations": [_cells(row) for row in rows],
    }
    return {
        "occupations": np.frombuffer(json.dumps(described, ensure_ascii=False).encode(), np.uint8),
        "activities": np.array([places[activity.id] for activity in activities], np.uint16),
        "activities.figures": np.array(
            [[activity.share for activity in activities], [activity.exposure for activity in activities], automation]
        ),
    }


def occupations_in(arrays: Mapping[str, Array]) -> dict[str, Occupation]:
    """The occupations that `arrays_of` was given, by code."""
    described = json.loads(arrays["occupations"].tobytes())
    rows, levels = described["occupations"], described["attainment_levels"]
    codes = {row[0]: row[0] for row in rows}  # one string for each code, wherever it is named
    activities = _activities(arrays, described["activities"])
    return {row[0]: _occupation(row, codes, activities, levels) for row in rows}


def _cells(row: Occupation) -> list[object]:
    """In the order of the fields, with the number of its activities."""
    return [
        row.code, row.title, row.employment, astuple(row.pay) if row.pay else None, row.growth_percent, row.openings,
        row.entry_education, row.related_experience, row.on_the_job_training, row.job_zone, row.lean,
        [row.measures.get(measure) for measure in Measure], len(row.activities), row.related, row.industries,
        [*row.attainment.values()],
    ]  # fmt: skip


def _occupation(
    cells: list[Any], codes: Mapping[str, str], activities: Iterator[Activity], levels: list[str]
) -> Occupation:
    code, title, employment, pay, growth, openings, *needs, measures, activity_count, related, sectors, attainment = (
        cells
    )
    education, experience, training, zone, lean = needs
    return Occupation(
        code=codes[code],
        title=title,
        employment=employment,
        pay=Pay(*pay) if pay else None,
        growth_percent=growth,
        openings=openings,
        entry_education=education,
        related_experience=experience,
        on_the_job_training=training,
        job_zone=zone,
        lean=lean,
        measures={measure: value for measure, value in zip(_MEASURES, measures, strict=True) if value is not None},
        activities=tuple(islice(activities, activity_count)),
        related=tuple([codes.get(other, other) for other in related]),
        industries=sectors,
        attainment=dict(zip(levels, attainment, strict=True)),
    )


def _activities(arrays: Mapping[str, Array], names: list[tuple[str, str, float]]) -> Iterator[Activity]:
    named = [names[place] for place in arrays["activities"].tolist()]
    shares, exposures, automations = arrays["activities.figures"].tolist()
    for (identifier, title, usage), share, exposure, automation in zip(
        named, shares, exposures, automations, strict=True
    ):
        yield Activity(identifier, title, share, exposure, None if isnan(automation) else automation, usage)

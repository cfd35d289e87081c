"""The spine: line items of the National Employment Matrix with outlook, pay, schooling, preparation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.reference.rows import SourceFolder, SourceRow

PROJECTIONS = "bls_projections/occupation.xlsx"
EDUCATION = "bls_projections/education.xlsx"
NATIONAL_PAY = "bls_oews_national/national_M2025_dl.xlsx"
PERCENTILES = ("p10", "p25", "p50", "p75", "p90")

_CODE = "2024 National Employment Matrix code"
_TITLE = "2024 National Employment Matrix title"
_KIND = "Occupation type"
_GROWTH = "Employment change, percent, 2024\u201334"
_OPENINGS = "Occupational openings, 2024\u201334 annual average"
_ENTRY = "Typical education needed for entry"
_EXPERIENCE = "Work experience in a related occupation"
_TRAINING = "Typical on-the-job training needed to attain competency in the occupation"
_ANNUAL_PAY = dict(zip(PERCENTILES, ("A_PCT10", "A_PCT25", "A_MEDIAN", "A_PCT75", "A_PCT90"), strict=True))
_ATTAINMENT = {
    "no_diploma": "Less than high school diploma",
    "high_school": "High school diploma or equivalent",
    "some_college": "Some college, no degree",
    "associates": "Associate's degree",
    "bachelors": "Bachelor's degree",
    "masters": "Master's degree",
    "doctoral": "Doctoral or professional degree",
}
ATTAINMENT_LEVELS = tuple(_ATTAINMENT)


@dataclass(frozen=True, slots=True)
class ProjectedOutlook:
    """One line of projections Table 1.2; experience and training are None where none is usually needed."""

    title: str
    growth_percent: float
    openings: int
    entry_education: str
    related_experience: str | None
    on_the_job_training: str | None


@dataclass(frozen=True, slots=True)
class Projections:
    occupations: Mapping[str, ProjectedOutlook]
    all_jobs_growth_percent: float


@dataclass(frozen=True, slots=True)
class NationalPay:
    """Employment and published annual percentiles, None where suppressed or published by the hour only."""

    employment: int | None
    percentiles: tuple[int | None, ...]


def read_projections(folder: SourceFolder) -> Projections:
    columns = (_TITLE, _CODE, _KIND, _GROWTH, _OPENINGS, _ENTRY, _EXPERIENCE, _TRAINING)
    rows = folder.read_sheet(PROJECTIONS, "Table 1.2", columns, header=2)
    occupations = {row.code(_CODE): _outlook(row) for row in rows if row.text(_KIND) == "Line item"}
    totals = [row for row in rows if row.text(_CODE) == "00-0000"]
    if not totals or not occupations:
        raise rows[0].wrong("starts a table without line items or without the total of all occupations")
    return Projections(dict(sorted(occupations.items())), totals[0].number_at(_GROWTH))


def _outlook(row: SourceRow) -> ProjectedOutlook:
    return ProjectedOutlook(
        title=row.text(_TITLE),
        growth_percent=row.number_at(_GROWTH),
        openings=round(row.within(_OPENINGS, 0, 1e5) * 1000),
        entry_education=row.text(_ENTRY),
        related_experience=_unless_none(row.text(_EXPERIENCE)),
        on_the_job_training=_unless_none(row.text(_TRAINING)),
    )


def _unless_none(text: str) -> str | None:
    return None if text == "None" else text


def read_national_pay(folder: SourceFolder) -> dict[str, NationalPay]:
    columns = ("OCC_CODE", "O_GROUP", "TOT_EMP", *_ANNUAL_PAY.values())
    return {
        row.code("OCC_CODE"): NationalPay(
            employment=whole(row, "TOT_EMP"),
            percentiles=rising(row, tuple(whole(row, column) for column in _ANNUAL_PAY.values())),
        )
        for row in folder.read_sheet(NATIONAL_PAY, "national_M2025_dl", columns)
        if row.text("O_GROUP") == "detailed"
    }


def whole(row: SourceRow, column: str) -> int | None:
    """A published figure as a whole number; suppressed stays None and is never 0."""
    figure = row.number_or_none(column)
    if figure is not None and figure <= 0:
        raise row.wrong(f"column {column!r} holds {figure:g}, expected a positive figure")
    return None if figure is None else round(figure)


def rising(row: SourceRow, percentiles: tuple[int | None, ...]) -> tuple[int | None, ...]:
    published = [figure for figure in percentiles if figure is not None]
    if published != sorted(published):
        raise row.wrong("pay percentiles do not rise")
    return percentiles


def read_attainment(folder: SourceFolder) -> dict[str, dict[str, float]]:
    """Share of workers aged 25 and over by highest level completed, per occupation."""
    rows = folder.read_sheet(EDUCATION, "Table 5.3", (_CODE, *_ATTAINMENT.values()), header=2)
    return {
        row.code(_CODE): {level: round(row.within(column, 0, 100) / 100, 4) for level, column in _ATTAINMENT.items()}
        for row in rows
        if row.text(_CODE) != "00-0000"
    }

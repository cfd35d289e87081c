"""Lists of jobs: those of a major group, related ones, and the nearest with a score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.neighbors import nearest_scored
from backend.assessments.job_impact.model.rounding import rounded_place
from backend.assessments.job_impact.presentation.place import place_number
from backend.assessments.job_impact.presentation.wording import years
from backend.reference.loading import Reference
from backend.reference.major_groups import MAJOR_GROUPS, MajorGroup, major_group
from backend.reference.tables import Occupation
from backend.reference.titles import TitleMatch

LARGE_JOBS, SIMILAR_JOBS = 12, 8


class JobSort(StrEnum):
    """What a list of jobs may be sorted by; each names a field of JobRow."""

    PLACE = "place"
    EMPLOYMENT = "employment"
    PAY = "pay"
    GROWTH = "growth"


@dataclass(frozen=True, slots=True)
class JobOrder:
    sort: JobSort = JobSort.EMPLOYMENT
    falling: bool = True


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job in a list; what is not published is None. `place`: among 100 US workers. `pay`: its median a year.

    `growth`: projected change of employment, in percent.
    """

    code: str
    slug: str
    name: str
    place: float | None
    employment: int | None
    pay: int | None
    growth: float | None

    @property
    def place_shown(self) -> str:
        return "no score" if self.place is None else place_number(rounded_place(self.place))


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A major group in the list of all; `largest` are its two largest jobs."""

    group: MajorGroup
    jobs: int
    largest: tuple[JobRow, ...]


@dataclass(frozen=True, slots=True)
class FoundJob:
    """A job that a search found. `matched`: the title that fits, where the job itself goes by another name.

    `many` is what its people are called. `nearest`: the scored jobs nearest to it, where it has no score itself.
    """

    match: TitleMatch
    row: JobRow
    does: str
    many: str
    matched: str
    nearest: tuple[JobRow, ...]

    @property
    def scored(self) -> bool:
        return self.row.place is not None


class JobDirectory:
    """Every job as lists show it. Built once per process; holds nothing that changes."""

    def __init__(self, reference: Reference, calculator: JobImpactCalculator) -> None:
        self._reference = reference
        names = _unique_names(reference)
        self._rows = {
            code: _row(occupation, names[code], reference.slugs.by_code[code], calculator)
            for code, occupation in reference.occupations.items()
        }
        self._groups = {group: self._of_group(group) for group in MAJOR_GROUPS}

    @property
    def pay_vintage(self) -> str:
        return self._reference.vintages["bls_oews_national"]

    @property
    def growth_years(self) -> str:
        return years(self._reference.vintages["bls_projections"])

    def row(self, code: str) -> JobRow:
        return self._rows[code]

    def rows(self, codes: Iterable[str]) -> tuple[JobRow, ...]:
        return tuple(self._rows[code] for code in codes if code in self._rows)

    def found(self, matches: Iterable[TitleMatch]) -> tuple[FoundJob, ...]:
        return tuple(self._found(match) for match in matches)

    def _found(self, match: TitleMatch) -> FoundJob:
        row, occupation = self._rows[match.code], self._reference.occupation(match.code)
        own_names = {row.name.casefold(), occupation.title.casefold()}
        matched = "" if match.matched.casefold() in own_names else match.matched
        job = self._reference.names.job(occupation)
        nearest = self.nearest(match.code) if row.place is None else ()
        return FoundJob(match, row, job.does, job.many, matched, nearest)

    def groups(self) -> tuple[GroupRow, ...]:
        """The major groups by name; one without jobs is not among them."""
        rows = [GroupRow(group, len(jobs), jobs[:2]) for group in MAJOR_GROUPS if (jobs := self.group(group))]
        return tuple(sorted(rows, key=lambda row: row.group.name))

    def group(self, group: MajorGroup, order: JobOrder | None = None) -> tuple[JobRow, ...]:
        """The jobs of a major group, the largest first; what is not published stands last in any order."""
        return self._groups[group] if order is None else _sorted(self._groups[group], order)

    def _of_group(self, group: MajorGroup) -> tuple[JobRow, ...]:
        return _sorted((row for code, row in self._rows.items() if group.holds(code)), JobOrder())

    def large(self, code: str) -> tuple[JobRow, ...]:
        """The large jobs of the occupation's major group, itself among them if it is one."""
        return self.group(major_group(code))[:LARGE_JOBS]

    def similar(self, code: str) -> tuple[JobRow, ...]:
        return self.rows(self._reference.occupation(code).related[:SIMILAR_JOBS])

    def nearest(self, code: str) -> tuple[JobRow, ...]:
        """The scored jobs nearest to one without a score."""
        occupations = self._reference.occupations
        nearest = nearest_scored(occupations[code], occupations, lambda other: self._rows[other].place is not None)
        return self.rows(occupation.code for occupation in nearest)


def _row(occupation: Occupation, name: str, slug: str, calculator: JobImpactCalculator) -> JobRow:
    typical = calculator.typical(occupation.code)
    return JobRow(
        code=occupation.code,
        slug=slug,
        name=name,
        place=typical.score if typical else None,
        employment=occupation.employment,
        pay=occupation.pay.p50 if occupation.pay else None,
        growth=occupation.growth_percent,
    )


def _unique_names(reference: Reference) -> dict[str, str]:
    """Plain names by code; a job whose name is also another's goes by its official title."""
    titles = {code: occupation.title for code, occupation in reference.occupations.items()}
    plain = {code: reference.names.job(occupation).name for code, occupation in reference.occupations.items()}
    used = Counter(name.casefold() for name in plain.values())
    used.update(title.casefold() for code, title in titles.items() if title.casefold() != plain[code].casefold())
    return {code: name if used[name.casefold()] == 1 else titles[code] for code, name in plain.items()}


def _sorted(rows: Iterable[JobRow], order: JobOrder) -> tuple[JobRow, ...]:
    def key(row: JobRow) -> tuple[bool, float, str]:
        value = getattr(row, order.sort)
        return value is None, 0.0 if value is None else -value if order.falling else value, row.name

    return tuple(sorted(rows, key=key))

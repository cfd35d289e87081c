"""The shipped text tables, parsed into types; an error names the damaged file and row."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from backend.reference.errors import ShippedDataError
from backend.reference.plain_names import PLAIN_NAMES, ActivityName, JobName, PlainNames
from backend.reference.tables import Activity, Measure, Occupation, Pay, Source, TitleKind
from backend.reference.title_lists import own_titles
from backend.reference.titles import JobTitle

NOT_PUBLISHED = -1

_PERCENTILES = 5
_Parsed = TypeVar("_Parsed")


class ShippedState(NamedTuple):
    postal: str
    name: str
    price_parity: float


@dataclass(frozen=True, slots=True)
class _Parts:
    """What other tables say of an occupation, by code."""

    measures: Mapping[str, dict[Measure, float]]
    activities: Mapping[str, list[Activity]]
    related: Mapping[str, tuple[str, ...]]
    industries: Mapping[str, dict[str, float]]
    attainment: Mapping[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class ShippedTables:
    """The folder an import wrote."""

    directory: Path

    def occupations(self) -> dict[str, Occupation]:
        levels = self._lines("attainment.csv")[0][1:]
        parts = _Parts(
            measures=dict(self._each("measures.csv", _measures)),
            activities=self._activities(),
            related=dict(self._each("related.csv", lambda row: (row[0], tuple(row[1].split())))),
            industries=self._industries_of_occupations(),
            attainment=dict(
                self._each(
                    "attainment.csv",
                    lambda row: (
                        row[0],
                        {level: float(cell) for level, cell in zip(levels, row[1:], strict=True)},
                    ),
                )
            ),
        )
        return dict(self._each("occupations.csv", lambda row: (row[0], _occupation(row, parts))))

    def states(self) -> list[ShippedState]:
        return list(self._each("states.csv", lambda row: ShippedState(row[0], row[2], float(row[3]))))

    def industries(self) -> dict[str, str]:
        return dict(self._each("industries.csv", lambda row: (row[0], row[1])))

    def plain_names(self) -> PlainNames:
        """Rows with a topic name activities, the others occupations."""
        jobs, activities = {}, {}
        for identifier, name, one, many, does, topic in self._each(PLAIN_NAMES, tuple):
            if topic:
                activities[identifier] = ActivityName(name, topic)
            else:
                jobs[identifier] = JobName(name, one, many, does)
        return PlainNames(jobs, activities)

    def all_jobs_growth_percent(self) -> float:
        totals = dict(self._each("totals.csv", lambda row: (row[0], float(row[1]))))
        if "all_jobs_growth_percent" not in totals:
            raise ShippedDataError("totals.csv", "has no all_jobs_growth_percent")
        return totals["all_jobs_growth_percent"]

    def titles(self, codes: set[str]) -> Iterator[JobTitle]:
        """Published ones, our plain names, then those of our own lists."""
        kinds = {kind.value: kind for kind in TitleKind}
        yield from self._each("titles.csv", lambda row: JobTitle(_known(row[0], codes), row[2], kinds[row[1]]))
        for code, job in self.plain_names().jobs.items():
            yield JobTitle(_known(code, codes), job.name, TitleKind.OCCUPATION)
        yield from own_titles(codes)

    def state_pay(self, states: Mapping[str, int], codes: Mapping[str, int]) -> npt.NDArray[np.int32]:
        """Percentiles by state and occupation, NOT_PUBLISHED where there is none."""
        figures = np.full((len(states), len(codes), _PERCENTILES), NOT_PUBLISHED, np.int32)
        parsed = self._each(
            "state_pay.csv",
            lambda row: (states[row[0]], codes[row[1]], [int(cell or NOT_PUBLISHED) for cell in row[3:]]),
        )
        for state, code, percentiles in parsed:
            figures[state, code] = percentiles
        return figures

    def sources(self) -> tuple[Source, ...]:
        try:
            return tuple(Source(**source) for source in json.loads(self._text("sources.json")))
        except (ValueError, TypeError) as error:
            raise ShippedDataError("sources.json", f"is malformed ({error})") from error

    def data_version(self) -> str:
        try:
            return str(json.loads(self._text("manifest.json"))["data_version"])
        except (ValueError, KeyError, TypeError) as error:
            raise ShippedDataError("manifest.json", f"is malformed ({error})") from error

    def digest(self, names: Iterable[str]) -> str:
        """SHA-256 of these files and their names."""
        hashes = "".join(f"{sha256(self._bytes(name)).hexdigest()} {name}\n" for name in names)
        return sha256(hashes.encode()).hexdigest()

    def _activities(self) -> dict[str, list[Activity]]:
        named = dict(self._each("activities.csv", lambda row: (row[0], (row[1], float(row[2])))))
        activities: dict[str, list[Activity]] = defaultdict(list)
        for code, activity in self._each("occupation_activities.csv", lambda row: (row[0], _activity(row, named))):
            activities[code].append(activity)
        return activities

    def _industries_of_occupations(self) -> dict[str, dict[str, float]]:
        shares: dict[str, dict[str, float]] = defaultdict(dict)
        for code, sector, share in self._each("occupation_industries.csv", lambda row: (row[0], row[1], float(row[2]))):
            shares[code][sector] = share
        return shares

    def _each(self, name: str, parse: Callable[[list[str]], _Parsed]) -> Iterator[_Parsed]:
        lines = self._lines(name)
        width = len(lines[0])
        for number, line in enumerate(lines[1:], start=2):
            if len(line) != width:
                raise ShippedDataError(name, f"has {len(line)} cells instead of {width}", number)
            try:
                yield parse(line)
            except (ValueError, LookupError) as error:
                raise ShippedDataError(name, f"cannot be read ({error})", number) from error

    def _lines(self, name: str) -> list[list[str]]:
        lines = list(csv.reader(self._text(name).splitlines()))
        if not lines:
            raise ShippedDataError(name, "is empty")
        return lines

    def _text(self, name: str) -> str:
        try:
            return (self.directory / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ShippedDataError(name, f"cannot be read ({error})") from error

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.directory / name).read_bytes()
        except OSError as error:
            raise ShippedDataError(name, f"cannot be read ({error})") from error


def _occupation(row: list[str], parts: _Parts) -> Occupation:
    code = row[0]
    percentiles = [_whole(cell) for cell in row[3:8]]
    return Occupation(
        code=code,
        title=row[1],
        employment=_whole(row[2]),
        pay=Pay(*percentiles) if any(percentiles) else None,
        growth_percent=_figure(row[8]),
        openings=_whole(row[9]),
        entry_education=row[10] or None,
        related_experience=row[11] or None,
        on_the_job_training=row[12] or None,
        job_zone=_figure(row[13]),
        lean=_figure(row[14]),
        measures=parts.measures[code],
        activities=tuple(parts.activities.get(code, ())),
        related=parts.related.get(code, ()),
        industries=parts.industries.get(code, {}),
        attainment=parts.attainment[code],
    )


def _activity(row: list[str], named: Mapping[str, tuple[str, float]]) -> Activity:
    title, usage = named[row[1]]
    return Activity(row[1], title, float(row[2]), float(row[3]), _figure(row[4]), usage)


def _measures(row: list[str]) -> tuple[str, dict[Measure, float]]:
    cells = zip(Measure, row[1:], strict=True)
    return row[0], {measure: float(cell) for measure, cell in cells if cell}


def _known(code: str, codes: set[str]) -> str:
    if code not in codes:
        raise ValueError(f"unknown occupation {code!r}")
    return code


def _whole(cell: str) -> int | None:
    return int(cell) if cell else None


def _figure(cell: str) -> float | None:
    return float(cell) if cell else None

"""What O*NET says of occupations beside their tasks: titles, relations, job zones, activity names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backend.reference.rows import ONET_CODE, SourceFolder, SourceRow
from backend.reference.sources.crosswalk import Crosswalk
from backend.reference.tables import TitleKind

OCCUPATIONS = "onet_30_1/Occupation Data.txt"
ALTERNATE_TITLES = "onet_30_1/Alternate Titles.txt"
REPORTED_TITLES = "onet_30_1/Sample of Reported Titles.txt"
RELATED = "onet_30_1/Related Occupations.txt"
JOB_ZONES = "onet_30_1/Job Zones.txt"
ACTIVITY_NAMES = "onet_30_1/IWA Reference.txt"

_CODE = "O*NET-SOC Code"
_TIERS = {"Primary-Short": 0.0, "Primary-Long": 1.0, "Supplemental": 2.0}
_SPELLED_OUT = re.compile(r"(?P<outside>.+?) ?\((?P<inside>.+)\)")


@dataclass(frozen=True, slots=True)
class OnetTitle:
    code: str
    title: str
    kind: TitleKind


def read_job_zones(folder: SourceFolder, crosswalk: Crosswalk) -> dict[str, float]:
    rows = folder.read_tsv(JOB_ZONES, (_CODE, "Job Zone"))
    return crosswalk.from_onet({row.code(_CODE, ONET_CODE): row.within("Job Zone", 1, 5) for row in rows})


def read_activity_names(folder: SourceFolder) -> dict[str, str]:
    """The names O*NET gives its intermediate work activities, without their full stop."""
    rows = folder.read_tsv(ACTIVITY_NAMES, ("IWA ID", "IWA Title"))
    return {row.text("IWA ID"): row.text("IWA Title").removesuffix(".") for row in rows}


def read_related(folder: SourceFolder, crosswalk: Crosswalk) -> dict[str, tuple[str, ...]]:
    """Related occupations by tier and rank; of several children naming the same one, the best place wins."""
    columns = (_CODE, "Related O*NET-SOC Code", "Relatedness Tier", "Index")
    places = sorted(_place(row) for row in folder.read_tsv(RELATED, columns))
    related_to: dict[str, dict[str, None]] = {}
    for _, _, source, target in places:
        code, related = crosswalk.matrix_of_onet.get(source), crosswalk.matrix_of_onet.get(target)
        if code is not None and related is not None and code != related:
            related_to.setdefault(code, {})[related] = None
    return {code: tuple(related) for code, related in sorted(related_to.items())}


def _place(row: SourceRow) -> tuple[float, float, str, str]:
    return (
        row.one_of("Relatedness Tier", _TIERS),
        row.number_at("Index"),
        row.code(_CODE, ONET_CODE),
        row.code("Related O*NET-SOC Code", ONET_CODE),
    )


def read_titles(folder: SourceFolder, crosswalk: Crosswalk, names: Mapping[str, str]) -> list[OnetTitle]:
    """Every title of every occupation once, under its best kind; `names` are the matrix's own titles."""
    titles: dict[tuple[str, str], OnetTitle] = {}
    for title in _all_titles(folder, crosswalk, names):
        titles.setdefault((title.code, title.title.casefold()), title)
    kinds = list(TitleKind)
    return sorted(titles.values(), key=lambda title: (title.code, kinds.index(title.kind), title.title))


def _all_titles(folder: SourceFolder, crosswalk: Crosswalk, names: Mapping[str, str]) -> Iterator[OnetTitle]:
    yield from (OnetTitle(code, name, TitleKind.OCCUPATION) for code, name in names.items())
    matrix = crosswalk.matrix_of_onet
    for row in folder.read_tsv(OCCUPATIONS, (_CODE, "Title")):
        if row.code(_CODE, ONET_CODE) in matrix:
            yield OnetTitle(matrix[row.text(_CODE)], row.text("Title"), TitleKind.OCCUPATION)
    alternates = folder.read_tsv(ALTERNATE_TITLES, (_CODE, "Alternate Title", "Short Title"))
    reported = folder.read_tsv(REPORTED_TITLES, (_CODE, "Reported Job Title"))
    short = {row.text("Alternate Title"): row.text("Short Title") for row in alternates}
    for rows, column, kind in (
        (reported, "Reported Job Title", TitleKind.REPORTED),
        (alternates, "Alternate Title", TitleKind.ALTERNATE),
    ):
        for row in rows:
            if row.code(_CODE, ONET_CODE) in matrix:
                yield from _spellings(matrix[row.text(_CODE)], row.text(column), short, kind)


def _spellings(code: str, title: str, short: Mapping[str, str], kind: TitleKind) -> Iterator[OnetTitle]:
    """Split "Registered Nurse (RN)", whose short title is "RN", in two; other brackets are left alone."""
    brief = short.get(title, "n/a")
    both = _SPELLED_OUT.fullmatch(title)
    if brief == "n/a":
        yield OnetTitle(code, title, kind)
    elif both is not None and brief in both.groups():
        yield from (OnetTitle(code, part, kind) for part in both.groups())
    else:
        yield OnetTitle(code, title, kind)
        yield OnetTitle(code, brief, TitleKind.SHORT)

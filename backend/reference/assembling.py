"""The tables that ship, put together from what the sources say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.reference.errors import ReferenceImportError
from backend.reference.rows import SourceFolder
from backend.reference.sources import crosswalk, exposure, occupations, onet, places, tasks
from backend.reference.sources.crosswalk import Crosswalk
from backend.reference.tables import Measure
from backend.reference.writing import Cell, Table

FILES = (
    crosswalk.ONET_TO_MATRIX,
    crosswalk.SOC_2010_TO_2018,
    tasks.RATINGS,
    tasks.TASKS_TO_ACTIVITIES,
    exposure.AIOE,
    exposure.MICROSOFT,
    exposure.MICROSOFT_ACTIVITIES,
    exposure.ANTHROPIC,
    occupations.PROJECTIONS,
    occupations.EDUCATION,
    occupations.NATIONAL_PAY,
    onet.OCCUPATIONS,
    onet.ALTERNATE_TITLES,
    onet.REPORTED_TITLES,
    onet.RELATED,
    onet.JOB_ZONES,
    onet.ACTIVITY_NAMES,
    places.STATES,
    places.PRICE_PARITIES,
    places.STATE_PAY,
    places.INDUSTRIES,
)
OTHER_TITLE = "Other tasks"
_NO_PAY = occupations.NationalPay(None, (None,) * len(occupations.PERCENTILES))


@dataclass(frozen=True, slots=True)
class RatedWork:
    """The rated tasks by occupation, and by occupation and activity."""

    rated: list[tasks.Task]
    by_occupation: Mapping[str, tasks.Work]
    by_activity: Mapping[str, Mapping[str, tasks.Work]]


def read_tables(folder: SourceFolder) -> list[Table]:
    """Every shipped table."""
    folder.require(FILES)
    codes_of = crosswalk.read_crosswalk(folder)
    work = _read_work(folder, codes_of)
    measures = exposure.read_measures(folder, codes_of, work.rated)
    projections = occupations.read_projections(folder)
    codes = set(projections.occupations)
    states = places.read_states(folder)
    return [
        _occupations(folder, codes_of, projections, work),
        _totals(projections),
        _measures(measures, sorted(codes)),
        *_activities(folder, work),
        _related(folder, codes_of, codes),
        _titles(folder, codes_of, projections),
        _states(states),
        _state_pay(places.read_state_pay(folder, states, codes)),
        _attainment(folder, codes),
        *_industries(places.read_industries(folder, codes)),
    ]


def _read_work(folder: SourceFolder, codes_of: Crosswalk) -> RatedWork:
    rated = tasks.read_tasks(folder)
    weighted = tasks.weights_in_occupations(rated, codes_of)
    activities = tasks.read_activities_of_tasks(folder)
    return RatedWork(rated, tasks.work_by_occupation(weighted), tasks.work_by_activity(weighted, activities))


def _occupations(
    folder: SourceFolder, codes_of: Crosswalk, projections: occupations.Projections, work: RatedWork
) -> Table:
    pay = occupations.read_national_pay(folder)
    zones = onet.read_job_zones(folder, codes_of)
    columns = (
        "code", "title", "employment", *occupations.PERCENTILES, "growth_percent", "openings",
        "entry_education", "related_experience", "on_the_job_training", "job_zone", "lean",
    )  # fmt: skip
    rows = [
        (
            code, outlook.title, pay.get(code, _NO_PAY).employment, *pay.get(code, _NO_PAY).percentiles,
            outlook.growth_percent, outlook.openings, outlook.entry_education, outlook.related_experience,
            outlook.on_the_job_training, zones.get(code), _lean(work, code),
        )
        for code, outlook in projections.occupations.items()
    ]  # fmt: skip
    return Table("occupations.csv", columns, rows)


def _totals(projections: occupations.Projections) -> Table:
    growth = projections.all_jobs_growth_percent
    return Table("totals.csv", ("name", "value"), [("all_jobs_growth_percent", growth)])


def _lean(work: RatedWork, code: str) -> float | None:
    occupation_work = work.by_occupation.get(code)
    return None if occupation_work is None else occupation_work.alone_share


def _measures(measures: Mapping[Measure, Mapping[str, float]], codes: Iterable[str]) -> Table:
    rows = [(code, *(measures[measure].get(code) for measure in Measure)) for code in codes]
    return Table("measures.csv", ("code", *Measure), rows)


def _activities(folder: SourceFolder, work: RatedWork) -> list[Table]:
    names = onet.read_activity_names(folder)
    usage = exposure.read_usage_of_activities(folder)
    used = {activity for works in work.by_activity.values() for activity in works} - {tasks.OTHER}
    nameless = sorted(used - names.keys())
    if nameless:
        raise ReferenceImportError(onet.ACTIVITY_NAMES, f"has no name for activity {nameless[0]!r}")
    named = [(activity, names[activity], usage.get(activity, 0.0)) for activity in sorted(used)]
    shares = [
        (code, activity, part.weight, part.exposure, part.alone_share)
        for code, works in sorted(work.by_activity.items())
        for activity, part in works.items()
    ]
    return [
        Table("activities.csv", ("id", "title", "usage"), [*named, (tasks.OTHER, OTHER_TITLE, 0.0)]),
        Table("occupation_activities.csv", ("code", "activity", "share", "exposure", "automation"), shares),
    ]


def _related(folder: SourceFolder, codes_of: Crosswalk, codes: set[str]) -> Table:
    rows = [
        (code, " ".join(other for other in related if other in codes))
        for code, related in onet.read_related(folder, codes_of).items()
        if code in codes
    ]
    return Table("related.csv", ("code", "related"), rows)


def _titles(folder: SourceFolder, codes_of: Crosswalk, projections: occupations.Projections) -> Table:
    names = {code: outlook.title for code, outlook in projections.occupations.items()}
    titles = onet.read_titles(folder, codes_of, names)
    rows = [(title.code, title.kind.value, title.title) for title in titles if title.code in names]
    return Table("titles.csv", ("code", "kind", "title"), rows)


def _states(states: Iterable[places.StateRow]) -> Table:
    rows = [(state.postal, state.fips, state.name, state.price_parity) for state in states]
    return Table("states.csv", ("state", "fips", "name", "price_parity"), rows)


def _state_pay(published: Iterable[places.StatePayRow]) -> Table:
    rows = [(pay.postal, pay.code, pay.employment, *pay.percentiles) for pay in published]
    return Table("state_pay.csv", ("state", "code", "employment", *occupations.PERCENTILES), rows)


def _attainment(folder: SourceFolder, codes: set[str]) -> Table:
    attainment = occupations.read_attainment(folder)
    rows: list[tuple[Cell, ...]] = [(code, *attainment[code].values()) for code in sorted(codes & attainment.keys())]
    return Table("attainment.csv", ("code", *occupations.ATTAINMENT_LEVELS), rows)


def _industries(industries: places.Industries) -> list[Table]:
    shares = [
        (code, sector, share)
        for code, by_sector in sorted(industries.shares.items())
        for sector, share in by_sector.items()
    ]
    return [
        Table("industries.csv", ("sector", "name"), list(industries.names.items())),
        Table("occupation_industries.csv", ("code", "sector", "share"), shares),
    ]

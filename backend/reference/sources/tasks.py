"""Task ratings of Eloundou et al. (2024), and what they say of an occupation and of its work activities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.reference.rows import ONET_CODE, SourceFolder, SourceRow
from backend.reference.sources.crosswalk import Crosswalk

RATINGS = "gpts_are_gpts/full_labelset.tsv"
TASKS_TO_ACTIVITIES = "onet_30_1/Tasks to DWAs.txt"
OTHER = "other"

_BETA = {"E0": 0.0, "E1": 1.0, "E2": 0.5}
_ALONE = {"T0": 0.0, "T1": 0.0, "T2": 0.0, "T3": 1.0, "T4": 1.0}
_CORE_WEIGHT, _OTHER_WEIGHT = 2.0, 1.0


@dataclass(frozen=True, slots=True)
class Task:
    """A rated task: `alone` is 1 where the rubric says a language model could do it mostly alone (T3, T4)."""

    onet: str
    id: int
    weight: float
    human: str
    gpt4: str
    alone: float

    @property
    def beta_human(self) -> float:
        return _BETA[self.human]

    @property
    def beta_gpt4(self) -> float:
        return _BETA[self.gpt4]

    @property
    def beta(self) -> float:
        return (self.beta_human + self.beta_gpt4) / 2


@dataclass(slots=True)
class Work:
    """Work added up task by task: its weight, its exposed part, and the exposed part rated T3 or T4."""

    weight: float = 0.0
    exposed: float = 0.0
    alone: float = 0.0

    def add(self, weight: float, task: Task) -> None:
        self.weight += weight
        self.exposed += weight * task.beta
        self.alone += weight * task.beta * task.alone

    @property
    def exposure(self) -> float:
        return self.exposed / self.weight

    @property
    def alone_share(self) -> float | None:
        """None where nothing is exposed."""
        return self.alone / self.exposed if self.exposed else None


def read_tasks(folder: SourceFolder) -> list[Task]:
    columns = ("O*NET-SOC Code", "Task ID", "Task Type", "human_labels", "gpt4_exposure", "gpt4_automation")
    return [_task(row) for row in folder.read_tsv(RATINGS, columns, quoted=True)]


def _task(row: SourceRow) -> Task:
    for column in ("human_labels", "gpt4_exposure"):
        row.one_of(column, _BETA)
    return Task(
        onet=row.code("O*NET-SOC Code", ONET_CODE),
        id=round(row.number_at("Task ID")),
        weight=_CORE_WEIGHT if row.text_or_none("Task Type") == "Core" else _OTHER_WEIGHT,
        human=row.text("human_labels"),
        gpt4=row.text("gpt4_exposure"),
        alone=row.one_of("gpt4_automation", _ALONE),
    )


def read_activities_of_tasks(folder: SourceFolder) -> dict[int, tuple[str, ...]]:
    """The distinct intermediate work activities of each task; a DWA id is its IWA's id plus one part."""
    activities_of: dict[int, set[str]] = defaultdict(set)
    for row in folder.read_tsv(TASKS_TO_ACTIVITIES, ("Task ID", "DWA ID")):
        activity, _, detail = row.text("DWA ID").rpartition(".")
        if not activity or not detail.startswith("D"):
            raise row.wrong(f"column 'DWA ID' holds {row.text('DWA ID')[:40]!r}, not a work activity")
        activities_of[round(row.number_at("Task ID"))].add(activity)
    return {task: tuple(sorted(activities)) for task, activities in activities_of.items()}


def weights_in_occupations(tasks: Iterable[Task], crosswalk: Crosswalk) -> list[tuple[str, float, Task]]:
    """(occupation, weight, task); weights sum to 1 per occupation and every O*NET child counts equally."""
    totals: dict[str, float] = defaultdict(float)
    rated = list(tasks)
    for task in rated:
        totals[task.onet] += task.weight
    shares = crosswalk.shares_of_onet(set(totals))
    return [
        (crosswalk.matrix_of_onet[task.onet], shares[task.onet] * task.weight / totals[task.onet], task)
        for task in rated
        if task.onet in shares
    ]


def work_by_occupation(weighted: Iterable[tuple[str, float, Task]]) -> dict[str, Work]:
    work: dict[str, Work] = defaultdict(Work)
    for code, weight, task in weighted:
        work[code].add(weight, task)
    return dict(work)


def work_by_activity(
    weighted: Iterable[tuple[str, float, Task]], activities: Mapping[int, tuple[str, ...]]
) -> dict[str, dict[str, Work]]:
    """Each task's weight split evenly over its activities; tasks without one go to "other"."""
    work: dict[str, dict[str, Work]] = defaultdict(lambda: defaultdict(Work))
    for code, weight, task in weighted:
        ids = activities.get(task.id, (OTHER,))
        for activity in ids:
            work[code][activity].add(weight / len(ids), task)
    return {code: dict(sorted(works.items())) for code, works in work.items()}

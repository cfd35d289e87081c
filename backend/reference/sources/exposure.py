"""The five published exposure measures, each brought to the occupations of the National Employment Matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.reference.rows import SourceFolder
from backend.reference.sources.crosswalk import Crosswalk
from backend.reference.sources.tasks import Task
from backend.reference.tables import Measure

AIOE = "aioe/AIOE_DataAppendix.xlsx"
MICROSOFT = "ms_working_with_ai/soc_ai_applicability_scores.csv"
MICROSOFT_ACTIVITIES = "ms_working_with_ai/iwa_metrics.csv"
ANTHROPIC = "anthropic_observed_exposure/job_exposure.csv"

_USER = "completion_x_scope_x_coverage_user"
_AI = "completion_x_scope_x_coverage_ai"


@dataclass(frozen=True, slots=True)
class OccupationBeta:
    """Weighted mean of E1 + E2/2 over one O*NET occupation's tasks, by rater."""

    human: float
    gpt4: float


def betas_by_onet(tasks: Iterable[Task]) -> dict[str, OccupationBeta]:
    """Reproduces the published occupation file (Eloundou et al. 2024) from its task ratings."""
    sums: dict[str, list[float]] = {}
    for task in tasks:
        total = sums.setdefault(task.onet, [0.0, 0.0, 0.0])
        total[0] += task.weight
        total[1] += task.weight * task.beta_human
        total[2] += task.weight * task.beta_gpt4
    return {onet: OccupationBeta(human / weight, gpt4 / weight) for onet, (weight, human, gpt4) in sums.items()}


def read_aioe(folder: SourceFolder) -> dict[str, float]:
    rows = folder.read_sheet(AIOE, "Appendix A", ("SOC Code", "AIOE"))
    return {row.code("SOC Code"): row.within("AIOE", -5, 5) for row in rows}


def read_microsoft(folder: SourceFolder) -> dict[str, float]:
    rows = folder.read_csv(MICROSOFT, ("SOC Code", "ai_applicability_score"))
    return {row.code("SOC Code"): row.within("ai_applicability_score", 0, 1) for row in rows}


def read_anthropic(folder: SourceFolder) -> dict[str, float]:
    rows = folder.read_csv(ANTHROPIC, ("occ_code", "observed_exposure"))
    return {row.code("occ_code"): row.within("observed_exposure", 0, 1) for row in rows}


def read_usage_of_activities(folder: SourceFolder) -> dict[str, float]:
    """Mean over user and AI of completion x scope x coverage, per intermediate work activity."""
    rows = folder.read_csv(MICROSOFT_ACTIVITIES, ("IWA", _USER, _AI))
    return {
        row.text("IWA"): ((row.number_or_none(_USER) or 0.0) + (row.number_or_none(_AI) or 0.0)) / 2 for row in rows
    }


def read_measures(
    folder: SourceFolder, crosswalk: Crosswalk, tasks: Iterable[Task]
) -> Mapping[Measure, Mapping[str, float]]:
    betas = betas_by_onet(tasks)
    return {
        Measure.BETA_HUMAN: crosswalk.from_onet({onet: beta.human for onet, beta in betas.items()}),
        Measure.BETA_GPT4: crosswalk.from_onet({onet: beta.gpt4 for onet, beta in betas.items()}),
        Measure.AIOE: crosswalk.from_soc_2010(read_aioe(folder)),
        Measure.MICROSOFT: crosswalk.from_soc(read_microsoft(folder)),
        Measure.ANTHROPIC: crosswalk.from_soc(read_anthropic(folder)),
    }

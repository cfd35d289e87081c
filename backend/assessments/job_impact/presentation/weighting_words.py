"""How a result says by which weighting its score was worked out."""

from __future__ import annotations

from collections.abc import Mapping

from backend.assessments.job_impact.model.result import Evidence, Exposure
from backend.assessments.job_impact.model.weighting import WEIGHTINGS

KINDS: Mapping[Evidence, str] = {
    Evidence.TASK: "tasks",
    Evidence.ABILITY: "abilities",
    Evidence.USAGE: "use",
}
COUNTS = {2: "two", 3: "three", 4: "four", 5: "five"}
ELSEWHERE = "The pages about jobs count each kind once, so their numbers can differ."


def averaged(weighting: str, shown: Exposure) -> str:
    """What the number beside the figure averages, with the place of each kind."""
    by = WEIGHTINGS[weighting]
    kinds = ", ".join(f"{KINDS[kind]} {place:.0f}" for kind, place in shown.families.items())
    count = COUNTS[len(shown.families)]
    if by.each_measure:
        measures = COUNTS[len(shown.places)]
        return f"averages the {measures} measures. By kind of evidence: {kinds}. {ELSEWHERE}"
    if by.twice and by.twice in shown.families:
        return f"averages {count} kinds of evidence, with {KINDS[by.twice]} counted twice: {kinds}. {ELSEWHERE}"
    return f"averages {count} kinds of evidence: {kinds}."


def mean_of(weighting: str, means: Mapping[Evidence, str], measures: int) -> str:
    """What a score is the mean of; `means`: the place of each kind, as it is written."""
    by = WEIGHTINGS[weighting]
    kinds = ", ".join(
        f"{KINDS[kind]} {place}{' (counted twice)' if kind is by.twice else ''}" for kind, place in means.items()
    )
    return f"mean of the {COUNTS[measures]} measures ({kinds})" if by.each_measure else f"mean of {kinds}"


def method(weighting: str) -> str:
    by = WEIGHTINGS[weighting]
    twice = f", with {KINDS[by.twice]} counted twice" if by.twice else ""
    averaging = f"Measures are averaged within each kind of evidence, and the kinds into the score{twice}."
    if by.each_measure:
        averaging = "The measures are averaged into the score, each counted once."
    return (
        f"Each published measure becomes a place among all US workers. {averaging} The cut-offs at 35 and 65 are our "
        "choice."
    )

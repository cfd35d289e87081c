"""The public figures Mingus rests on, as the running app reads them: immutable, once per process."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """The published exposure measures, in the order they are shown."""

    BETA_HUMAN = "beta_human"
    BETA_GPT4 = "beta_gpt4"
    AIOE = "aioe"
    MICROSOFT = "microsoft"
    ANTHROPIC = "anthropic"


class TitleKind(StrEnum):
    """Where a job title comes from, the most telling first; EVERYDAY and SPANISH are our own lists of titles."""

    OCCUPATION = "occupation"
    REPORTED = "reported"
    ALTERNATE = "alternate"
    SHORT = "short"
    EVERYDAY = "everyday"
    SPANISH = "spanish"


@dataclass(frozen=True, slots=True)
class Pay:
    """Published annual pay percentiles in whole US dollars; None where none was published."""

    p10: int | None
    p25: int | None
    p50: int | None
    p75: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class Activity:
    """One intermediate work activity of an occupation; `id` is O*NET's, or "other" for tasks without one.

    `share`: default share of the occupation's work, all shares sum to 1. `exposure`: b_i in [0, 1].
    `automation`: share of the activity's exposed work rated T3 or T4, in [0, 1]; None if nothing is exposed.
    `usage`: v_i in [0, 1].
    """

    id: str
    title: str
    share: float
    exposure: float
    automation: float | None
    usage: float


@dataclass(frozen=True, slots=True)
class Occupation:
    """One line of the National Employment Matrix (832 of them), with everything published about it."""

    code: str
    title: str
    employment: int | None
    pay: Pay | None
    growth_percent: float | None
    openings: int | None
    entry_education: str | None
    related_experience: str | None
    on_the_job_training: str | None
    job_zone: float | None
    lean: float | None
    measures: dict[Measure, float]
    activities: tuple[Activity, ...]
    related: tuple[str, ...]
    industries: dict[str, float]
    attainment: dict[str, float]


@dataclass(frozen=True, slots=True)
class Source:
    """A public data set: who made it, which vintage is shipped, under what terms."""

    id: str
    name: str
    vintage: str
    licence: str
    url: str
    attribution: str

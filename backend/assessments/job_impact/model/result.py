"""What an assessment says: the answers that went in, and everything that came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from backend.reference.plain_names import JobName
from backend.reference.tables import Measure

LeanLabel = Literal["mostly by itself", "mostly to help"]


class Education(StrEnum):
    """The highest level completed, in the steps the Census and BLS publish."""

    NO_DIPLOMA = "no_diploma"
    HIGH_SCHOOL = "high_school"
    SOME_COLLEGE = "some_college"
    ASSOCIATES = "associates"
    BACHELORS = "bachelors"
    MASTERS = "masters"
    DOCTORAL = "doctoral"


class Level(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Agreement(StrEnum):
    AGREE = "agree"
    MIXED = "mixed"
    DISAGREE = "disagree"


class Evidence(StrEnum):
    TASK = "task"
    ABILITY = "ability"
    USAGE = "usage"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said. Only `occupation` is needed; `salary` is annual US dollars and is never stored."""

    occupation: str
    activities: Mapping[str, float] = field(default_factory=dict)
    experience_years: float | None = None
    education: Education | None = None
    industry: str | None = None
    state: str | None = None
    salary: float | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """The lowest and the highest of several places. Never a confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """Score of one occupation or one week; percentiles of US workers, 0 to 100.

    `band` spans the families, which are kinds of evidence; `measures_range` spans the single measures in `places`.
    """

    score: float
    band: Band
    families: Mapping[Evidence, float]
    places: Mapping[Measure, float]
    measures_range: Band
    agreement: Agreement
    level: Level
    low_level: Level
    high_level: Level


@dataclass(frozen=True, slots=True)
class MeasurePlace:
    """A published value and the share of US workers it lies above, in percent."""

    id: str
    name: str
    family: Evidence
    value: float
    percentile: float
    source: str
    year: int
    url: str


@dataclass(frozen=True, slots=True)
class Lean:
    """Share of the exposed work that the task rubric rates T3 or T4; None where nothing is exposed."""

    share: float | None
    label: LeanLabel | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What AI could do of the work by itself, help with, and not reach: percent, 100 together."""

    alone: float
    helped: float
    out: float

    def whole(self) -> tuple[int, int, int]:
        """Alone, helped, and out in whole percents that add up to 100: by the largest remainder, the first on a tie."""
        exact = (self.alone, self.helped, self.out)
        floors = [int(part) for part in exact]
        by_remainder = sorted(range(len(exact)), key=lambda part: floors[part] - exact[part])
        for part in by_remainder[: 100 - sum(floors)]:
            floors[part] += 1
        alone, helped, out = floors
        return alone, helped, out


@dataclass(frozen=True, slots=True)
class ActivityPlace:
    """An activity of a week: `share` as used by the score, `typical_share` as published; both in percent.

    `title` is O*NET's, `name` our plain one; `topic` is the everyday topic it belongs to. `points`: by how much its
    changed share moved the score. `alone`: what AI could do of it by itself, as `exposure` is what it reaches: 0 to 1.
    `entered`: its percent of the hours that were entered, 0 where none were.
    """

    id: str
    title: str
    name: str
    topic: str
    share: float
    typical_share: float
    exposure: float
    lean: LeanLabel | None
    points: float = 0.0
    alone: float = 0.0
    entered: float = 0.0


@dataclass(frozen=True, slots=True)
class PayPlace:
    """Published pay percentiles of the area used; `percentile` is None when no salary was given."""

    p10: int | None
    p25: int | None
    p50: int | None
    p75: int | None
    p90: int | None
    area: str
    vintage: str
    percentile: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Official projection. Shown beside the score, never mixed into it. `openings` is persons a year."""

    growth_percent: float
    openings: int
    education: str
    horizon: str
    all_jobs_growth_percent: float


class MoveRule(StrEnum):
    """What a move must pass."""

    EXPOSURE = "exposure"
    PAY = "pay"
    PREPARATION = "preparation"
    DEGREE = "degree"


class Relaxation(StrEnum):
    """What a visitor can ask less of; any exposure includes the smaller step."""

    PAY = "pay"
    EXPOSURE = "exposure"
    ANY_EXPOSURE = "any_exposure"
    PREPARATION = "preparation"


class MoveFlag(StrEnum):
    """Why a move is never named first: it shrinks by more than 2% or has fewer than 1,000 openings a year."""

    SHRINKING = "shrinking"
    RARE = "rare"


@dataclass(frozen=True, slots=True)
class Miss:
    """A rule that a related occupation fails, in a few words; `relaxed_by` is None where nothing lets it pass."""

    rule: MoveRule
    words: str
    relaxed_by: Relaxation | None


@dataclass(frozen=True, slots=True)
class Move:
    """A related occupation. `missed` are all rules that it fails, none for a move that passes.

    `place`: its score as a whole number, by which the rules go. `median_pay`: annual US dollars in `area`.
    `pay_change`: percent of today's median in the same area.
    `similarity`: rank in O*NET's list of related occupations, from 100 for the first towards 0 for the last.
    `extra_years`: of preparation, beyond today's job.
    """

    code: str
    title: str
    job: JobName
    score: float
    place: int
    band: Band
    median_pay: int
    pay_change: float
    growth_percent: float | None
    openings: int | None
    similarity: int
    area: str
    education: str | None
    preparation: str | None
    missed: tuple[Miss, ...]
    flags: tuple[MoveFlag, ...]
    extra_years: float = 0.0


@dataclass(frozen=True, slots=True)
class Moves:
    """Moves that pass every rule, best first; those that miss some, nearest first; what to relax when none pass.

    `first` is the one to name first, or None where each that passes is shrinking or rare.
    """

    passing: tuple[Move, ...]
    near_misses: tuple[Move, ...]
    advice: str | None
    first: Move | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A sourced statement about the person's context. Context never changes the score."""

    id: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Model version, data vintages, and a hash of the inputs: same input, same bytes.

    `weighting` is the one that the score was worked out by; `model` names it too where it is not the default.
    `input_hash`: SHA-256, hexadecimal, over every answer but the salary, which must not be found by guessing.
    """

    model: str
    weighting: str
    vintages: Mapping[str, str]
    input_hash: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole result. `yours` is None when there is too little evidence; `reason` then says so.

    `typical` is the occupation with its default week; it equals `yours` when no activities were chosen.
    `outside` names the measures that lie outside the band of `typical`. `activities` go from most to least exposed.
    """

    code: str
    title: str
    job: JobName
    yours: Exposure | None
    typical: Exposure | None
    reason: str | None
    measures: tuple[MeasurePlace, ...]
    outside: tuple[MeasurePlace, ...]
    lean: Lean
    parts: Parts | None
    activities: tuple[ActivityPlace, ...]
    pay: PayPlace | None
    outlook: Outlook | None
    moves: Moves
    context: tuple[Fact, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Profile:
    """An occupation as published, before anyone said anything; `activities` go from largest to smallest share."""

    code: str
    title: str
    job: JobName
    typical: Exposure | None
    reason: str | None
    activities: tuple[ActivityPlace, ...]
    pay: PayPlace | None
    outlook: Outlook | None

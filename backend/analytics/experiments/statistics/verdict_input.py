"""What a verdict is decided from, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from backend.analytics.experiments.statistics.answers import Comparison, Inconclusive, Lift


class VerdictKind(StrEnum):
    """What to do about an experiment."""

    UNHEALTHY = "unhealthy"
    ROLL_BACK = "roll_back"
    KEEP_RUNNING = "keep_running"
    SHIP = "ship"
    NO_EFFECT = "no_effect"


class GuardrailState(StrEnum):
    """What the one-sided bounds of a guardrail say."""

    SAFE = "safe"
    UNDECIDED = "undecided"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, as a code with its numbers; the page finds the words. `subject` names an arm, measure or check."""

    code: str
    subject: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of row `row` of the table. `arm` is what ships or is stopped (None: all arms, or none).

    `is_final`: of the one look that a fixed horizon has; a second one would be a second chance of a false winner.
    """

    kind: VerdictKind
    row: int
    arm: str | None = None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Reason, ...] = ()
    days_left: int | None = None
    is_final: bool = False

    @property
    def stays(self) -> bool:
        """Whether later looks keep it: final, shipped, or every treatment rolled back, by the primary measure."""
        stops_one_of_several = any(reason.code == "stop_arm" for reason in self.reasons)
        return self.is_final or self.row == 5 or (self.row == 4 and not stops_one_of_several)


@dataclass(frozen=True, slots=True)
class ArmUnits:
    """How many units an arm has, and how many of them have a non-zero value of the primary measure."""

    key: str
    units: int
    conversions: int

    def __post_init__(self) -> None:
        if not 0 <= self.conversions <= self.units:
            message = f"{self.conversions} conversions of {self.units} units."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class TreatmentResult:
    """The primary measure of a treatment against control: interval at the level that Holm leaves to the arm.

    `chance_to_win` and `loss_if_shipped` (a lift) are of the Bayesian engine, already in the measure's good direction.
    """

    arm: ArmUnits
    difference: Comparison | Inconclusive
    lift: Lift | Inconclusive
    chance_to_win: float | None = None
    loss_if_shipped: float | None = None


@dataclass(frozen=True, slots=True)
class GuardrailResult:
    """One guardrail in one arm. `units_needed`: more units until it is decided, where that can be told.

    `fewest_units` is the size of the smaller arm at the look that the state is of.
    """

    measure: str
    arm: str
    state: GuardrailState
    fewest_units: int
    units_needed: int | None = None


@dataclass(frozen=True, slots=True)
class VerdictInput:
    """Everything a verdict depends on.

    Arms, treatments and `guardrails` are of the data up to the last whole week; `failed_checks` and
    `latest_guardrails` look at everything (rows 1 and 2). `days` are whole days since the start in the business time
    zone. `best` is the arm of a bandit that has won by its own rule, control included. `taken` is the verdict of an
    earlier look. Arms that were stopped are left out by the caller.
    """

    control: ArmUnits
    treatments: tuple[TreatmentResult, ...]
    days: int
    mde: float
    failed_checks: tuple[Reason, ...] = ()
    guardrails: tuple[GuardrailResult, ...] = ()
    latest_guardrails: tuple[GuardrailResult, ...] = ()
    minimum_days: int = 7
    minimum_units: int = 500
    minimum_conversions: int = 25
    planned_units: int | None = None
    days_left: int | None = None
    is_sequential: bool = True
    is_bayesian: bool = False
    lower_is_better: bool = False
    taken: Verdict | None = None
    is_bandit: bool = False
    best: str | None = None

    def __post_init__(self) -> None:
        if not self.treatments:
            message = "A verdict needs a treatment."
            raise ValueError(message)
        if self.days < 0 or not self.mde > 0:
            message = f"A verdict after {self.days} days with a smallest effect of {self.mde} makes no sense."
            raise ValueError(message)
        keys = [self.control.key, *(one.arm.key for one in self.treatments)]
        if len(set(keys)) != len(keys):
            message = "Two arms have one key."
            raise ValueError(message)

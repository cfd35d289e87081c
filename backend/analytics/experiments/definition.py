"""An experiment as it is designed: frozen values, the same in the API, the store, and the statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class TestType(StrEnum):
    """What an experiment changes in the product; `custom` changes nothing that Mingus knows of."""

    __test__ = False

    RISK_ALGORITHM = "risk_algorithm"
    CONVERSION_OFFER = "conversion_offer"
    PERSONALIZATION = "personalization"
    URGENCY_MESSAGING = "urgency_messaging"
    CUSTOM = "custom"


class ExperimentStatus(StrEnum):
    """The life of an experiment: only a draft can be edited, and what is archived is read alone."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    ARCHIVED = "archived"


class ExperimentUnit(StrEnum):
    """What is randomized: chosen at creation, and never changed."""

    USER = "user"
    VISITOR = "visitor"
    SESSION = "session"


class StatisticsEngine(StrEnum):
    FREQUENTIST = "frequentist"
    BAYESIAN = "bayesian"


class Correction(StrEnum):
    """How secondary measures are corrected for being several."""

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "bh"


class Allocation(StrEnum):
    """Whether weights stay, or follow what was seen."""

    FIXED = "fixed"
    THOMPSON = "thompson"
    TOP_TWO = "top_two"


@dataclass(frozen=True, slots=True)
class Variant:
    """One arm. The first of an experiment is its control. Weights of all arms add up to 1."""

    key: str
    name: str
    weight: float
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A measure that may not get worse by more than `max_drop`, a lift in its bad direction."""

    measure: str
    max_drop: float


@dataclass(frozen=True, slots=True)
class StatisticsPlan:
    """How the experiment is judged, fixed before the start."""

    engine: StatisticsEngine = StatisticsEngine.FREQUENTIST
    sequential: bool = True
    alpha: float = 0.05
    correction: Correction = Correction.HOLM


@dataclass(frozen=True, slots=True)
class Minimum:
    """Before this, no experiment is decided."""

    days: int = 7
    users_per_variant: int = 500


@dataclass(frozen=True, slots=True)
class Namespace:
    """The part of all units that an experiment draws from, so that others can have the rest."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class ExperimentSchedule:
    """When it starts and stops by itself; None: by hand."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Automation:
    """What happens without anybody: a winner rolled out in steps, a harmful arm rolled back."""

    roll_out: bool = False
    roll_back: bool = False


@dataclass(frozen=True, slots=True)
class ExperimentConfig:
    """Everything that is decided before the start. `targeting` is a condition as the evaluator reads it.

    `seed` is random and never changes, so that no two experiments share buckets. `mde` is the smallest lift worth
    having. With a conversion window, only events that soon after the exposure count.
    """

    name: str
    type: TestType
    hypothesis: str
    unit: ExperimentUnit
    variants: tuple[Variant, ...]
    primary: str
    seed: str
    traffic: float = 1.0
    targeting: Mapping[str, Any] = field(default_factory=dict)
    namespace: Namespace | None = None
    secondary: tuple[str, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    statistics: StatisticsPlan = StatisticsPlan()
    minimum: Minimum = Minimum()
    mde: float = 0.1
    allocation: Allocation = Allocation.FIXED
    schedule: ExperimentSchedule = ExperimentSchedule()
    automation: Automation = Automation()
    conversion_window: timedelta | None = None
    planned_units: int | None = None

    @property
    def control(self) -> Variant:
        return self.variants[0]

    @property
    def treatments(self) -> tuple[Variant, ...]:
        return self.variants[1:]

    def variant(self, key: str) -> Variant | None:
        return next((variant for variant in self.variants if variant.key == key), None)


@dataclass(frozen=True, slots=True)
class WeightPeriod:
    """Weights and traffic from an instant on. Units exposed before keep their variants; SRM starts a new factor."""

    version: int
    weights: Mapping[str, float]
    traffic: float
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment as it stands. A `phase` begins with each start from draft; its exposures are counted alone.

    `periods` are those of this phase, the earliest first; `shipped` is the variant that everybody gets since a
    decision, to `shipped_share` of all units.
    """

    test_id: str
    config: ExperimentConfig
    status: ExperimentStatus
    phase: int
    periods: tuple[WeightPeriod, ...]
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    shipped: str | None = None
    shipped_share: float = 0.0
    shipped_at: datetime | None = None
    follows: str | None = None

    @property
    def weights(self) -> Mapping[str, float]:
        """Those that hold now."""
        return self.periods[-1].weights if self.periods else {v.key: v.weight for v in self.config.variants}

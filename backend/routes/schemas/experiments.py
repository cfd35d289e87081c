"""An experiment as a request brings it, and as it is answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from backend.analytics.experiments import validation as rules
from backend.analytics.experiments.config_json import config_json, config_of
from backend.analytics.experiments.definition import (
    Allocation,
    Correction,
    Experiment,
    ExperimentConfig,
    ExperimentStatus,
    ExperimentUnit,
    StatisticsEngine,
    TestType,
)
from backend.analytics.experiments.readiness import Concern
from backend.analytics.experiments.store import HistoryEntry
from backend.analytics.experiments.unit_measures import UNIT_MEASURES
from backend.routes.schemas.answer import Out
from backend.routes.schemas.instants import Instant
from backend.routes.schemas.parameters import Parameters
from backend.routes.schemas.said_rules import CONTROLS, Rule, nullable

ASKED = ConfigDict(frozen=True, extra="forbid")
MEASURE: Rule = {"enum": [*UNIT_MEASURES]}
KEY: Rule = {"pattern": f"^{rules.KEY}$"}
SAID: Rule = {"pattern": f"^[^{CONTROLS}]*[^{CONTROLS}\\s][^{CONTROLS}]*$"}
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]
Why = Annotated[
    str,
    Field(
        max_length=rules.LONGEST_WHY,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*$",
        description="The reason, on one line; the history keeps it.",
    ),
]
Reason = Annotated[Why, Field(min_length=1)]


PART = ("name", "start", "end")
EMPTIED = ("conversion_window_hours", "planned_units")  # where null says: none


def between(low: float, high: float, *, above: bool = False) -> Rule:
    return {"exclusiveMinimum" if above else "minimum": low, "maximum": high}


class VariantBody(BaseModel):
    """One arm; the first is the control. What the payload may hold depends on the type of the experiment."""

    model_config = ASKED

    key: str = Field(examples=["control"], json_schema_extra=KEY)
    name: str = Field(examples=["As it is"], json_schema_extra=SAID | {"maxLength": rules.LONGEST_VARIANT_NAME})
    weight: Number = Field(examples=[0.5], json_schema_extra=between(0, 1, above=True))
    payload: dict[str, Any] = Field(default_factory=dict)


class GuardrailBody(BaseModel):
    """A measure that may not get worse by more than `max_drop`."""

    model_config = ASKED

    measure: str = Field(json_schema_extra=MEASURE)
    max_drop: Number = Field(examples=[0.05], json_schema_extra=between(0, rules.LARGEST_DROP, above=True))


class StatisticsBody(BaseModel):
    model_config = ASKED

    engine: StatisticsEngine = StatisticsEngine.FREQUENTIST
    sequential: StrictBool = True
    alpha: Number = Field(default=0.05, json_schema_extra=between(0, rules.LARGEST_ALPHA, above=True))
    correction: Correction = Correction.HOLM


class MinimumBody(BaseModel):
    model_config = ASKED

    days: Whole = Field(default=7, json_schema_extra=between(1, rules.MOST_DAYS))
    users_per_variant: Whole = Field(default=500, json_schema_extra=between(1, rules.MOST_UNITS))


class NamespaceBody(BaseModel):
    """The part of all units, from `start` to `end`, that the experiment draws from; `{}`: all of them."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"dependentRequired": {name: [*PART] for name in PART}}
    )

    name: str | None = Field(default=None, json_schema_extra=nullable(KEY))
    start: Number | None = None
    end: Number | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if len({getattr(self, name) is None for name in PART}) > 1:
            raise ValueError("needs a name, a start, and an end, or nothing at all")
        return self


class ScheduleBody(BaseModel):
    """When it starts and stops by itself. Without an instant: by hand."""

    model_config = ASKED

    starts_at: Instant | None = None
    ends_at: Instant | None = None


class AutomationBody(BaseModel):
    """Whether a winner is rolled out in steps, and a harmful variant rolled back, without anybody."""

    model_config = ASKED

    roll_out: StrictBool = False
    roll_back: StrictBool = False


Variants = Annotated[
    list[VariantBody], Field(json_schema_extra={"minItems": rules.FEWEST_VARIANTS, "maxItems": rules.MOST_VARIANTS})
]
Secondary = Annotated[
    list[str],
    Field(
        json_schema_extra={"items": {"type": "string"} | MEASURE, "maxItems": rules.MOST_SECONDARY, "uniqueItems": True}
    ),
]
Guardrails = Annotated[list[GuardrailBody], Field(json_schema_extra={"maxItems": rules.MOST_GUARDRAILS})]
Name = Annotated[str, Field(examples=["Price of the plan"], json_schema_extra=SAID | {"maxLength": rules.LONGEST_NAME})]
Hypothesis = Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": rules.LONGEST_HYPOTHESIS})]
MeasureName = Annotated[str, Field(examples=["conversion_rate"], json_schema_extra=MEASURE)]
Traffic = Annotated[Number, Field(json_schema_extra=between(0, 1, above=True))]
Mde = Annotated[
    Number,
    Field(description="The smallest lift worth having.", json_schema_extra=between(0, rules.LARGEST_MDE, above=True)),
]
Window = Annotated[
    Whole,
    Field(ge=1, le=rules.LONGEST_WINDOW_HOURS, description="Only events that soon after the exposure count."),
]
Planned = Annotated[Whole, Field(json_schema_extra=between(1, rules.MOST_UNITS))]
Targeting = Annotated[
    dict[str, Any], Field(description="A condition over country, region, device, is_member, path, source.")
]


class ExperimentBody(BaseModel):
    """An experiment as it is designed."""

    model_config = ASKED

    name: Name
    type: TestType
    hypothesis: Hypothesis
    unit: ExperimentUnit
    variants: Variants
    traffic: Traffic = 1.0
    targeting: Targeting = Field(default_factory=dict)
    namespace: NamespaceBody = NamespaceBody()
    primary: MeasureName
    secondary: Secondary = Field(default_factory=list)
    guardrails: Guardrails = Field(default_factory=list)
    statistics: StatisticsBody = StatisticsBody()
    minimum: MinimumBody = MinimumBody()
    mde: Mde = 0.1
    allocation: Allocation = Allocation.FIXED
    schedule: ScheduleBody = ScheduleBody()
    automation: AutomationBody = AutomationBody()
    conversion_window_hours: Window | None = None
    planned_units: Planned | None = None
    follows: str | None = Field(None, description="The experiment whose winner is the control of this one.")
    why: Why = ""

    def config(self) -> ExperimentConfig:
        return config_of(_sent(self))


class ExperimentPatch(BaseModel):
    """What is to change; the rest stays. Lists and objects are replaced as a whole."""

    model_config = ASKED

    name: Name | None = None
    type: TestType | None = None
    hypothesis: Hypothesis | None = None
    unit: ExperimentUnit | None = None
    variants: Variants | None = None
    traffic: Traffic | None = None
    targeting: Targeting | None = None
    namespace: NamespaceBody | None = None
    primary: MeasureName | None = None
    secondary: Secondary | None = None
    guardrails: Guardrails | None = None
    statistics: StatisticsBody | None = None
    minimum: MinimumBody | None = None
    mde: Mde | None = None
    allocation: Allocation | None = None
    schedule: ScheduleBody | None = None
    automation: AutomationBody | None = None
    conversion_window_hours: Window | None = None
    planned_units: Planned | None = None
    why: Why = ""

    def changed(self, config: ExperimentConfig) -> ExperimentConfig:
        sent = _sent(self)
        emptied = {name: None for name in EMPTIED if name in self.model_fields_set}
        return config_of({**config_json(config), **emptied, **sent})


class ReweightBody(BaseModel):
    """Weights and traffic for whoever comes from here on; whoever was exposed keeps their variant."""

    model_config = ASKED

    weights: dict[str, Number] | None = Field(None, examples=[{"control": 0.2, "new": 0.8}])
    traffic: Traffic | None = None
    why: Reason


class ShipBody(BaseModel):
    """Show a variant to a share of everybody. An experiment that runs is stopped by it."""

    model_config = ASKED

    variant: str = Field(json_schema_extra=KEY)
    share: Number = Field(1.0, json_schema_extra=between(0, 1))
    why: Reason


class AutomateBody(AutomationBody):
    why: Why = ""


class ExperimentPath(BaseModel):
    test_id: str = Field(description="The ID of an experiment.", max_length=40)


class ExperimentsQuery(Parameters):
    status: ExperimentStatus | None = None


class WhyQuery(Parameters):
    why: Why = ""


class CreatedOut(Out):
    test_id: str


class WeightPeriodOut(Out):
    """Weights and traffic from an instant on."""

    version: int
    weights: dict[str, float]
    traffic: float
    starts_at: datetime


class ExperimentOut(Out):
    """An experiment as it stands. `config` is what was designed, `periods` the weights of its phase."""

    test_id: str
    status: ExperimentStatus
    phase: int
    config: dict[str, Any]
    periods: list[WeightPeriodOut]
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None
    shipped: str | None
    shipped_share: float
    follows: str | None

    @classmethod
    def of(cls, experiment: Experiment) -> Self:
        fields = {name: getattr(experiment, name) for name in cls.model_fields if name not in ("config", "periods")}
        periods = [WeightPeriodOut.model_validate(period) for period in experiment.periods]
        return cls(**fields, config=config_json(experiment.config), periods=periods)


class ConcernOut(Out):
    """What would make the experiment worthless. `blocks`: it cannot start until this is mended."""

    code: str
    field: str
    message: str
    blocks: bool


class HistoryOut(Out):
    """What was done: by whom, when, and why. Somebody whose account is gone is `account:deleted`."""

    deed: str
    who: str
    why: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    at: datetime


class ExperimentDetailOut(ExperimentOut):
    concerns: list[ConcernOut]
    history: list[HistoryOut]


class ExperimentsResponse(Out):
    data: list[ExperimentOut]

    @classmethod
    def of(cls, experiments: Iterable[Experiment]) -> Self:
        return cls(data=[ExperimentOut.of(experiment) for experiment in experiments])


class ExperimentResponse(Out):
    data: ExperimentOut


class ExperimentDetailResponse(Out):
    data: ExperimentDetailOut

    @classmethod
    def of(cls, experiment: Experiment, concerns: Iterable[Concern], history: Iterable[HistoryEntry]) -> Self:
        whole = dict(ExperimentOut.of(experiment))
        shown = [ConcernOut.model_validate(concern) for concern in concerns]
        return cls(data=ExperimentDetailOut(**whole, concerns=shown, history=entries(history)))


def entries(history: Iterable[HistoryEntry]) -> list[HistoryOut]:
    return [HistoryOut.model_validate(entry) for entry in history]


def _sent(body: ExperimentBody | ExperimentPatch) -> dict[str, Any]:
    """The fields of a configuration that were sent, as it is stored."""
    return body.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"why", "follows"})

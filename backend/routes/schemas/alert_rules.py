"""Rules and objectives as requests bring them, and as they are answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.objectives.objective import ObjectiveStanding
from backend.analytics.monitoring.rules.definition import CHANGEABLE, SLUG
from backend.analytics.monitoring.rules.rule import Comparison, Each, Measure, MeasureSource, Rule, Statistic
from backend.analytics.monitoring.rules.units import RuleUnit, unit_of
from backend.analytics.monitoring.rules.wording import limit, subject
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.answer import Out
from backend.routes.schemas.json_bodies import whole

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Channels = Annotated[
    list[str], Field(max_length=20, description="IDs of channels. Empty: those that take the severity.")
]
Beginnings = Annotated[list[str], Field(max_length=20, description="Beginnings of names.")]
Lasting = Annotated[float, Field(strict=True, ge=0, le=86_400, description="How long the limit has to be passed.")]
Settles = Annotated[
    float, Field(strict=True, ge=0, le=86_400, description="How long the clearing limit has to be kept.")
]
Span = Annotated[float, Field(strict=True, ge=60, le=604_800, description="The time that is measured.")]
Escalates = Annotated[
    float,
    Field(strict=True, ge=60, le=86_400, description="After how long without an acknowledgement the next is told."),
]
Fewest = Annotated[
    int,
    Field(strict=True, ge=0, le=1_000_000, description="Measurements under which nothing is judged."),
    BeforeValidator(whole),
]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Flag = Annotated[bool, Field(strict=True)]
RULE_ID = "The ID of a rule."
TIMES = {"lasting_seconds": "lasting", "settles_seconds": "settles", "window_seconds": "window"}


class MeasureBody(BaseModel):
    """What a rule looks at: what monitoring measured, a measure of the catalogue, an error budget, or a check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: MeasureSource
    name: str = Field(examples=["request"], max_length=100)
    statistic: Statistic
    prefixes: Beginnings = Field(default_factory=list)
    excluded: Beginnings = Field(default_factory=list)
    each: Each = Each.TOGETHER

    def measure(self) -> Measure:
        return Measure(self.source, self.name, self.statistic, tuple(self.prefixes), tuple(self.excluded), self.each)


NO_ESCALATION: dict[str, Any] = {
    "not": {
        "properties": {"severity": {"const": "info"}, "escalates_seconds": {"type": "number"}},
        "required": ["severity", "escalates_seconds"],
    }
}


class RulePatch(BaseModel):
    """What is to change about a rule; the rest stays. Of a shipped rule the title and what it measures stay too.

    A rule that becomes one of severity info no longer escalates.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=NO_ESCALATION)

    title: Title | None = None
    measure: MeasureBody | None = None
    comparison: Comparison | None = None
    window_seconds: Span | None = None
    limit: Number | None = None
    clears_at: Number | None = None
    severity: Severity | None = None
    lasting_seconds: Lasting | None = None
    settles_seconds: Settles | None = None
    fewest: Fewest | None = None
    channels: Channels | None = None
    escalates_seconds: Escalates | None = None
    business_hours: Flag | None = None
    is_enabled: Flag | None = None

    def changed(self, rule: Rule) -> Rule:
        """The rule as it is to be. Raises InvalidRequest naming what cannot change about a shipped rule."""
        sent = _fields(self)
        if rule.is_shipped and (fixed := sorted(sent.keys() - CHANGEABLE)):
            names = {inner: outer for outer, inner in TIMES.items()}
            message = "This cannot change in a shipped rule. Add a rule of your own instead."
            raise InvalidRequest([FieldError(names.get(name, name), message, "fixed") for name in fixed])
        if sent.get("severity") is Severity.INFO:
            sent = {"escalates": None} | sent
        return replace(rule, **sent)


class RuleBody(BaseModel):
    """A rule of your own. An alert opens above the limit (or below), and resolves once it is back at `clears_at`."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=NO_ESCALATION)

    id: str = Field(pattern=f"^{SLUG}$", max_length=40, examples=["signups-slow"])
    title: Title
    measure: MeasureBody
    comparison: Comparison = Comparison.ABOVE
    window_seconds: Span = 300
    limit: Number
    clears_at: Number | None = Field(None, description="The limit, unless it is named.")
    severity: Severity = Severity.WARNING
    lasting_seconds: Lasting = 0
    settles_seconds: Settles = 300
    fewest: Fewest = 20
    channels: Channels = Field(default_factory=list)
    escalates_seconds: Escalates | None = None
    business_hours: Flag = False
    is_enabled: Flag = True

    def rule(self) -> Rule:
        fields = _fields(self) | {"measure": self.measure.measure()}
        return Rule(id=self.id, is_shipped=False, **({"clears_at": self.limit} | fields))


def _fields(body: RuleBody | RulePatch) -> dict[str, Any]:
    """What was sent, under the names of a rule's fields."""
    sent = {name: value for name, value in body if value is not None and name != "id"}
    fields = {name: value for name, value in sent.items() if not name.endswith("_seconds")}
    fields |= {inner: timedelta(seconds=sent[outer]) for outer, inner in TIMES.items() if outer in sent}
    if "escalates_seconds" in body.model_fields_set:
        seconds = body.escalates_seconds
        fields["escalates"] = None if seconds is None else timedelta(seconds=seconds)
    if "channels" in fields:
        fields["channels"] = tuple(fields["channels"])
    if "measure" in fields:
        fields["measure"] = fields["measure"].measure()
    return fields


class RulePath(BaseModel):
    rule_id: str = Field(description=RULE_ID)


class RuleMeasureOut(Out):
    source: MeasureSource
    name: str
    statistic: Statistic
    prefixes: list[str]
    excluded: list[str]
    each: Each

    @classmethod
    def of(cls, measure: Measure) -> Self:
        return cls(
            source=measure.source,
            name=measure.name,
            statistic=measure.statistic,
            prefixes=list(measure.prefixes),
            excluded=list(measure.excluded),
            each=measure.each,
        )


class RuleOut(Out):
    """`unit`: of the limits. `in_words`: what is measured, and the limit. `runbook`: the heading in docs/runbook.md."""

    id: str
    title: str
    measure: RuleMeasureOut
    comparison: Comparison
    window_seconds: float
    limit: float
    clears_at: float
    unit: RuleUnit
    in_words: str
    severity: Severity
    lasting_seconds: float
    settles_seconds: float
    fewest: int
    channels: list[str]
    escalates_seconds: float | None
    business_hours: bool
    is_enabled: bool
    is_shipped: bool
    runbook: str

    @classmethod
    def of(cls, rule: Rule) -> Self:
        names = (
            "id", "title", "comparison", "limit", "clears_at", "severity", "fewest", "business_hours", "is_enabled",
            "is_shipped", "runbook",
        )  # fmt: skip
        return cls(
            **{name: getattr(rule, name) for name in names},
            measure=RuleMeasureOut.of(rule.measure),
            unit=unit_of(rule.measure),
            in_words=f"{subject(rule)} {limit(rule)}",
            window_seconds=rule.window.total_seconds(),
            lasting_seconds=rule.lasting.total_seconds(),
            settles_seconds=rule.settles.total_seconds(),
            channels=list(rule.channels),
            escalates_seconds=None if rule.escalates is None else rule.escalates.total_seconds(),
        )


class RulesResponse(Out):
    data: list[RuleOut]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Self:
        return cls(data=[RuleOut.of(rule) for rule in rules])


class RuleResponse(Out):
    data: RuleOut

    @classmethod
    def of(cls, rule: Rule) -> Self:
        return cls(data=RuleOut.of(rule))


class BurnOut(Out):
    starts_at: datetime
    rate: float | None


class ObjectiveOut(Out):
    """`budget_left`: 1 when nothing was bad, below 0 when more was than may be. `burn`: 1 just uses the budget up."""

    id: str
    title: str
    target: float
    slowest_seconds: float | None
    window_days: float
    count: int
    bad: int
    good: float | None
    budget_left: float | None
    burn: list[BurnOut]
    covered_seconds: float
    as_of: datetime

    @classmethod
    def of(cls, standing: ObjectiveStanding) -> Self:
        objective = standing.objective
        return cls(
            id=objective.id,
            title=objective.title,
            target=objective.target,
            slowest_seconds=objective.slowest,
            window_days=objective.window / timedelta(days=1),
            count=standing.count,
            bad=standing.bad,
            good=standing.good,
            budget_left=standing.budget_left,
            burn=[BurnOut(starts_at=point.starts_at, rate=point.rate) for point in standing.burn],
            covered_seconds=standing.covered.total_seconds(),
            as_of=standing.as_of,
        )


class ObjectivesResponse(Out):
    data: list[ObjectiveOut]

    @classmethod
    def of(cls, standings: Sequence[ObjectiveStanding]) -> Self:
        return cls(data=[ObjectiveOut.of(standing) for standing in standings])

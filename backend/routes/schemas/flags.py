"""Flags and holdouts as a request brings them, and as they are answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StrictBool

from backend.analytics.experiments import flag as flag_rules
from backend.analytics.experiments.flag import Flag, FlagDefinition
from backend.analytics.experiments.holdouts import LARGEST_SHARE, MOST_TESTS, HoldoutDefinition, KeptHoldout
from backend.analytics.experiments.store import HistoryEntry
from backend.routes.schemas.answer import Out
from backend.routes.schemas.experiments import ASKED, KEY, HistoryOut, Number, Why, between, entries
from backend.routes.schemas.said_rules import Rule

FLAG_KEY: Rule = {"pattern": f"^(?!(config|new)$){flag_rules.KEY}$"}
RULES: Rule = {
    "maxItems": flag_rules.MOST_RULES,
    "items": {"type": "object", "propertyNames": {"enum": sorted(flag_rules.RULE_FIELDS)}},
}
TestIds = Annotated[list[str], Field(json_schema_extra={"maxItems": MOST_TESTS, "uniqueItems": True})]


class FlagBody(BaseModel):
    """A flag: its rules are asked in order, and the first that decides gives the value; else the default value does.

    A rule either forces a value or has variations, as in GrowthBook's documents. `schedule` rolls a forced value out
    by the calendar: {"from": 0, "to": 1, "starts_at": "…", "ends_at": "…"}.
    """

    model_config = ASKED

    description: str = Field("", json_schema_extra={"maxLength": flag_rules.LONGEST_DESCRIPTION})
    default_value: Any = Field(None, description="Any JSON.")
    rules: list[dict[str, Any]] = Field(default_factory=list, json_schema_extra=RULES)
    is_public: StrictBool = Field(False, description="Whether browsers are told the rules.")
    why: Why = ""

    def definition(self) -> FlagDefinition:
        document = {"defaultValue": self.default_value, "rules": self.rules}
        return FlagDefinition(self.description, document, self.is_public)


class NewFlagBody(FlagBody):
    key: str = Field(examples=["new-result-page"], json_schema_extra=FLAG_KEY)


class FlagPath(BaseModel):
    key: str = Field(description="The key of a flag.", max_length=100)


class FlagOut(Out):
    key: str
    description: str
    default_value: Any
    rules: list[dict[str, Any]]
    is_public: bool
    is_killed: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, flag: Flag) -> Self:
        document = flag.definition.document
        return cls(
            key=flag.key,
            description=flag.definition.description,
            default_value=document.get("defaultValue"),
            rules=list(document.get("rules") or []),
            is_public=flag.definition.is_public,
            is_killed=flag.is_killed,
            created_at=flag.created_at,
            updated_at=flag.updated_at,
        )


class FlagResponse(Out):
    data: FlagOut


class FlagsResponse(Out):
    data: list[FlagOut]

    @classmethod
    def of(cls, flags: Iterable[Flag]) -> Self:
        return cls(data=[FlagOut.of(flag) for flag in flags])


class HistoryResponse(Out):
    data: list[HistoryOut]

    @classmethod
    def of(cls, history: Iterable[HistoryEntry]) -> Self:
        return cls(data=entries(history))


class HoldoutBody(BaseModel):
    """A share of all units to which these experiments show their control."""

    model_config = ASKED

    name: str = Field(examples=["first-half-2027"], json_schema_extra=KEY)
    share: Number = Field(examples=[0.05], json_schema_extra=between(0, LARGEST_SHARE, above=True))
    test_ids: TestIds = Field(default_factory=list)
    why: Why = ""

    def definition(self) -> HoldoutDefinition:
        return HoldoutDefinition(self.name, self.share, tuple(self.test_ids))


class HoldoutPatch(BaseModel):
    """The experiments that are held out. The share stays, since another would move people."""

    model_config = ASKED

    test_ids: TestIds
    why: Why = ""


class HoldoutPath(BaseModel):
    name: str = Field(description="The name of a holdout.", max_length=60)


class HoldoutOut(Out):
    name: str
    share: float
    test_ids: list[str]
    created_at: datetime

    @classmethod
    def of(cls, kept: KeptHoldout) -> Self:
        known = kept.definition
        return cls(name=known.name, share=known.share, test_ids=list(known.test_ids), created_at=kept.created_at)


class HoldoutResponse(Out):
    data: HoldoutOut


class HoldoutsResponse(Out):
    data: list[HoldoutOut]

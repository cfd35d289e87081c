"""The filters of a dashboard: three parameters for each dimension of sessions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from backend.analytics.metrics.catalogue.filter_parameters import CONDITIONS, filters_of
from backend.analytics.metrics.catalogue.query import Filter
from backend.analytics.metrics.period import Compare
from backend.routes.schemas import said_rules
from backend.routes.schemas.dashboard import PeriodQuery

# On the wire, one text and a list of one are the same.
VALUES = WithJsonSchema({"anyOf": [said_rules.TEXTS, said_rules.TEXT]})
AnyOf = Annotated[list[str], Field(default_factory=list), VALUES]
NoneOf = Annotated[list[str], Field(default_factory=list), VALUES]
ContainsAny = Annotated[
    list[str],
    Field(default_factory=list),
    WithJsonSchema({"anyOf": [said_rules.PARTS, said_rules.PART]}),
]


class SessionQuery(PeriodQuery):
    """Filters are named after dimensions and may be repeated: any of the values; an empty one is "there is none".

    `source_not` leaves out its values and keeps sessions without one, unless an empty one is among them.
    `source_contains` looks for any of its texts, in any case, in the value as it is kept: of countries, the codes.
    """

    source: AnyOf
    source_not: NoneOf
    source_contains: ContainsAny
    medium: AnyOf
    medium_not: NoneOf
    medium_contains: ContainsAny
    campaign: AnyOf
    campaign_not: NoneOf
    campaign_contains: ContainsAny
    referrer: AnyOf
    referrer_not: NoneOf
    referrer_contains: ContainsAny
    landing_page: AnyOf
    landing_page_not: NoneOf
    landing_page_contains: ContainsAny
    device: AnyOf
    device_not: NoneOf
    device_contains: ContainsAny
    browser: AnyOf
    browser_not: NoneOf
    browser_contains: ContainsAny
    os: AnyOf
    os_not: NoneOf
    os_contains: ContainsAny
    country: AnyOf
    country_not: NoneOf
    country_contains: ContainsAny
    region: AnyOf
    region_not: NoneOf
    region_contains: ContainsAny
    job_title: AnyOf
    job_title_not: NoneOf
    job_title_contains: ContainsAny
    occupation: AnyOf
    occupation_not: NoneOf
    occupation_contains: ContainsAny
    major_group: AnyOf
    major_group_not: NoneOf
    major_group_contains: ContainsAny
    industry: AnyOf
    industry_not: NoneOf
    industry_contains: ContainsAny
    experience: AnyOf
    experience_not: NoneOf
    experience_contains: ContainsAny
    education: AnyOf
    education_not: NoneOf
    education_contains: ContainsAny
    risk_level: AnyOf
    risk_level_not: NoneOf
    risk_level_contains: ContainsAny
    first_seen_week: AnyOf
    first_seen_week_not: NoneOf
    first_seen_week_contains: ContainsAny
    first_seen_month: AnyOf
    first_seen_month_not: NoneOf
    first_seen_month_contains: ContainsAny
    experiment_variant: AnyOf
    experiment_variant_not: NoneOf
    experiment_variant_contains: ContainsAny
    compare: Compare | None = None
    format: Literal["json", "csv"] = "json"

    def filters(self) -> tuple[Filter, ...]:
        return tuple(filters_of({name: getattr(self, name) for name in CONDITIONS}))

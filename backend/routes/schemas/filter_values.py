"""The values of a dimension as the filter menu lists them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from backend.dashboards.values import SearchedValues
from backend.routes.schemas.answer import Out


class FilterValue(Out):
    """A value as addresses hold it, and its name; `sessions` is null where it is not among the most frequent."""

    value: str
    name: str
    sessions: int | None


class FilterValuesMeta(Out):
    field: str
    more: bool
    as_of: datetime


class FilterValuesResponse(Out):
    data: list[FilterValue]
    meta: FilterValuesMeta

    @classmethod
    def of(cls, values: SearchedValues) -> Self:
        return cls(
            data=[FilterValue.model_validate(choice) for choice in values.choices],
            meta=FilterValuesMeta.model_validate(values),
        )

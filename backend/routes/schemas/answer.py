"""What an API route returns: its alias, the base of its types, and numbers rounded for the reader."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

# Flask's own alias cannot be resolved by the OpenAPI library.
Answer = dict[str, Any] | tuple[dict[str, Any], int]
CSV = {"text/csv": {"schema": {"type": "string"}}}


class Out(BaseModel):
    """Base of what is answered: frozen, every number finite, read field by field from the result's own types."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, from_attributes=True)


class TableOut(Out):
    """Base of what may be had as CSV too, which the API's description says."""

    model_config = {"openapi_extra": {"content": CSV}}  # type: ignore[typeddict-unknown-key]


def _rounded(digits: int) -> AfterValidator:
    """Adding zero turns -0.0 into 0.0."""
    return AfterValidator(lambda value: round(value, digits) + 0.0)


OneDecimal = Annotated[float, _rounded(1)]
TwoDecimals = Annotated[float, _rounded(2)]
ThreeDecimals = Annotated[float, _rounded(3)]
FourDecimals = Annotated[float, _rounded(4)]

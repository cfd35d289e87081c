"""An annotation as a request brings it, and as it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from werkzeug.datastructures import MultiDict

from backend.analytics.annotations.annotation import LONGEST_TEXT, Annotation
from backend.errors import FieldError, InvalidRequest
from backend.one_line import must_fit
from backend.routes.schemas.answer import Out
from backend.routes.schemas.dashboard import EXAMPLE, Moment
from backend.routes.schemas.said_rules import MOMENT, line
from backend.routes.schemas.views import id_of


@dataclass(frozen=True, slots=True)
class NewAnnotation:
    """An annotation to be added."""

    at: date | datetime
    text: str


class AnnotationBody(BaseModel):
    """A day marks that date in whatever zone a page shows; an instant marks itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Annotated[Moment, WithJsonSchema(MOMENT | {"description": EXAMPLE, "examples": ["2026-11-21"]})]
    text: str = Field(
        examples=["New prices"], description=f"1 to {LONGEST_TEXT} characters.", json_schema_extra=line(LONGEST_TEXT)
    )

    def annotation(self) -> NewAnnotation:
        text, errors = self.text.strip(), _bad_text(self.text.strip())
        if self.at is None:
            raise InvalidRequest([FieldError("at", f"must be {EXAMPLE}"), *errors])
        if errors:
            raise InvalidRequest(errors)
        return NewAnnotation(self.at, text)


class AnnotationPath(BaseModel):
    public_id: str = Field(description="The id of an annotation.")

    @property
    def id(self) -> UUID:
        return id_of(self.public_id, "There is no annotation with that ID that is yours.")


class AnnotationOut(Out):
    """`at` is a day or an instant. What is `mine` I may delete; admins delete all."""

    id: UUID
    at: date | datetime
    text: str
    mine: bool
    created_at: datetime

    @classmethod
    def of(cls, annotation: Annotation) -> Self:
        return cls(
            id=annotation.public_id,
            at=annotation.at,
            text=annotation.text,
            mine=annotation.mine,
            created_at=annotation.created_at,
        )


class AnnotationsResponse(Out):
    data: list[AnnotationOut]

    @classmethod
    def of(cls, annotations: Sequence[Annotation]) -> Self:
        return cls(data=[AnnotationOut.of(annotation) for annotation in annotations])


class AnnotationResponse(Out):
    data: AnnotationOut

    @classmethod
    def of(cls, annotation: Annotation) -> Self:
        return cls(data=AnnotationOut.of(annotation))


def annotation_of_form(form: MultiDict[str, str]) -> NewAnnotation:
    """Raises InvalidRequest, with everything that is wrong with it."""
    text, day = form.get("text", "").strip(), day_of(form.get("day", "").strip())
    errors = _bad_text(text)
    if day is None:
        wrong = "Enter the day as year, month and day, like 2026-11-21, between 2000 and 2200."
        raise InvalidRequest([FieldError("day", wrong), *errors])
    if errors:
        raise InvalidRequest(errors)
    return NewAnnotation(day, text)


def _bad_text(text: str) -> list[FieldError]:
    if not 1 <= len(text) <= LONGEST_TEXT:
        return [FieldError("text", f"Say what happened in up to {LONGEST_TEXT} characters.")]
    if not text.isprintable():
        return [FieldError("text", must_fit("text"))]
    return []


def day_of(text: str) -> date | None:
    """The day of the years 2000 to 2200 that a text names; None where it names none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None

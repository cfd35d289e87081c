"""What may be kept of the dashboards, and how it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from urllib.parse import parse_qs
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool
from werkzeug.datastructures import MultiDict

from backend.analytics.metrics.catalogue.filter_parameters import CONDITIONS
from backend.analytics.views.view import LONGEST_NAME, NewView, SavedView, ViewChange, ViewKind
from backend.dashboards.pages.funnel import FUNNEL
from backend.dashboards.saved import SAVABLE, SEVERAL, checked, checked_change, known_parameters
from backend.errors import FieldError, InvalidRequest, NotFound
from backend.routes.schemas.answer import Out
from backend.routes.schemas.said_rules import TEXT, Rule, case, line, nullable

SOME: Rule = {"items": {"pattern": TEXT["pattern"]}}
ONE: Rule = SOME | {"minItems": 1, "maxItems": 1}


def _kind(kind: ViewKind, page: str | None, *pages: Rule, needs_page: bool = False) -> Rule:
    """What holds of views of this kind and page: which pages may be named, and which parameters."""
    known = {name: SOME if name in SEVERAL else ONE for name in known_parameters(kind, page)}
    members = {
        "kind": {"enum": [kind.value]},
        "page": {"anyOf": [*pages]},
        "parameters": {"type": "object", "properties": known, "additionalProperties": False},
    }
    return case(members, "kind", *(["page"] if needs_page else []))


NO_PAGE: Rule = {"type": "null"}
OF_KINDS: Rule = {
    "anyOf": [
        *(
            _kind(ViewKind.VIEW, name, {"type": "string", "enum": [name]}, needs_page=True)
            for name in SAVABLE
            if name != FUNNEL.name
        ),
        _kind(ViewKind.FUNNEL, FUNNEL.name, {"type": "string", "enum": [FUNNEL.name]}, NO_PAGE),
        _kind(ViewKind.SEGMENT, None, NO_PAGE),
    ]
}


class ViewBody(BaseModel):
    """A page of `/analytics` with its parameters (`view`), the funnel (`funnel`), or filters alone (`segment`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=OF_KINDS)

    name: str = Field(
        examples=["Newsletter by week"],
        description=f"1 to {LONGEST_NAME} characters, yours alone.",
        json_schema_extra=line(LONGEST_NAME),
    )
    kind: ViewKind
    page: str | None = Field(None, examples=["overview"], description="Of a view: the page of `/analytics`.")
    parameters: dict[str, list[str]] = Field(
        examples=[{"period": ["30d"], "source": ["newsletter"]}],
        description="As in the address of the page. A period such as 30d moves with the days.",
    )
    shared: StrictBool = Field(False, description="Whether everyone with dashboard access sees it.")

    def view(self, default_zone: str, now: datetime) -> NewView:
        parameters = {name: tuple(values) for name, values in self.parameters.items()}
        page = FUNNEL.name if self.kind is ViewKind.FUNNEL and self.page is None else self.page
        return checked(NewView(self.name.strip(), self.kind, page, parameters, self.shared), default_zone, now)


class ViewChangeBody(BaseModel):
    """What is to change; the rest stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"minProperties": 1})

    name: str | None = Field(None, examples=["Newsletter by month"], json_schema_extra=nullable(line(LONGEST_NAME)))
    shared: StrictBool | None = Field(None, description="Whether everyone with dashboard access sees it.")

    def change(self) -> ViewChange:
        if not self.model_fields_set:
            raise InvalidRequest([FieldError("", "Send a name, shared, or both.")])
        return checked_change(ViewChange(None if self.name is None else self.name.strip(), self.shared))


class ViewPath(BaseModel):
    public_id: str = Field(description="The id of something that is saved.")

    @property
    def id(self) -> UUID:
        return id_of(self.public_id, "You have no saved view with that ID.")


class ViewOut(Out):
    """`mine` may be deleted; the rest is what others share. A segment has no page."""

    id: UUID
    name: str
    kind: ViewKind
    page: str | None
    parameters: dict[str, list[str]]
    shared: bool
    mine: bool
    created_at: datetime

    @classmethod
    def of(cls, view: SavedView) -> Self:
        fields = {name: getattr(view, name) for name in ("name", "kind", "page", "shared", "mine", "created_at")}
        return cls(
            id=view.public_id, parameters={name: list(values) for name, values in view.parameters.items()}, **fields
        )


class ViewsResponse(Out):
    data: list[ViewOut]

    @classmethod
    def of(cls, views: Sequence[SavedView]) -> Self:
        return cls(data=[ViewOut.of(view) for view in views])


class ViewResponse(Out):
    data: ViewOut

    @classmethod
    def of(cls, view: SavedView) -> Self:
        return cls(data=ViewOut.of(view))


def id_of(text: str, otherwise: str) -> UUID:
    """What cannot be an id is not there either."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(otherwise) from None


def view_of_form(form: MultiDict[str, str], default_zone: str, now: datetime) -> NewView:
    """What the form on a page keeps: that page as its address says, or of it the filters alone."""
    page, only_filters = form.get("page", ""), "only_filters" in form
    parameters = {
        name: tuple(values) for name, values in parse_qs(form.get("query", ""), keep_blank_values=True).items()
    }
    kind = ViewKind.SEGMENT if only_filters else ViewKind.FUNNEL if page == FUNNEL.name else ViewKind.VIEW
    saved = {name: values for name, values in parameters.items() if name in CONDITIONS} if only_filters else parameters
    name = form.get("name", "").strip()
    return checked(NewView(name, kind, None if only_filters else page, saved, "shared" in form), default_zone, now)


def change_of_form(form: MultiDict[str, str]) -> ViewChange:
    """What the form beside a saved view changes of it: its name, and who sees it."""
    return checked_change(ViewChange(form.get("name", "").strip(), "shared" in form))

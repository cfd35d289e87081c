"""What may be kept of the dashboards, and how it is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Self
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool
from werkzeug.datastructures import MultiDict

from backend.analytics.views.view import LONGEST_NAME, NewView, Parameters, SavedView, ViewKind
from backend.errors import FieldError, InvalidRequest, NotFound
from backend.dashboards.page import CONVERSIONS, EXPLORE, GEOGRAPHY, OVERVIEW, POPULAR, REVENUE
from backend.dashboards.funnel.question import FunnelQuestion
from backend.dashboards.question import EVERYWHERE, FILTERS, PageQuestion
from backend.routes.schemas.answer import Out
from backend.routes.schemas.funnel import FunnelParameters
from backend.routes.schemas.metrics import SessionQuery
from backend.routes.schemas.one_line import must_fit

FUNNEL = "funnel"
BOARDS = (OVERVIEW, CONVERSIONS, REVENUE, POPULAR, GEOGRAPHY, EXPLORE)
# What stands in the address of one page only.
OWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {page.name: tuple(page.own) for page in BOARDS}
    | {FUNNEL: tuple(name for name in FunnelParameters.model_fields if name not in SessionQuery.model_fields)}
)
SEVERAL = {*FILTERS, "steps"}  # of the funnel: its form sends each, its links join them
LONGEST_ADDRESS = 3_000  # servers and proxies take lines of four thousand
UNWRITABLE = re.compile("[\0\ud800-\udfff]")


class ViewBody(BaseModel):
    """A page of `/analytics` with its parameters (`view`), the funnel (`funnel`), or filters alone (`segment`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(examples=["Newsletter by week"], description=f"1 to {LONGEST_NAME} characters, yours alone.")
    kind: ViewKind
    page: str | None = Field(None, examples=["overview"], description="Of a view: the page of `/analytics`.")
    parameters: dict[str, list[str]] = Field(
        examples=[{"period": ["30d"], "source": ["newsletter"]}],
        description="As in the address of the page. A period such as 30d moves with the days.",
    )
    shared: StrictBool = Field(False, description="Whether everybody who reads the dashboards sees it.")

    def view(self, default_zone: str, now: datetime) -> NewView:
        parameters = {name: tuple(values) for name, values in self.parameters.items()}
        page = FUNNEL if self.kind is ViewKind.FUNNEL and self.page is None else self.page
        return checked(NewView(self.name.strip(), self.kind, page, parameters, self.shared), default_zone, now)


class ViewPath(BaseModel):
    public_id: str = Field(description="The id of something that is saved.")

    @property
    def id(self) -> UUID:
        return id_of(self.public_id, "You have no saved view of that id.")


class ViewOut(Out):
    """`mine` may be deleted; the rest is what others share. A segment is of no page."""

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
        said = {name: getattr(view, name) for name in ("name", "kind", "page", "shared", "mine", "created_at")}
        return cls(id=view.public_id, parameters={name: list(given) for name, given in view.parameters.items()}, **said)


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
    asked = {name: tuple(values) for name, values in parse_qs(form.get("query", ""), keep_blank_values=True).items()}
    kind = ViewKind.SEGMENT if only_filters else ViewKind.FUNNEL if page == FUNNEL else ViewKind.VIEW
    kept = {name: values for name, values in asked.items() if name in FILTERS} if only_filters else asked
    name = form.get("name", "").strip()
    return checked(NewView(name, kind, None if only_filters else page, kept, "shared" in form), default_zone, now)


def checked(new: NewView, default_zone: str, now: datetime) -> NewView:
    """Raises InvalidRequest, with everything that is wrong; what its parameters may be, the page says."""
    of_page = [*_bad_page(new)]
    rest = () if of_page else _bad_parameters(new) or _bad_question(new, default_zone, now)
    if errors := [*_bad_name(new.name), *of_page, *rest]:
        raise InvalidRequest(errors)
    return new


def known_parameters(kind: ViewKind, page: str | None) -> tuple[str, ...]:
    return FILTERS if kind is ViewKind.SEGMENT else (*EVERYWHERE, *OWN.get(page or "", ()))


def _bad_name(name: str) -> Iterator[FieldError]:
    if not 1 <= len(name) <= LONGEST_NAME:
        yield FieldError("name", f"Enter a name of up to {LONGEST_NAME} characters.")
    elif not name.isprintable():
        yield FieldError("name", must_fit("name"))


def _bad_page(new: NewView) -> Iterator[FieldError]:
    if new.kind is ViewKind.SEGMENT and new.page is not None:
        yield FieldError("page", "A segment is of no page.")
    elif new.kind is ViewKind.FUNNEL and new.page != FUNNEL:
        yield FieldError("page", "A funnel is of the page funnel.")
    elif new.kind is ViewKind.VIEW and (new.page == FUNNEL or new.page not in OWN):
        pages = ", ".join(page.name for page in BOARDS)
        yield FieldError("page", f"A view is of one of these pages: {pages}. The page funnel is kept as a funnel.")


def _bad_parameters(new: NewView) -> list[FieldError]:
    """What is wrong with them before anybody asks what they mean."""
    known = known_parameters(new.kind, new.page)
    errors = []
    for name, values in new.parameters.items():
        if name not in known:
            what = "a segment" if new.kind is ViewKind.SEGMENT else "this page"
            errors.append(FieldError(f"parameters.{name[:40]}", f"There is no such parameter of {what}."))
        elif any(UNWRITABLE.search(value) for value in values):
            errors.append(FieldError(f"parameters.{name}", "Values must be text that can be written."))
        elif name not in SEVERAL and len(values) != 1:
            errors.append(FieldError(f"parameters.{name}", "There must be one value."))
    if not errors and len(query_of(new.parameters)) > LONGEST_ADDRESS:
        most = f"{LONGEST_ADDRESS:,}"
        errors.append(FieldError("parameters", f"Together they must make an address of {most} characters at most."))
    if not errors and new.kind is ViewKind.SEGMENT and not any(new.parameters.values()):
        errors.append(FieldError("parameters", "A segment needs a filter: add one first."))
    return errors


def _bad_question(new: NewView, default_zone: str, now: datetime) -> Iterator[FieldError]:
    """What the page would ask to be mended."""
    given: MultiDict[str, str] = MultiDict({name: list(values) for name, values in new.parameters.items() if values})
    if new.kind is ViewKind.FUNNEL:
        errors = FunnelQuestion.parse(given, default_zone, now).page.errors
    else:
        errors = PageQuestion.parse(given, default_zone, now, new.parameters).errors
    for error in errors:
        yield FieldError(f"parameters.{error.field}", error.message, error.code)


def query_of(parameters: Parameters) -> str:
    return urlencode(parameters, doseq=True)


def path_of(page: str) -> str:
    return "/analytics" if page == OVERVIEW.name else f"/analytics/{page}"


def page_at(path: str) -> str:
    """The page that can be kept at this path, or nothing."""
    return next((page for page in OWN if path_of(page) == path), "")

"""What of a page can be saved, and the menu of saved views."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Self

from werkzeug.datastructures import MultiDict

from backend.analytics.metrics.catalogue.filter_parameters import CONDITIONS
from backend.analytics.views.view import LONGEST_NAME, NewView, Parameters, SavedView, ViewChange, ViewKind
from backend.dashboards.addresses import address_of, query_of
from backend.dashboards.funnel.question import FunnelQuestion
from backend.dashboards.page import Page
from backend.dashboards.pages import PAGES
from backend.dashboards.pages.funnel import FUNNEL
from backend.dashboards.question import EVERYWHERE, PageQuestion
from backend.dashboards.shared import SHARED_PAGES
from backend.errors import FieldError, InvalidRequest
from backend.one_line import must_fit

SAVABLE: Mapping[str, Page] = MappingProxyType({page.name: page for page in PAGES if page.can_be_saved})
SEVERAL = {*CONDITIONS, "steps"}  # of the funnel: its form sends each, its links join them
LONGEST_ADDRESS = 3_000  # servers and proxies take lines of four thousand
UNWRITABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A link to a saved view. `current`: this page shows it. Without `delete` it belongs to another account."""

    name: str
    href: str
    current: bool
    shared: bool
    delete: str


@dataclass(frozen=True, slots=True)
class ViewMenu:
    """The menu of saved views on a page. `query`: the parameters shown, to be saved."""

    mine: tuple[ViewLink, ...]
    team: tuple[ViewLink, ...]
    segments: tuple[ViewLink, ...]
    page: str
    query: str
    has_filters: bool

    @property
    def can_be_shared(self) -> bool:
        """Whether a link shows this page to people without an account."""
        return self.page in SHARED_PAGES

    @classmethod
    def of(cls, views: Iterable[SavedView], page: Page, args: MultiDict[str, str]) -> Self:
        parameters, views = parameters_of(args, page.name), tuple(views)
        pages = [view for view in views if view.kind is not ViewKind.SEGMENT]
        segments = [view for view in views if view.kind is ViewKind.SEGMENT]
        return cls(
            mine=tuple(_links((view for view in pages if view.mine), page, parameters)),
            team=tuple(_links((view for view in pages if not view.mine), page, parameters)),
            segments=tuple(_links(segments, page, parameters)),
            page=page.name,
            query=query_of(parameters),
            has_filters=any(name in CONDITIONS for name in parameters),
        )


def page_at(path: str) -> Page | None:
    """The savable page of this path."""
    return next((page for page in SAVABLE.values() if page.path == path), None)


def parameters_of(args: MultiDict[str, str], page: str) -> Parameters:
    """The parameters of an address that the page knows. Only a filter may be empty, which stands for none."""
    known = known_parameters(ViewKind.VIEW, page)
    values = {name: tuple(text for text in args.getlist(name) if text or name in CONDITIONS) for name in known}
    return {name: texts for name, texts in values.items() if texts}


def known_parameters(kind: ViewKind, page: str | None) -> tuple[str, ...]:
    if kind is ViewKind.SEGMENT:
        return tuple(CONDITIONS)
    saved_page = SAVABLE.get(page or "")
    return (*EVERYWHERE, *(saved_page.own if saved_page else ()))


def _links(views: Iterable[SavedView], page: Page, shown: Parameters) -> Iterator[ViewLink]:
    """A segment leads to the current page, with its filters in place of the page's."""
    unfiltered = {name: values for name, values in shown.items() if name not in CONDITIONS}
    for view in views:
        is_segment = view.kind is ViewKind.SEGMENT
        parameters = {**unfiltered, **view.parameters} if is_segment else dict(view.parameters)
        target = page if is_segment else SAVABLE.get(view.page or "")
        if target:
            yield ViewLink(
                view.name,
                address_of(target.path, parameters),
                current=target is page and parameters == shown,
                shared=view.shared,
                delete=str(view.public_id) if view.mine else "",
            )


def checked(new: NewView, default_zone: str, now: datetime) -> NewView:
    """Raises InvalidRequest with every fault; the page decides which parameters are right."""
    of_page = [*_bad_page(new)]
    further = () if of_page else _bad_parameters(new) or _bad_question(new, default_zone, now)
    if errors := [*_bad_name(new.name), *of_page, *further]:
        raise InvalidRequest(errors)
    return new


def checked_change(change: ViewChange) -> ViewChange:
    """Raises InvalidRequest for a name that no view can have."""
    if errors := [*_bad_name(change.name)] if change.name is not None else []:
        raise InvalidRequest(errors)
    return change


def _bad_name(name: str) -> Iterator[FieldError]:
    if not 1 <= len(name) <= LONGEST_NAME:
        yield FieldError("name", f"Enter a name of up to {LONGEST_NAME} characters.")
    elif not name.isprintable():
        yield FieldError("name", must_fit("name"))


def _bad_page(new: NewView) -> Iterator[FieldError]:
    if new.kind is ViewKind.SEGMENT and new.page is not None:
        yield FieldError("page", "A segment has no page.")
    elif new.kind is ViewKind.FUNNEL and new.page != FUNNEL.name:
        yield FieldError("page", "A funnel's page is funnel.")
    elif new.kind is ViewKind.VIEW and (new.page == FUNNEL.name or new.page not in SAVABLE):
        pages = ", ".join(name for name in SAVABLE if name != FUNNEL.name)
        yield FieldError("page", f"A view's page is one of: {pages}. Save the funnel page as a funnel.")


def _bad_parameters(new: NewView) -> list[FieldError]:
    """Faults in the form of the parameters, before their meaning is checked."""
    known = known_parameters(new.kind, new.page)
    errors = []
    for name, values in new.parameters.items():
        if name not in known:
            owner = "a segment" if new.kind is ViewKind.SEGMENT else "this page"
            errors.append(FieldError(f"parameters.{name[:40]}", f"This is not a parameter of {owner}."))
        elif any(UNWRITABLE.search(value) for value in values):
            errors.append(FieldError(f"parameters.{name}", "Values must be printable text."))
        elif name not in SEVERAL and len(values) != 1:
            errors.append(FieldError(f"parameters.{name}", "Send exactly one value."))
    if not errors and len(query_of(new.parameters)) > LONGEST_ADDRESS:
        limit = f"{LONGEST_ADDRESS:,}"
        errors.append(FieldError("parameters", f"Together they must make an address of up to {limit} characters."))
    if not errors and new.kind is ViewKind.SEGMENT and not any(new.parameters.values()):
        errors.append(FieldError("parameters", "A segment needs a filter. Add one first."))
    return errors


def _bad_question(new: NewView, default_zone: str, now: datetime) -> Iterator[FieldError]:
    """The errors that the page itself would show."""
    args: MultiDict[str, str] = MultiDict({name: list(values) for name, values in new.parameters.items() if values})
    if new.kind is ViewKind.FUNNEL:
        errors = FunnelQuestion.parse(args, default_zone, now).page.errors
    else:
        own = SAVABLE[new.page].own if new.page else {}
        errors = PageQuestion.parse(args, default_zone, now, own).within(own).errors
    for error in errors:
        yield FieldError(f"parameters.{error.field}", error.message, error.code)

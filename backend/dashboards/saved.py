"""The menu of what was saved, as it stands on a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from backend.analytics.views.view import Parameters, SavedView, ViewKind
from backend.dashboards.question import FILTERS
from backend.routes.schemas.views import OWN, known_parameters, path_of, query_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A link to something saved. `current`: this page shows it. Without `delete` it is somebody else's."""

    name: str
    href: str
    current: bool
    shared: bool
    delete: str


@dataclass(frozen=True, slots=True)
class Menu:
    """What a page offers. `query`: what it shows, to be saved."""

    mine: tuple[Entry, ...]
    team: tuple[Entry, ...]
    segments: tuple[Entry, ...]
    page: str
    query: str
    has_filters: bool

    @classmethod
    def of(cls, views: Iterable[SavedView], page: str, args: MultiDict[str, str]) -> Self:
        asked, views = asked_of(args, page), tuple(views)
        pages = [view for view in views if view.kind is not ViewKind.SEGMENT]
        return cls(
            mine=tuple(_entries((view for view in pages if view.mine), page, asked)),
            team=tuple(_entries((view for view in pages if not view.mine), page, asked)),
            segments=tuple(_entries((view for view in views if view.kind is ViewKind.SEGMENT), page, asked)),
            page=page,
            query=query_of(asked),
            has_filters=any(name in FILTERS for name in asked),
        )


def asked_of(args: MultiDict[str, str], page: str) -> Parameters:
    """What an address says of what a page knows. Only a filter may be empty: there is none."""
    known = known_parameters(ViewKind.VIEW, page)
    given = {name: tuple(one for one in args.getlist(name) if one or name in FILTERS) for name in known}
    return {name: values for name, values in given.items() if values}


def _entries(views: Iterable[SavedView], page: str, asked: Parameters) -> Iterator[Entry]:
    for view in views:
        if view.kind is ViewKind.SEGMENT:
            shown, kept = page, {name: values for name, values in asked.items() if name not in FILTERS}
            parameters = {**kept, **view.parameters}
        else:
            shown, parameters = view.page or "", dict(view.parameters)
        if shown in OWN:
            query = query_of(parameters)
            yield Entry(
                view.name,
                f"{path_of(shown)}?{query}" if query else path_of(shown),
                current=shown == page and parameters == asked,
                shared=view.shared,
                delete=str(view.public_id) if view.mine else "",
            )

"""A page of the dashboards as somebody reads it by a shared link: its filters are fixed, its days may be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from backend.analytics.shares.share import Parameters, Share
from backend.dashboards.chips import filter_in_words
from backend.dashboards.filters import filters_in
from backend.dashboards.names import Names
from backend.dashboards.page import BoardPage, Page
from backend.dashboards.pages import BOARD_PAGES
from backend.dashboards.pages.boards import BOARDS
from backend.dashboards.pages.funnel import FUNNEL
from backend.formats import plain_day

SHARED_PAGES: Mapping[str, Page] = {page.name: page for page in (*BOARD_PAGES, FUNNEL, BOARDS)}
BOARD = "board"  # the parameter of a link that says which board it shows
DAYS = frozenset({"period", "start", "end"})
READERS_CHOICE = DAYS | {"tz", "compare", "grain"}


def shared_arguments(parameters: Parameters, page: Page, chosen: MultiDict[str, str]) -> MultiDict[str, str]:
    """The parameters of a link, with what its reader chose in place of them; whatever else is asked is left out.

    What a page of tiles and charts has of its own is how it shows them; the steps of a funnel are what is counted.
    """
    of_reader = READERS_CHOICE.union(page.own if isinstance(page, BoardPage) else ())
    names = {name for name in chosen if name in of_reader}
    left_out = names | (DAYS if DAYS & names else frozenset()) | {BOARD}
    fixed = {name: list(values) for name, values in parameters.items() if name not in left_out}
    return MultiDict(fixed | {name: chosen.getlist(name) for name in names})


@dataclass(frozen=True, slots=True)
class ListedShare:
    """A shared link in its owner's list. `about`: what it shows beyond the page's name, in words."""

    public_id: str
    title: str
    about: str
    token: str | None
    chart: str
    created_at: datetime
    has_password: bool
    last_day: str
    is_over: bool


def listed_share(share: Share, names: Names, today: date) -> ListedShare:
    filters = filters_in(MultiDict({name: list(values) for name, values in share.parameters.items()}), None, [])
    page = SHARED_PAGES.get(share.page)
    return ListedShare(
        str(share.public_id),
        page.title if page else share.page,
        "; ".join(filter_in_words(condition, names) for condition in filters),
        share.token,
        share.chart,
        share.created_at,
        share.has_password,
        plain_day(share.last_day) if share.last_day else "",
        share.last_day is not None and share.last_day < today,
    )

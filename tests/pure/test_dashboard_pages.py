"""The one list of the dashboards' pages, and what of a page may be saved and shown."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest

from backend.analytics.views.view import ViewKind
from backend.dashboards import pages
from backend.dashboards.page import BoardPage, Page
from backend.dashboards.pages import PAGES
from backend.dashboards.question import EVERYWHERE
from backend.dashboards.saved import known_parameters, page_at

SAVABLE = [page for page in PAGES if page.can_be_saved]


def name_of(page):
    return page.name


def test_names_paths_and_titles_are_unique():
    for texts in zip(*((page.name, page.path, page.title) for page in PAGES), strict=True):
        assert len(set(texts)) == len(PAGES)


def test_every_file_of_a_page_is_in_the_list():
    modules = [import_module(f"{pages.__name__}.{module.name}") for module in pkgutil.iter_modules(pages.__path__)]
    classes = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Page) and value.__module__ == module.__name__
    }

    assert len(modules) == len(PAGES)
    assert classes == {type(page) for page in PAGES}


@pytest.mark.parametrize("page", SAVABLE, ids=name_of)
def test_what_can_be_saved_of_a_page_is_what_every_page_knows_and_its_own(page):
    kind = ViewKind.FUNNEL if page.name == "funnel" else ViewKind.VIEW

    assert page_at(page.path) is page
    assert known_parameters(kind, page.name) == (*EVERYWHERE, *page.own)
    assert set(page.own).isdisjoint(EVERYWHERE)


def test_pages_without_a_question_of_their_own_cannot_be_saved():
    without = [page for page in PAGES if not page.can_be_saved]

    assert [page.name for page in without] == ["boards", "goals", "live", "experiments", "ops"]
    for page in without:
        assert page_at(page.path) is None
        assert page.own == page.sample == {}


@pytest.mark.parametrize("page", SAVABLE, ids=name_of)
def test_a_sample_is_made_of_parameters_that_the_page_knows(page):
    assert set(page.sample) <= {*EVERYWHERE, *page.own}
    if isinstance(page, BoardPage):
        assert all(value in page.own.get(name, [value]) for name, value in page.sample.items())


@pytest.mark.parametrize("page", [page for page in PAGES if isinstance(page, BoardPage)], ids=name_of)
def test_a_select_offers_what_its_parameter_may_be(page):
    for select in page.selects:
        offered = [value for value, _ in select.options if value]
        assert offered == list(page.own[select.name])

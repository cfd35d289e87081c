"""Every page in the list of the dashboards answers and is in the menu; what else it needs follows from the list."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape

import pytest

from backend.accounts.permissions import Role, Scope
from backend.dashboards.pages import PAGES
from tests.accounts import BROWSER, make_account, signed_in
from tests.servers import PROJECT


def menu(page):
    """The links of the menu: address without parameters, title, what they say of where one is."""
    [nav] = re.findall(r'<nav class="nav nav--boards".*?</nav>', page, re.DOTALL)
    links = re.findall(r'<a href="([^"]*)"(?: aria-current="(\w+)")?>([^<]*)</a>', nav)
    return [(unescape(href).partition("?")[0], title, current) for href, current, title in links]


@pytest.mark.parametrize("shown", PAGES, ids=lambda page: page.name)
def test_every_page_answers_at_its_path_and_is_marked_in_the_menu(app, client, shown):
    answer = signed_in(client, make_account(app, Role.ADMIN)).get(shown.path, headers=BROWSER)

    assert answer.status_code == 200
    assert f"<title>{shown.title} · " in answer.text
    assert menu(answer.text) == [(page.path, page.title, "page" if page is shown else "") for page in PAGES]


def test_the_menu_holds_what_its_reader_can_open(analyst):
    readable = (Scope.DASHBOARDS_READ, Scope.EXPERIMENTS_READ)
    listed = [(page.path, page.title) for page in PAGES if page.scope in readable]

    assert [(path, title) for path, title, _ in menu(analyst.get("/analytics", headers=BROWSER).text)] == listed


def test_a_page_below_one_is_marked_as_within_it(analyst):
    answer = analyst.get("/analytics/funnel/sessions?step=1&outcome=reached", headers=BROWSER)

    assert answer.status_code == 200
    assert [title for _, title, current in menu(answer.text) if current == "true"] == ["Funnel"]
    assert "page" not in {current for _, _, current in menu(answer.text)}


def test_route_menu_views_access_screens_and_benchmarks_follow_from_the_list(tmp_path):
    command = [sys.executable, "-m", "tests.added_page", tmp_path]
    output = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout

    assert json.loads(output) == {
        "route": ["/analytics/specimen"],
        "menu": ["Specimen", "Overview"],
        "savable": ["breakdown"],
        "access": ["| `/analytics/specimen` | GET | `dashboards:read` | general |  |  | yes | yes |  | yes | yes |"],
        "screens": "/analytics/specimen?breakdown=source",
        "benchmarks": "/analytics/specimen?breakdown=source",
    }

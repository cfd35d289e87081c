"""`python -m benchmarks.boards [EVENTS]`: how long each dashboard page takes in a browser, over a lake of that size."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain, product
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from flask import Flask
from playwright.sync_api import BrowserContext, sync_playwright

from backend.dashboards.addresses import address_of
from backend.dashboards.pages import PAGES
from benchmarks.warehouse import apart
from tests.accounts import make_account, signed_in_cookie
from tests.conftest import close, make_app, make_settings, migrate, server_environ
from tests.servers import CHROMIUM, CHROMIUM_ARGS, gunicorn

EVENTS = 10_000_000
FIRST_PAGE = PAGES[0].path
BOARDS = tuple(address_of(page.path, page.sample) for page in PAGES if page.can_be_saved)
COMPARED = {"&compare=none": "30 days", "": "30 days beside 30"}
SHARING = (
    ("nothing shared", 0, False),
    ("the first to ask", 600, False),
    ("asked before in another", 600, False),
    ("prepared by background work", 600, True),
)
LONG_AGO = "start=2020-01-01&end=2020-01-30"
TIMES = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return [page.responseEnd, paint.startTime];
}"""
DRAWN = """() => performance.getEntriesByName("first-contentful-paint").length
  && [...document.querySelectorAll(".chart")].every(({ dataset }) => dataset.state !== "waiting")"""


@dataclass(frozen=True, slots=True)
class Opening:
    """Milliseconds from the click until the response ended, something was painted and every chart was drawn."""

    answered: float
    painted: float
    drawn: float

    def __str__(self) -> str:
        return f"{self.answered:,.0f} | {self.painted:,.0f} | {self.drawn:,.0f}"


def boards(events: int = EVENTS) -> Iterator[str]:
    """The lines of the table. First: no answer is cached; again: another account opens the page right after.

    Both workers have answered other questions of every page before; otherwise the first page takes longest.
    """
    first = f"{events:,} events | period | first: answered, ms | painted | drawn"
    yield f"| {first} | again: answered | painted | drawn |"
    yield "|---|---|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder:
        instance = Path(folder)
        app = filled(instance, events)
        accounts = [make_account(app) for _ in range(2)]
        with (
            gunicorn(server_environ(instance, DUCKDB_MEMORY="2GB"), instance / "log") as server,
            sync_playwright() as it,
        ):
            browser = it.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
            people = [browser.new_context(viewport={"width": 1280, "height": 900}) for _ in accounts]
            for person, account in zip(people, accounts, strict=True):
                person.add_cookies([cookie := signed_in_cookie(app, account, server.url)])
            new = opening(people[0], f"{server.url}{FIRST_PAGE}?{LONG_AGO}")
            begin(
                [f"{server.url}{address(board, f'{LONG_AGO}{compared}')}" for board in BOARDS for compared in COMPARED],
                cookie,
            )
            for board, (compared, span) in product(BOARDS, COMPARED.items()):
                url = address(board, f"period=30d{compared}")
                openings = " | ".join(str(opening(person, f"{server.url}{url}")) for person in people)
                yield f"| `{board}` | {span} | {openings} |"
            browser.close()
            yield f"| `{FIRST_PAGE}`, nothing in it, of a new worker | | {new} | | | |"
        close(app)


def beginnings(events: int = EVENTS) -> Iterator[str]:
    """The lines of the table: the overview as the first page of a new worker, which begins its warehouse meanwhile."""
    yield f"| `{FIRST_PAGE}` of a new worker, {events:,} events | answered, ms | painted | drawn |"
    yield "|---|---|---|---|"
    with tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder, sync_playwright() as it:
        instance = Path(folder)
        app = filled(instance, events)
        account = make_account(app)
        browser = it.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        for name, seconds, is_prepared in SHARING:
            environ = server_environ(
                instance, DUCKDB_MEMORY="2GB", WEB_WORKERS="1", SHARED_ANSWERS_SECONDS=str(seconds)
            )
            if is_prepared:
                shutil.rmtree(instance / "answers")
                subprocess.run(
                    [sys.executable, "-m", "flask", "dashboards", "prepare"], env=os.environ | environ, check=True
                )
            with gunicorn(environ, instance / "log") as server:
                person = browser.new_context(viewport={"width": 1280, "height": 900})
                person.add_cookies([signed_in_cookie(app, account, server.url)])
                yield f"| {name} | {opening(person, f'{server.url}{FIRST_PAGE}')} |"
        browser.close()
        close(app)


def filled(instance: Path, events: int) -> Flask:
    """An app with a lake of so many events."""
    app = make_app(make_settings(instance))
    migrate(app)
    for part in ("fill", "sessionise"):
        apart(part, str(instance / "lake"), str(events))
    return app


def address(board: str, query: str) -> str:
    return f"{board}{'&' if '?' in board else '?'}{query}"


def begin(addresses: list[str], cookie: dict[str, str]) -> None:
    """Open every address often enough, and enough at once, that each worker answers it."""
    headers = {"Cookie": f"{cookie['name']}={cookie['value']}"}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda address: open_when_there_is_room(Request(address, headers=headers)), addresses * 8))


def open_when_there_is_room(request: Request) -> None:
    """A worker with as many dashboards in hand as it takes says 503."""
    while True:
        try:
            urlopen(request).close()
        except HTTPError as refusal:
            if refusal.code != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
            time.sleep(0.1)
        else:
            return


def opening(person: BrowserContext, address: str) -> Opening:
    page = person.new_page()
    began = time.perf_counter()
    answer = page.goto(address)
    if answer is None or answer.status != 200:
        raise RuntimeError(f"{address} answered {answer and answer.status}")
    page.wait_for_function(DRAWN)
    drawn = (time.perf_counter() - began) * 1000
    answered, painted = page.evaluate(TIMES)
    page.close()
    return Opening(answered, painted, drawn)


if __name__ == "__main__":
    sizes = [int(events) for events in sys.argv[1:]]
    for line in chain(beginnings(*sizes), [""], boards(*sizes)):
        print(line, flush=True)

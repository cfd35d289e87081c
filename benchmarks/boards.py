"""`python -m benchmarks.boards [EVENTS]`: how long a dashboard takes in a browser, over a lake of so many events."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from benchmarks.warehouse import apart
from tests.accounts import make_account, signed_in_cookie
from tests.conftest import close, make_app, make_settings, migrate, server_environ
from tests.servers import CHROMIUM, CHROMIUM_ARGS, gunicorn

EVENTS = 10_000_000
BOARDS = ("", "/funnel", "/conversions", "/revenue", "/popular", "/geography", "/explore?by=source")
PERIOD = "period=30d&compare=previous_period"
TIMES = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return [page.responseEnd, paint.startTime];
}"""
DRAWN = "() => [...document.querySelectorAll('.chart')].every(({ dataset }) => dataset.state !== 'waiting')"


@dataclass(frozen=True, slots=True)
class Opening:
    """Milliseconds from the click: the page is here, something is painted, every chart is drawn."""

    answered: float
    painted: float
    drawn: float

    def __str__(self) -> str:
        return f"{self.answered:,.0f} | {self.painted:,.0f} | {self.drawn:,.0f}"


def boards(events: int = EVENTS) -> Iterator[str]:
    """The lines of the table. First: nothing is remembered of the question; again: by somebody else, right after."""
    first = f"{events:,} events, 30 days beside 30 | first: answered, ms | painted | drawn"
    yield f"| {first} | again: answered | painted | drawn |"
    yield "|---|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder:
        instance = Path(folder)
        app = make_app(make_settings(instance))
        migrate(app)
        for part in ("fill", "sessionise"):
            apart(part, str(instance / "lake"), str(events))
        accounts = [make_account(app) for _ in range(2)]
        with (
            gunicorn(server_environ(instance, DUCKDB_MEMORY="2GB"), instance / "log") as server,
            sync_playwright() as it,
        ):
            browser = it.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
            people = [browser.new_context(viewport={"width": 1280, "height": 900}) for _ in accounts]
            for person, account in zip(people, accounts, strict=True):
                person.add_cookies([signed_in_cookie(app, account, server.url)])
                opening(person, f"{server.url}/analytics?start=2020-01-01&end=2020-01-02")
            for board in BOARDS:
                address = f"{server.url}/analytics{board}{'&' if '?' in board else '?'}{PERIOD}"
                yield f"| `/analytics{board}` | {' | '.join(f'{opening(person, address)}' for person in people)} |"
            browser.close()
        close(app)


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
    for line in boards(*(int(events) for events in sys.argv[1:])):
        print(line, flush=True)

"""`python -m tests.added_page`: puts a page into the list before anything reads it, and tells what follows."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from backend.dashboards import pages
from backend.dashboards.page import BoardPage


class Specimen(BoardPage):
    name = "specimen"
    title = "Specimen"
    own = {"breakdown": ("device", "source")}  # noqa: RUF012  (as a page of ours says it)
    sample = {"breakdown": "source"}  # noqa: RUF012

    def queries(self, question):
        return ()

    def board(self, setting, results):
        raise NotImplementedError


pages.PAGES = (Specimen(), *pages.PAGES)
pages.BOARD_PAGES = (pages.PAGES[0], *pages.BOARD_PAGES)


def consequences(instance: Path) -> dict[str, object]:
    from app import create_app
    from app.access_matrix import matrix
    from backend.dashboards.saved import SAVABLE
    from benchmarks.boards import BOARDS
    from tests.browser.test_screens import PAGES
    from tests.conftest import make_settings

    app = create_app(make_settings(instance))
    return {
        "route": [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint == "dashboards.specimen"],
        "menu": [page.title for page in app.jinja_env.globals["dashboard_pages"]][:2],
        "savable": [*SAVABLE["specimen"].own],
        "access": [row for row in matrix(app).splitlines() if row.startswith("| `/analytics/specimen` |")],
        "screens": PAGES["specimen"],
        "benchmarks": BOARDS[0],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(consequences(Path(sys.argv[1]))))

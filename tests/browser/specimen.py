"""A page with every chart in every state, served by the real app beside its own pages.

`gunicorn "tests.browser.specimen:application()"`
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Flask, Response, jsonify, render_template_string

from app import create_app
from backend.analytics.figures.bars import Ranking, bars
from backend.analytics.figures.funnel import funnel
from backend.analytics.figures.geography import geography
from backend.analytics.figures.lines import lines, several
from backend.errors import Unavailable
from backend.routes.access import Rate, public
from config.settings import Settings
from tests import figures as made

PAGE = (Path(__file__).parent / "specimen.html").read_text()
FIGURES = (
    ("trend", lines(made.trend()), 12),
    ("funnel", funnel(made.steps()), 7),
    ("revenue", bars(made.ranking()), 5),
    ("compared", funnel(made.steps(compared=made.BEFORE)), 6),
    ("rates", bars(made.rates()), 6),
    ("parts", several(made.parts()), 6),
    ("sparse", lines(made.sparse()), 6),
    ("world", geography(made.world()), 12),
    ("states", geography(made.states()), 12),
)
EMPTY = bars(Ranking(made.REVENUE, "source", (), 0, 0, "payments"))


HEALED = "healed"
bp = Blueprint("specimen", __name__, url_prefix="/specimen")
shown = public("a page of the tests", Rate.NONE)


def application() -> Flask:
    app = create_app(Settings.from_env(os.environ))
    app.register_blueprint(bp)
    return app


@bp.get("")
@shown
def page() -> str:
    as_of = datetime(2026, 11, 21, 19, 32, 8, tzinfo=UTC)
    return render_template_string(PAGE, figures=FIGURES, numbers=made.some_tiles(), empty=EMPTY, as_of=as_of)


@bp.get("/good.json")
@shown
def good() -> Response:
    return jsonify(lines(made.hours()).plain())


@bp.get("/bad.json")
@shown
def bad() -> Response:
    """Fails once, until a test takes the mark away."""
    mark = Path(os.environ["INSTANCE_DIR"]) / HEALED
    if not mark.exists():
        mark.touch()
        raise Unavailable("The warehouse is away.")
    return jsonify(bars(made.rates()).plain())

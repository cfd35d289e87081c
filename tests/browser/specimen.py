"""A page with every chart in every state, served by the real app beside its own pages.

`gunicorn "tests.browser.specimen:application()"`
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Blueprint, Flask, render_template_string

from app import create_app
from backend.analytics.figures.bars import Ranking, bars
from backend.analytics.figures.geography import geography
from backend.analytics.figures.lines import lines
from backend.analytics.figures.parts import several
from backend.routes.access import Rate, public
from config.settings import Settings
from tests import figures as made

PAGE = (Path(__file__).parent / "specimen.html").read_text()
FIGURES = (
    ("trend", lines(made.trend()), 12),
    ("revenue", bars(made.ranking()), 12),
    ("rates", bars(made.rates()), 6),
    ("parts", several(made.parts()), 6),
    ("sparse", lines(made.sparse()), 6),
    ("weeks", several(made.rate_parts()), 12),
    ("world", geography(made.world()), 12),
    ("states", geography(made.states()), 12),
)
EMPTY = bars(Ranking(made.REVENUE, "source", (), 0, 0, "payments"))
bp = Blueprint("specimen", __name__, url_prefix="/specimen")
shown = public("a page of the tests", Rate.NONE)


def application() -> Flask:
    app = create_app(Settings.from_env(os.environ))
    app.register_blueprint(bp)
    return app


@bp.get("")
@shown
def page() -> str:
    return render_template_string(PAGE, figures=FIGURES, numbers=made.some_tiles(), empty=EMPTY)

"""What every page may use: where templates lie, addresses of static files, forms of numbers."""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, request, url_for
from jinja2 import ChoiceLoader, DictLoader, StrictUndefined

from backend import formats
from backend.accounts.permissions import Scope
from backend.analytics.warehouse.service import Warehouse
from backend.dashboards.addresses import address_of
from backend.dashboards.pages import PAGES
from backend.dashboards.periods import Preset
from backend.demo.work import DemoWork
from backend.plugins import get
from backend.routes.access import caller, is_signing_in, shared
from backend.routes.caused_letters import newest_letter
from backend.routes.consent import may_recognise, must_ask
from backend.routes.reader import reader
from config.settings import PROJECT

CALCULATOR = "ai-job-impact-calculator.html"
YEAR = 31_536_000
FORMS = (
    formats.first_capital,
    formats.whole,
    formats.percent,
    formats.share,
    formats.signed,
    formats.dollars,
    formats.short_dollars,
    formats.count,
    formats.points,
    formats.day,
    formats.plain_days,
    formats.moment,
    formats.clock,
    formats.clock_seconds,
    formats.duration,
)


def init_app(app: Flask) -> None:
    page = DictLoader({CALCULATOR: (PROJECT / CALCULATOR).read_text()})
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_loader = ChoiceLoader([app.jinja_loader, page])  # type: ignore[list-item]
    app.jinja_env.globals.update(
        must_ask_consent=must_ask,
        may_recognise=may_recognise,
        static_url=static_url,
        caller=caller,
        is_signing_in=is_signing_in,
        reader=reader,
        newest_letter=newest_letter,
        demo_days=lambda: get(Warehouse).demo(),
        demo_task=lambda: get(DemoWork).under_way(),
        may_move_demo=lambda: (who := caller()) is not None and Scope.EVENTS_WRITE in who.scopes,
        address_of=address_of,
        dashboard_pages=PAGES,
        presets=Preset,
    )
    app.jinja_env.filters.update({form.__name__: form for form in FORMS})
    shared("style sheets and scripts hold nothing private")(app.view_functions["static"])
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR


@cache
def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]


def static_url(filename: str) -> str:
    """The address of a static file, changing with its content, so that browsers may keep it for ever."""
    return _static_url(filename, request.script_root)


@lru_cache(1_000)
def _static_url(filename: str, _beginning: str) -> str:
    return url_for("static", filename=filename, v=_digest(PROJECT / "app" / "static" / filename))

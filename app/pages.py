"""What every page may use: where templates lie, addresses of static files, numbers as people write them."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, url_for
from jinja2 import ChoiceLoader, DictLoader, StrictUndefined

from backend.assessments import figure, wording
from backend.assessments.next_steps import next_steps
from backend.routes.access import Rate, caller, public
from config.settings import PROJECT

CALCULATOR = "ai-job-impact-calculator.html"
YEAR = 31_536_000


def init_app(app: Flask) -> None:
    page = DictLoader({CALCULATOR: (PROJECT / CALCULATOR).read_text()})
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_loader = ChoiceLoader([app.jinja_loader, page])  # type: ignore[list-item]
    app.jinja_env.globals.update(
        static_url=static_url, caller=caller, figure=figure, wording=wording, next_steps=next_steps
    )
    app.jinja_env.filters.update(
        whole=whole,
        points=points,
        percent=percent,
        signed_percent=signed_percent,
        dollars=dollars,
        short_dollars=short_dollars,
        count=count,
        day=day,
        moment=moment,
        duration=duration,
    )
    public("style sheets and scripts hold nothing private", Rate.NONE)(app.view_functions["static"])
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR


@cache
def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]


def static_url(filename: str) -> str:
    """The address of a static file, changing with its content, so that browsers may keep it for ever."""
    return url_for("static", filename=filename, v=_digest(PROJECT / "app" / "static" / filename))


def whole(value: float) -> str:
    """51.4 -> 51; halves go up, as people round."""
    return str(int(value + 0.5)) if value >= 0 else f"−{int(-value + 0.5)}"


def points(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def percent(fraction: float, digits: int = 0) -> str:
    """0.42 -> 42%"""
    return f"{fraction * 100:.{digits}f}%".replace("-", "−")


def signed_percent(value: float, digits: int = 1) -> str:
    """4.9 -> +4.9%, -3 -> −3.0%: `value` is in percent already."""
    return f"{value:+.{digits}f}%".replace("-", "−")


def dollars(value: float) -> str:
    return f"${value:,.0f}"


def short_dollars(value: float) -> str:
    return f"${value / 1000:.0f}k"


def count(value: float) -> str:
    return f"{value:,.0f}"


def day(value: datetime, zone: str = "UTC") -> str:
    """November 21, 2026"""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%B} {local.day}, {local.year}"


def moment(value: datetime, zone: str = "UTC") -> str:
    """November 21, 2026, 2:32 PM EST"""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(value, zone)}, {local.hour % 12 or 12}:{local:%M %p %Z}"


def duration(seconds: float) -> str:
    """75 -> 1 min 15 s"""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"

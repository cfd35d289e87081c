"""The style sheets hold what the pages use, and each color in light and in dark."""

from __future__ import annotations

import re

import pytest

from backend.analytics.goals.judgement import Status
from backend.dashboards.ops.checks import State
from tests.servers import PROJECT

CSS = PROJECT / "app/static/css"
SHEETS = sorted(path.name for path in CSS.glob("*.css") if path.name != "tokens.css")
COLOR = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", re.IGNORECASE)
PALETTE = re.compile(r"--((cat|seq|div)-|grid$|(better|worse)-soft$)")
METHODS = {f"method--{method}" for method in ("get", "post", "put", "patch", "delete")}
CHANGES = {f"change--{way}" for way in ("better", "worse", "flat")}
SWATCHES = {f"swatch--{name}" for name in (*"12345678", *(f"q{step}" for step in range(1, 8)))}
COLUMNS = {f"col-{span}" for span in (12, 8, 7, 6, 5, 4)}
MAPS = {"chart--us-states"}
TILES = {"kpis--4", "kpis--6"}
STATUSES = {f"goal-status--{status.value}" for status in Status}
STATES = {f"{part}--{state}" for part in ("dot", "verdict") for state in State}
DAYS = {f"m-day--{look}" for look in ("ok", "bad", "off")}
UPTIMES = {f"{part}--{look}" for part in ("sign", "bar") for look in ("ok", "part", "bad", "off", "unknown")}
VERDICTS = {f"status__verdict--{look}" for look in ("ok", "part", "bad")}
OF_PLOTLY = {"hovertext", "nsewdrag", "choroplethlayer"}


def style(name):
    return re.sub(r"/\*.*?\*/", "", (CSS / name).read_text(), flags=re.DOTALL)


def sources():
    """What may name a class: templates, scripts, and the Python that hands classes to templates."""
    folders = {"app/templates": "**/*.html", "app/static/js": "*.js", "backend": "**/*.py"}
    paths = [path for folder, names in folders.items() for path in (PROJECT / folder).glob(names)]
    return [path.read_text() for path in (*paths, PROJECT / "ai-job-impact-calculator.html")]


def named_classes():
    """Words of every quoted text outside prose, and those a template completes from data."""
    quoted = (text for source in sources() for text in re.findall(r'"([^"\n]*)"|\'([^\'\n]*)\'|`([^`\n]*)`', source))
    words = {word for texts in quoted for text in texts for word in re.findall(r"[A-Za-z_][\w-]*", text)}
    in_blocks = re.findall(r"topbar_class %\} ([\w-]+)", "".join(sources()))
    return (
        words
        | {*in_blocks}
        | METHODS
        | CHANGES
        | SWATCHES
        | COLUMNS
        | OF_PLOTLY
        | MAPS
        | TILES
        | STATUSES
        | STATES
        | DAYS
        | UPTIMES
        | VERDICTS
    )


@pytest.mark.parametrize("name", SHEETS)
def test_every_class_with_a_rule_is_used(name):
    selectors = "".join(re.findall(r"([^{};]*)\{", style(name)))

    assert set(re.findall(r"\.([A-Za-z_][\w-]*)", selectors)) - named_classes() == set()


def test_every_token_is_used_except_the_palette_charts_grow_into():
    used = "".join(style(path.name) for path in CSS.glob("*.css")) + "".join(sources())
    tokens = {token for token in re.findall(r"(--[\w-]+):", style("tokens.css")) if not PALETTE.match(token)}

    assert {token for token in tokens if f"var({token})" not in used} == set()


@pytest.mark.parametrize("name", SHEETS)
def test_colors_are_tokens(name):
    assert COLOR.findall(style(name)) == []


def test_every_color_says_what_it_is_in_the_dark():
    sheet = style("tokens.css")
    pairs = re.findall(r"light-dark\(((?:[^()]|\([^()]*\))*)\)", sheet)
    alone = re.sub(r"light-dark\((?:[^()]|\([^()]*\))*\)", "", sheet)

    assert len(pairs) > 40
    assert [pair for pair in pairs if len(COLOR.findall(pair)) != 2] == []
    assert COLOR.findall(alone) == []

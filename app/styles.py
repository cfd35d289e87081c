"""Style sheets as pages ask for them: sources joined into one response, so that a first paint waits for one request."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256

from flask import url_for

from config.settings import PROJECT

SOURCES = PROJECT / "app" / "static" / "css"
EVERY_PAGE = ("tokens", "components", "pages")
SHEETS = {
    "public": EVERY_PAGE,
    "home": (*EVERY_PAGE, "result", "home", "jobs"),
    "result": (*EVERY_PAGE, "result"),
    "status": (*EVERY_PAGE, "status"),
    "jobs": (*EVERY_PAGE, "result", "jobs"),
}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
INDENT = re.compile(r"\n\s*")


@cache
def joined(sheet: str) -> str:
    """The sources in their order, without comments and indents."""
    sources = "\n".join((SOURCES / f"{name}.css").read_text() for name in SHEETS[sheet])
    return INDENT.sub("\n", COMMENT.sub("", sources)).strip()


@cache
def _digest(sheet: str) -> str:
    return sha256(joined(sheet).encode()).hexdigest()[:10]


def sheet_url(sheet: str) -> str:
    """The address of a joined style sheet, changing with its content, so that browsers may keep it for ever."""
    return url_for("site.style_sheet", sheet=sheet, v=_digest(sheet))

"""Which sites may show an answer in a frame: none, unless a page says so."""

from __future__ import annotations

from flask import current_app, g


def let_be_framed() -> None:
    """Let the sites of `EMBED_ORIGINS` show this answer in a frame."""
    g.frame_ancestors = current_app.config["EMBED_ORIGINS"]


def frame_ancestors() -> tuple[str, ...]:
    ancestors: tuple[str, ...] = g.get("frame_ancestors", ())
    return ancestors

"""Letters that a browser caused, where letters are files: on a developer's machine whoever caused one may open it."""

from __future__ import annotations

from time import time

from flask import current_app, flash, g, has_request_context, session

from backend.errors import NotFound

NO_MAIL = "No mail server is set up"
KEPT, SECONDS = 5, 3600
CAUSED = "letters"  # in the session: names, and when each letter was caused
MESSAGE = "message"  # Flask's own category; a letter's name takes its place


def note_letter(name: str) -> None:
    """Listens to `Mail`: this request causes the letter of this name."""
    if has_request_context():
        g.letter = name


def keep_letter() -> str:
    """Let this browser open the last letter that its request caused; the letter's name, empty if there is none."""
    name: str = g.get("letter", "")
    if name:
        session[CAUSED] = [*session.get(CAUSED, []), (name, int(time()))][-KEPT:]
    return name


def flash_letter(mailed: str, filed: str) -> None:
    """Say that a letter goes out by mail, or that it is a file, which the page then leads to."""
    flash(filed if current_app.config["OUTBOX"] else mailed, keep_letter() or MESSAGE)


def newest_letter() -> str:
    """The name of the letter that this browser caused last; empty if there is none to be opened."""
    return next(reversed(_caused()), "")


def age_of_letter(name: str) -> int:
    """How many seconds ago this browser caused the letter. Raises NotFound for any other letter."""
    caused = _caused()
    if name not in caused:
        raise NotFound("There is no such email, or you did not cause it in the last hour.")
    return int(time()) - caused[name]


def _caused() -> dict[str, int]:
    oldest = time() - SECONDS
    return {name: at for name, at in session.get(CAUSED, []) if at > oldest and current_app.config["OPENS_LETTERS"]}

"""The app that is served, with one route more: it takes as long as it is asked to."""

from __future__ import annotations

from time import sleep

from backend.routes.access import shared
from wsgi import app


@shared("a test asks for it")
def take(milliseconds: int) -> str:
    sleep(milliseconds / 1000)
    return "taken"


app.add_url_rule("/api/paced/<int:milliseconds>", view_func=take)

"""A visitor who answers without a script, and what the database then holds."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from werkzeug.http import parse_cookie

from backend.assessments.visit.models import Draft
from backend.database import get_db_session
from backend.routes.draft_keys import COOKIE, held_in

START = "/ai-job-impact-calculator"
NURSE = "29-1141"
REPLIES = {
    "place": {"state": "GA", "industry": "62"},
    "background": {"experience_years": "6", "education": "bachelors"},
    "week": {},
}
ADDRESSES = ["", ".pdf"]
ACTIONS = ["/place", "/background", "/week", "/pay", "/withdraw"]
SALARY = "87,654"


class Visitor:
    """Someone without a script: follows links, fills in forms, sends back the token each form holds."""

    def __init__(self, client):
        self.client = client
        self.result = ""

    def get(self, address):
        return self.client.get(address)

    def post(self, address, **fields):
        return self.client.post(address, data={"csrf_token": self.token(), **fields})

    def token(self):
        page = self.client.get(START).text
        return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def begin(self, **fields):
        response = self.post(START, **{"occupation": NURSE, "job_title": "staff nurse", **fields})
        self.result = response.location or ""
        return response

    def answer(self, *questions):
        for question in questions:
            response = self.post(f"{self.result}/{question}", **REPLIES[question])
            assert response.status_code == 303
        return response

    def finish(self):
        self.begin()
        return self.answer("place", "background", "week")

    def tokens_held(self):
        """The tokens of the newest drafts, the newest first, from the cookies of this browser."""
        with self.client.application.test_request_context():
            return list(held_in(self.cookies()).values())

    def cookies(self):
        """Of results, by name."""
        header = self.client.get("/robots.txt").request.headers.get("Cookie", "")
        return {name: value for name, value in parse_cookie(header).items() if name.startswith(COOKIE)}

    def token_held(self):
        return self.tokens_held()[0]


def rows(app, kind):
    with app.app_context():
        return get_db_session().scalar(select(func.count()).select_from(kind))


def only(app, kind):
    with app.app_context():
        session = get_db_session()
        row = session.scalars(select(kind)).one()
        session.expunge(row)
        return row


def change(app, **values):
    with app.app_context():
        draft = get_db_session().scalars(select(Draft)).one()
        for name, value in values.items():
            setattr(draft, name, value)
        get_db_session().commit()

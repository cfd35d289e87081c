"""Signing in to the operators' pages as a browser does."""

from __future__ import annotations

import re

HOME = "/analytics/funnel"
BROWSER = {"Accept": "text/html"}


def token(client, path="/analytics/sign-in"):
    page = client.get(path, headers=BROWSER).text
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def sign_in(client, key, **form):
    form = {"csrf_token": token(client), "api_key": key, **form}
    return client.post("/analytics/sign-in", data=form, headers=BROWSER)

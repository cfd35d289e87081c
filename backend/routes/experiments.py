"""What pages ask: which variant of an experiment whoever is here gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, g, request

from backend.analytics.experiments.assignment import Assigner, Assignment
from backend.analytics.experiments.definition import TestType
from backend.analytics.experiments.qa_links import QaLinks
from backend.analytics.experiments.units import Viewer
from backend.database import SAFE_METHODS, reading
from backend.plugins import get
from backend.routes.access import account_holder
from backend.routes.units import viewer_here

FORCE = "mingus_force"  # the parameter of a signed link, and the cookie that keeps it until the browser is closed
MOST_FORCED = 5


def variant_here(family: TestType, *, occupation_group: str | None = None) -> Mapping[str, Any] | None:
    """The payload of the variant that this page obeys; None: the page stays as it is.

    Ask before a request changes anything, or after it is stored: an exposure is a transaction of its own. It costs
    nothing while no experiment of the family runs, and one look at an index for whoever was exposed before.
    `occupation_group` is for targeting, and the only answer of the calculator that may decide.
    """
    assignment = assignment_here(family, occupation_group=occupation_group)
    return None if assignment is None or assignment.variant is None else assignment.variant.payload


def assignment_here(family: TestType, *, occupation_group: str | None = None) -> Assignment | None:
    """The same with its reason, once for each request."""
    known: dict[TestType, Assignment | None] = g.setdefault("assignments", {})
    if family not in known:
        known[family] = _assigned(family, occupation_group)
    return known[family]


def init_app(app: Flask) -> None:
    app.after_request(_keep_forced)


def _assigned(family: TestType, occupation_group: str | None) -> Assignment | None:
    def ask() -> Assignment | None:
        return get(Assigner).of_type(
            family, viewer_here, lambda viewer: _attributes(viewer, occupation_group), _forced()
        )

    if request.method in SAFE_METHODS:
        return ask()
    with reading():  # on SQLite a read would hold everybody's writes up until this request is over
        return ask()


def _attributes(viewer: Viewer, occupation_group: str | None) -> Mapping[str, Any]:
    sender = viewer.sender
    known = {
        "country": sender.country,
        "region": sender.region,
        "device": sender.device,
        "is_member": account_holder() is not None,
        "path": request.path,
        "source": request.args.get("utm_source", "direct").strip().lower()[:200],
        "occupation_group": occupation_group,
    }
    return {name: value for name, value in known.items() if value is not None}


def _forced() -> Mapping[str, str]:
    tokens = _tokens()
    return get(QaLinks).forced(tokens) if tokens else {}


def _tokens() -> list[str]:
    """Those of the cookie first: of two for one experiment the link that was just followed wins."""
    kept = request.cookies.get(FORCE, "")
    return [*filter(None, kept.split("~")), *request.args.getlist(FORCE)][-MOST_FORCED:]


def _keep_forced(response: Response) -> Response:
    """A cookie of the session keeps what a signed link forces; the answer says so, and no cache keeps it."""
    if FORCE not in request.args and FORCE not in request.cookies:
        return response
    valid = [token for token in dict.fromkeys(_tokens()) if get(QaLinks).forced([token])]
    if not valid:
        response.delete_cookie(FORCE)
        return response
    response.set_cookie(
        FORCE,
        "~".join(valid),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    response.headers["X-Mingus-Forced"] = ", ".join(sorted(get(QaLinks).forced(valid)))
    response.headers["Cache-Control"] = "no-store"
    return response

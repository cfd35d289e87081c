"""`/api/v1/auth`: JSON Web Tokens for programs that act as a person."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.people.directory import Directory
from backend.accounts.permissions import Scope
from backend.accounts.tokens.service import Tokens
from backend.plugins import get
from backend.routes.access import Rate, bearer, demand, me, public, require
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.auth import Login, ProfileOut, TokensOut
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "auth",
    __name__,
    url_prefix="/api/v1/auth",
    abp_tags=[Tag(name="Signing in", description="Tokens for programs that act as a person.")],
)
REFRESHING: list[dict[str, list[str]]] = [{"refresh_token": []}]
ASKING: list[dict[str, list[str]]] = [{"access_token": []}]


@bp.post("/login", responses={200: TokensOut, **problems(400, 401, 403, 413, 415, 422)})
@public("this is where a program signs in", Rate.SIGN_IN)
def login(body: Login) -> Answer:
    """Get tokens for an address, a password, and the second factor if there is one

    A refusal is the same whether the address is known or not.
    """
    return TokensOut.of(get(Tokens).log_in(body.email, body.password, body.code)).model_dump(mode="json")


@bp.post("/refresh", security=REFRESHING, responses={200: TokensOut, **problems(400, 401)})
@public("the refresh token in the header is the proof", own_proof=True)
def refresh() -> Answer:
    """Get the next pair of tokens for an unused refresh token

    A refresh token that is used twice ends every token from the same login.
    """
    return TokensOut.of(get(Tokens).refresh(bearer())).model_dump(mode="json")


@bp.get("/profile", security=ASKING, responses={200: ProfileOut, **problems(400, 401, 403)})
@require(Scope.ACCOUNT_SELF)
def profile() -> Answer:
    """Who the token belongs to, and what they can do"""
    return ProfileOut.of(demand(Scope.ACCOUNT_SELF), get(Directory).email_of(me())).model_dump(mode="json")


@bp.post("/logout", security=ASKING, responses={204: None, **problems(400, 401, 403)})
@require(Scope.ACCOUNT_SELF)
def logout() -> Response:
    """End this token and all others from the same login, at once"""
    get(Tokens).log_out(bearer())
    return Response(status=204)


@bp.after_request
def keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response

"""JSON Web Tokens as Flask-JWT-Extended writes and reads them, held to the one form that we write."""

from __future__ import annotations

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Flask, current_app
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from backend.accounts.tokens.claims import Claims, Use
from backend.accounts.tokens.service import NOT_GOOD
from backend.errors import Unauthenticated
from config.settings import Settings

ALGORITHM, ISSUER, AUDIENCE = "HS256", "mingus", "mingus-api"
LONGEST = 2_000
HEADER = frozenset({"alg", "typ", "kid"})  # whatever else there may be, such as `jku`, names keys of somebody else's
TYPES = {Use.ACCESS: "at+jwt", Use.REFRESH: "rt+jwt"}  # RFC 9068 names the first
BAD = (PyJWTError, JWTExtendedException, RecursionError, KeyError, TypeError, ValueError, ArithmeticError)


def init_app(app: Flask, settings: Settings) -> None:
    key = hmac.digest(settings.secret_key.encode(), b"json web tokens", "sha256")
    app.config.from_mapping(
        JWT_SECRET_KEY=key.hex(),
        JWT_KEY_ID=sha256(b"key id" + key).hexdigest()[:8],
        JWT_ALGORITHM=ALGORITHM,
        JWT_DECODE_ALGORITHMS=[ALGORITHM],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_LEEWAY=0,
        JWT_TOKEN_LOCATION=["headers"],
        JWT_COOKIE_CSRF_PROTECT=False,
    )
    JWTManager(app).decode_key_loader(_key)


class JwtSigning:
    """Needs an app context, as everything of that library."""

    def sign(self, claims: Claims, lifetime: timedelta) -> str:
        create = create_access_token if claims.use is Use.ACCESS else create_refresh_token
        written: str = create(
            str(claims.public_id),
            expires_delta=lifetime,
            additional_claims={"jti": claims.jti, "family": str(claims.family), "epoch": claims.epoch},
            additional_headers={"typ": TYPES[claims.use], "kid": current_app.config["JWT_KEY_ID"]},
        )
        return written

    def read(self, text: str, use: Use) -> Claims:
        try:
            if len(text) > LONGEST:
                raise ValueError(text[:0])
            return _claims(decode_token(text), use)
        except BAD:
            raise Unauthenticated(NOT_GOOD) from None


def _key(header: dict[str, Any], unverified: dict[str, Any]) -> str:
    """Our only key, for a header that says what ours say, and nothing else."""
    if set(header) != HEADER or header["kid"] != current_app.config["JWT_KEY_ID"]:
        raise ValueError("not our key")
    if header["typ"] != TYPES[Use(unverified["type"])]:
        raise ValueError("not our type")
    key: str = current_app.config["JWT_SECRET_KEY"]
    return key


def _claims(claims: dict[str, Any], use: Use) -> Claims:
    if claims["type"] != use or not {"exp", "iat", "nbf"} <= set(claims):
        raise ValueError("not for this use, or for ever")
    if type(claims["epoch"]) is not int:
        raise ValueError("no epoch")
    return Claims(use, str(claims["jti"]), UUID(claims["sub"]), UUID(claims["family"]), claims["epoch"])

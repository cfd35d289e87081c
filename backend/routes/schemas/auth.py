"""What programs send to sign in as a person, and what they get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from backend.accounts.caller import Caller
from backend.accounts.permissions import Role, Scope
from backend.accounts.tokens.claims import ACCESS_LIFETIME, TokenPair
from backend.routes.schemas.answer import Out


class Login(BaseModel):
    """`code` is what an authenticator app shows, or a recovery code; accounts with a second factor need it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    email: Annotated[str, Field(min_length=3, max_length=254, examples=["ada@example.org"])]
    password: Annotated[str, Field(min_length=1, max_length=1024, examples=["a horse that staples"])]
    code: Annotated[str | None, Field(min_length=6, max_length=20, examples=["123456"])] = None


class TokensOut(Out):
    """Send the access token as `Authorization: Bearer …`; the refresh token once, to get the next pair."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int
    refresh_expires_at: datetime

    @classmethod
    def of(cls, pair: TokenPair) -> Self:
        return cls(
            access_token=pair.access,
            refresh_token=pair.refresh,
            token_type="Bearer",  # noqa: S106
            expires_in=int(ACCESS_LIFETIME.total_seconds()),
            refresh_expires_at=pair.refresh_until,
        )


class ProfileOut(Out):
    """Who asks, and what they may do."""

    id: UUID
    email: str | None
    role: Role
    scopes: list[Scope]

    @classmethod
    def of(cls, who: Caller, email: str | None) -> Self:
        fields = {
            "id": who.name.removeprefix("account:"),
            "email": email,
            "role": who.role,
            "scopes": sorted(who.scopes),
        }
        return cls.model_validate(fields)

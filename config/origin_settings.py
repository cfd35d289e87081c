"""The settings of what other sites may do with this one in a browser."""

from __future__ import annotations

from pydantic import BaseModel, Field

from config.values import ClientKey, Origins


class OriginSettings(BaseModel):
    """The part of `Settings` that pages of other sites depend on."""

    EMBED_ORIGINS: Origins = Field(
        "", description="Sites such as `https://a.example`, by commas, that may frame a shared chart. Empty: none."
    )
    CORS_ORIGINS: Origins = Field(
        "",
        description="Sites such as `https://a.example`, by commas, whose pages may call `/api/v1`, `/api/calculator`, "
        "`/api/flags/config`, and `/api/features` from a browser, without cookies. Empty: none.",
    )
    FLAGS_CLIENT_KEY: ClientKey = Field(
        "sdk-mingus",
        description="Name under which GrowthBook’s SDKs read the flags: `/api/features/<this>`. Public, and no secret.",
    )

"""The settings of the server: where it listens, with how many processes, and how it ends."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from config.values import EmptyIsNone, Port


class ServerSettings(BaseModel):
    """The part of `Settings` that gunicorn is started with."""

    HOST: str = Field("127.0.0.1", description="Address the server listens on.")
    PORT: Port = Field(5000, description="Port the server listens on.")
    WEB_WORKERS: Annotated[int, Field(ge=1, le=64)] = Field(2, description="Server processes.")
    WEB_THREADS: Annotated[int, Field(ge=1, le=64)] = Field(8, description="Threads in each server process.")
    DRAIN_SECONDS: Annotated[int | None, Field(ge=0, le=300), EmptyIsNone] = Field(
        None,
        description="Seconds for which the server still answers after SIGTERM, while `/health/ready` already fails. "
        "Empty: 5 in production, none in development.",
    )

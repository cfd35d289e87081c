"""An error of a script as a browser reports it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from backend.analytics.monitoring.errors.group import Frame
from backend.routes.schemas.json_bodies import whole

MOST_FRAMES = 20
LONGEST_ROUTE = 200


class ScriptFrame(BaseModel):
    """One call of the stack, in a script of this site."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    script: str = Field(max_length=120, pattern=r"^/[A-Za-z0-9_./-]+\.js$", examples=["/static/js/charts.js"])
    function: str = Field("", max_length=80, pattern=r"^[A-Za-z0-9_$.]*$")
    line: Annotated[int, Field(ge=0, le=10_000_000, strict=True), BeforeValidator(whole)]


class BrowserErrorBody(BaseModel):
    """What failed: no address, no message, and nothing of the page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(max_length=40, pattern=r"^[A-Za-z0-9_]+$", examples=["TypeError"])
    route: str = Field(
        max_length=LONGEST_ROUTE, description="The page, as the route that served it.", examples=["/jobs/<slug>"]
    )
    frames: list[ScriptFrame] = Field(
        min_length=1, max_length=MOST_FRAMES, description="The stack, the innermost call first."
    )

    def stack(self) -> tuple[Frame, ...]:
        """The outermost call first, as all stacks here are."""
        return tuple(Frame(frame.script, frame.function, frame.line) for frame in reversed(self.frames))

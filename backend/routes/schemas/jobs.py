"""What the page of background work may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from backend.jobs.listing import Shown

LABELS = {
    Shown.OPEN: "In progress",
    Shown.DEAD: "Gave up",
    Shown.FAILED: "Waiting to retry",
    Shown.WAITING: "Waiting",
    Shown.RUNNING: "Running",
    Shown.DONE: "Done",
}


@dataclass(frozen=True, slots=True)
class JobsQuestion:
    """`?show=dead&before=120`; what makes no sense asks for what is not over."""

    shown: Shown
    before: int | None

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> Self:
        shown, before = args.get("show", ""), args.get("before", "")
        number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
        return cls(Shown(shown) if shown in list(Shown) else Shown.OPEN, number or None)

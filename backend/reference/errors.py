"""What can go wrong with the public figures: importing, reading or asking for them."""

from __future__ import annotations

from pathlib import Path

from backend.errors import NotFound


class ReferenceDataError(Exception):
    """A file of figures cannot be trusted; says which file, which row, and what is wrong with it."""

    def __init__(self, file: str | Path, problem: str, row: int | None = None) -> None:
        self.file = str(file)
        self.row = row
        self.problem = problem
        place = self.file if row is None else f"{self.file}, row {row}"
        super().__init__(f"{place}: {problem}")


class ReferenceImportError(ReferenceDataError):
    """A public source file is missing or malformed; the shipped tables were left as they were."""


class ShippedDataError(ReferenceDataError):
    """A shipped table is missing or malformed; the application cannot start on it."""


class UnknownOccupation(NotFound):
    """Asked for an occupation code that is not one of the National Employment Matrix's line items."""

    title = "Unknown occupation"

    def __init__(self, code: str) -> None:
        super().__init__(f"there is no occupation {code!r}")


class UnknownState(NotFound):
    """Asked for pay in a place that is neither a state nor the District of Columbia."""

    title = "Unknown state"

    def __init__(self, state: str) -> None:
        super().__init__(f"there is no state {state!r}")

from __future__ import annotations

from collections.abc import Iterable

from backend.errors import FieldError, MingusError


class ExperimentConflict(MingusError):
    """What was asked is possible for some experiments or flags, and not for this one as it stands."""

    status = 409
    code = "experiment_conflict"
    title = "Not possible as it stands"

    def __init__(self, reasons: Iterable[FieldError]) -> None:
        self.errors = tuple(reasons)
        super().__init__(" ".join(reason.message for reason in self.errors))

"""Why a draft or a shared link does not open."""

from __future__ import annotations

from backend.assessments.visit.questions import CalculatorQuestion
from backend.errors import MingusError, NotFound


class DraftGone(NotFound):
    """The draft was deleted, has expired, belongs to another calculator, or never existed."""

    title = "We no longer have those answers"


class SharedLinkGone(NotFound):
    title = "This link no longer works"


class AskedTooEarly(MingusError):
    """An earlier question comes first; `question` is that one."""

    status = 409
    code = "asked_too_early"
    title = "An earlier question comes first"

    def __init__(self, question: CalculatorQuestion) -> None:
        super().__init__(f"Question {question.number} comes first.")
        self.question = question

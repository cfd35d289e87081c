"""Why a visitor's answers or a result do not open."""

from __future__ import annotations

from backend.errors import Forbidden, NotFound, WayOn


class AnswersOutdated(NotFound):
    """The figures behind a draft's answers have changed, so that no result follows from them any more."""

    title = "We no longer have those answers"


class ResultGone(NotFound):
    """The result was withdrawn, has expired, belongs to another calculator, or never existed."""

    title = "This link no longer works"
    ways_on = (WayOn("Check your own job", "/"),)


class ResultMoved(ResultGone):
    """Whoever asks withdrew this address of their own result. `link` took its place."""

    def __init__(self, link: str) -> None:
        super().__init__("You withdrew this address. Your result has a new one.")
        self.link = link


class NotYourResult(Forbidden):
    """Whoever asks may read the result and not change it."""

    code = "not_your_result"
    title = "This result can only be changed where it was made"

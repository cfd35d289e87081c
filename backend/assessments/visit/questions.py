"""A calculator's questions, in the order they are asked, and the replies to them."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, Self


class CalculatorQuestion(StrEnum):
    """Base of the questions of one calculator; its members are defined in the order they are asked."""

    @property
    def number(self) -> int:
        return tuple(type(self)).index(self) + 1

    @property
    def before(self) -> Self | None:
        return tuple(type(self))[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> Self | None:
        questions = tuple(type(self))
        return questions[self.number] if self.number < len(questions) else None


class CalculatorReply(Protocol):
    """A visitor's reply to one question, already validated."""

    @property
    def question(self) -> CalculatorQuestion: ...

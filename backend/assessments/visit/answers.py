from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar

from backend.assessments.visit.errors import AskedTooEarly
from backend.assessments.visit.questions import CalculatorQuestion, CalculatorReply

ReplyT = TypeVar("ReplyT", bound=CalculatorReply)


class DraftAnswers(ABC, Generic[ReplyT]):
    """A visitor's answers to the questions of one calculator so far: a frozen dataclass in each calculator.

    `calculator` marks its drafts in the database and so must never change. What may not be stored gets no field.
    """

    __slots__ = ()
    calculator: ClassVar[str]
    questions: ClassVar[type[CalculatorQuestion]]

    @property
    @abstractmethod
    def answered(self) -> int:
        """The number of the last question that has an answer."""

    @classmethod
    @abstractmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`, also of answers that an earlier release stored."""

    @abstractmethod
    def as_json(self) -> dict[str, Any]: ...

    @abstractmethod
    def with_reply(self, reply: ReplyT) -> Self: ...

    @property
    def complete(self) -> bool:
        return self.answered >= len(self.questions)

    def demand(self, question: CalculatorQuestion) -> None:
        """Raise AskedTooEarly when a question before this one has no answer yet."""
        if question.number > self.answered + 1:
            raise AskedTooEarly(self._next_question)

    def demand_all(self) -> None:
        if not self.complete:
            raise AskedTooEarly(self._next_question)

    @property
    def _next_question(self) -> CalculatorQuestion:
        return tuple(self.questions)[self.answered]

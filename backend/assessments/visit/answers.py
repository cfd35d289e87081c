from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar

ReplyT = TypeVar("ReplyT")


class DraftAnswers(ABC, Generic[ReplyT]):
    """A visitor's answers in one calculator: a frozen dataclass in each. The first of them are enough for a result.

    `calculator` marks its drafts in the database and so must never change. What may not be stored gets no field.
    """

    __slots__ = ()
    calculator: ClassVar[str]

    @classmethod
    @abstractmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`, also of answers that an earlier release stored."""

    @abstractmethod
    def as_json(self) -> dict[str, Any]: ...

    @abstractmethod
    def with_reply(self, reply: ReplyT) -> Self: ...

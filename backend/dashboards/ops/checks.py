"""What the page of operations looks at: a line for each check, in groups, with the figure it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check stands. What nobody measured is neither good nor bad."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        return {State.OK: "OK", State.BAD: "Needs attention", State.UNKNOWN: "Not known"}[self]


@dataclass(frozen=True, slots=True)
class Check:
    """One line. `trouble`: the sentence that heads the page when this is bad. `noun`: what a sentence calls it."""

    name: str
    about: str
    value: str
    when: str
    state: State = State.OK
    trouble: str = ""
    href: str = ""
    noun: str = ""

    @property
    def words(self) -> str:
        return self.noun or self.name.lower()


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """The checks of a page by how they stand."""

    ok: int
    bad: tuple[Check, ...]
    unknown: tuple[Check, ...]

    @classmethod
    def of(cls, groups: Iterable[Group]) -> Tally:
        checks = [check for group in groups for check in group.checks]
        return cls(
            sum(check.state is State.OK for check in checks),
            tuple(check for check in checks if check.state is State.BAD),
            tuple(check for check in checks if check.state is State.UNKNOWN),
        )

    @property
    def open_words(self) -> str:
        """No verdict yet on events and email."""
        return f"No verdict yet on {listed([check.words for check in self.unknown])}." if self.unknown else ""

    @property
    def words(self) -> str:
        """All 14 checks pass; 12 of 14 checks pass"""
        every = self.ok + len(self.bad) + len(self.unknown)
        return f"All {every} checks pass" if self.ok == every else f"{self.ok} of {every} checks pass"


def listed(words: Sequence[str]) -> str:
    """one; one and two; one, two, and three"""
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"

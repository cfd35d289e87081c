"""The events that matter to a funnel, by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from backend.analytics.metrics.funnel.definition import EventMatch, FunnelQuery

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue


@dataclass(frozen=True, slots=True)
class Kinds:
    """No two kinds share an event. A step may be of several: `seen` is `seen:2` and every other `seen`.

    Events of one instant stand in the order of their kinds: that of the steps, then what serves fewer steps first.
    """

    matches: tuple[EventMatch, ...]
    of_steps: tuple[tuple[int, ...], ...]
    of_excluded: tuple[int, ...]

    @classmethod
    def of(cls, query: FunnelQuery) -> Self:
        def place(match: EventMatch) -> tuple[int, int]:
            serves = [n for n, step in enumerate(query.steps) if step.overlaps(match)]
            return (serves[0], len(serves)) if serves else (len(query.steps), 0)

        matches = sorted(dict.fromkeys((*query.steps, *query.exclude)), key=place)
        return cls(
            tuple(matches),
            tuple(_numbers(matches, (step,)) for step in query.steps),
            _numbers(matches, query.exclude),
        )

    @property
    def others(self) -> int:
        """The kind of all that is neither a step nor excluded."""
        return len(self.matches)

    def rivals(self, step: int) -> tuple[int, ...]:
        """Earlier steps that the same event may serve."""
        mine = set(self.of_steps[step])
        return tuple(n for n in range(step) if mine & set(self.of_steps[n]))

    @property
    def has_rivals(self) -> bool:
        return any(self.rivals(step) for step in range(len(self.of_steps)))

    @property
    def names(self) -> str:
        """The column of sessions in which each event's name tells its kind."""
        return "event_names" if all(match.number is None for match in self.matches) else "event_steps"

    def kind(self, name: StringValue) -> IntegerValue:
        """The kind of an event, by its name in `names`."""
        import ibis

        exact_first = sorted(enumerate(self.matches), key=lambda numbered: numbered[1].number is None)
        branches = []
        for number, match in exact_first:
            holds = name == match.name
            if match.number is None and self.names == "event_steps":
                holds |= name.startswith(f"{match.event}:")
            branches.append((holds, ibis.literal(number, "int64")))
        return ibis.cases(*branches, else_=ibis.literal(self.others, "int64"))


def _numbers(kinds: list[EventMatch], wanted: tuple[EventMatch, ...]) -> tuple[int, ...]:
    """The kind of a bare name leaves out matches with kinds of their own: wanting the name means wanting both."""
    return tuple(
        number
        for number, kind in enumerate(kinds)
        if any(kind == match or (match.number is None and kind.event == match.event) for match in wanted)
    )

"""Who is on call: a weekly rota with its hand-over, and stand-ins. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody is on call for a time instead of whoever's week it is."""

    account_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Rota:
    """`turns`: accounts in the order of their weeks; None: nobody, as after an account was deleted.

    A week begins on `weekday` (0 is Monday) at `hour` by the clocks of `zone`; the first turn has the week that holds
    `starts_at`. Of stand-ins at one time the last one counts.
    """

    turns: tuple[int | None, ...]
    weekday: int
    hour: int
    zone: str
    starts_at: datetime
    stand_ins: tuple[StandIn, ...] = ()

    def on_call(self, at: datetime) -> int | None:
        """The account on call at an instant."""
        for stand_in in reversed(self.stand_ins):
            if stand_in.starts_at <= at < stand_in.ends_at:
                return stand_in.account_id
        return self.turns[self._week(at) % len(self.turns)] if self.turns else None

    def next(self, at: datetime) -> int | None:
        """Who is told after whoever is on call: the next in the order who is somebody else."""
        first, week = self.on_call(at), self._week(at)
        later = (self.turns[(week + step) % len(self.turns)] for step in range(1, len(self.turns) + 1))
        return next((account for account in later if account not in {None, first}), None)

    def hand_overs(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """The instants at which weeks begin in a time."""
        begins = self._begin(since)
        while begins < until:
            if begins >= since:
                yield begins
            begins = self._begin(begins + timedelta(days=DAYS_OF_WEEK, hours=12))

    def gap(self, since: datetime, until: datetime) -> timedelta:
        """For how long nobody is on call in a time."""
        edges = {since, until, *self.hand_overs(since, until)}
        for stand_in in self.stand_ins:
            edges |= {edge for edge in (stand_in.starts_at, stand_in.ends_at) if since < edge < until}
        ordered = sorted(edge.astimezone(UTC) for edge in edges)
        parts = pairwise(ordered)
        return sum((end - begin for begin, end in parts if self.on_call(begin) is None), timedelta())

    def _week(self, at: datetime) -> int:
        """The number of the week from the first one, by the calendar: weeks in which clocks are set count once."""
        first, day = (self._begin(instant).astimezone(ZoneInfo(self.zone)).date() for instant in (self.starts_at, at))
        return (day - first).days // DAYS_OF_WEEK

    def _begin(self, at: datetime) -> datetime:
        """When the week of an instant began."""
        zone = ZoneInfo(self.zone)
        day = at.astimezone(zone).date()
        day -= timedelta(days=(day.weekday() - self.weekday) % DAYS_OF_WEEK)
        begins = datetime.combine(day, time(self.hour), zone).astimezone(UTC)
        if begins > at:
            begins = datetime.combine(day - timedelta(days=DAYS_OF_WEEK), time(self.hour), zone).astimezone(UTC)
        return begins

"""Thirty days as thirty marks: all well, an incident, or nobody looked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.formats import counted, duration

DAYS = 30
WHOLE_DAY = timedelta(days=1)
EDGE, WIDTH = 100 / DAYS, 75 / DAYS  # percent of the width: from mark to mark, and of a mark


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; without an end it lasts."""

    since: datetime
    until: datetime | None = None

    def within(self, start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
        first, last = max(self.since, start), min(self.until or end, end)
        return (first, last) if first < last else None


@dataclass(frozen=True, slots=True)
class Incident:
    """An alert that was open."""

    alert_id: int
    title: str
    span: Span


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day in the drawing. `look`: ok, bad, or off."""

    day: str
    x: str
    width: str
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class PastIncident:
    title: str
    when: str
    lasted: str
    href: str


@dataclass(frozen=True, slots=True)
class Timeline:
    title: str
    description: str
    marks: tuple[DayMark, ...]
    labels: tuple[tuple[str, str, str], ...]  # x, anchor, text
    incidents: tuple[PastIncident, ...]

    @property
    def last(self) -> str:
        """The newest incident, as the verdict tells it. Days that nobody measured promise nothing."""
        if not self.incidents:
            seen = sum(mark.look != "off" for mark in self.marks)
            days = f"{DAYS} days" if seen == DAYS else f"the {seen} days measured so far"
            return f"No incident in {days}." if seen > 1 else "No incident today."
        newest = self.incidents[0]
        return f"Last incident: {newest.when}, {newest.lasted}, {_within(newest.title)}."


def timeline(incidents: Sequence[Incident], off: Sequence[Span], now: datetime, zone: str) -> Timeline:
    """`off`: when nothing was measured."""
    days = [(now.astimezone(ZoneInfo(zone)).date() - timedelta(days=back)) for back in range(DAYS - 1, -1, -1)]
    spans = [incident.span for incident in incidents]
    marks = tuple(_mark(place, day, spans, off, now, zone) for place, day in enumerate(days))
    whole = _covered(spans, _start(days[0], zone), now)
    number = counted(len(incidents), "incident")
    title = f"Last 30 days: {number}, {_length(whole)}" if incidents else f"Last 30 days: {_none(marks)}"
    told = [mark.words for mark in marks if mark.look != "ok"]
    description = f"{DAYS} days, all well{' but ' + '; '.join(told) if told else ''}."
    past = tuple(_past(incident, now, zone) for incident in sorted(incidents, key=lambda one: one.span.since)[::-1])
    return Timeline(title, description, marks, _labels(marks), past)


def _none(marks: Sequence[DayMark]) -> str:
    seen = sum(mark.look != "off" for mark in marks)
    if not seen:
        return "nothing was measured"
    return "no incident" if seen == DAYS else f"no incident on the {counted(seen, 'day')} measured"


def _mark(place: int, day: date, spans: Sequence[Span], off: Sequence[Span], now: datetime, zone: str) -> DayMark:
    start = _start(day, zone)
    end = min(_start(day + WHOLE_DAY, zone), now)
    bad, unmeasured = _covered(spans, start, end), _covered(off, start, end)
    name = f"{day:%b} {day.day}"
    if bad:
        look, words = "bad", f"{name}: {_length(bad)}"
    elif unmeasured >= end - start > timedelta():
        look, words = "off", f"{name}: not measured"
    else:
        look, words = "ok", f"{name}: all well{', measured in part' if unmeasured > (end - start) / 2 else ''}"
    return DayMark(name, f"{place * EDGE + (EDGE - WIDTH) / 2:.2f}%", f"{WIDTH:.2f}%", look, words)


def _start(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _covered(spans: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    """How long at least one span lasted between the two instants."""
    total, reached = timedelta(), start
    for first, last in sorted(filter(None, (span.within(start, end) for span in spans))):
        total += max(last - max(first, reached), timedelta())
        reached = max(reached, last)
    return total


def _length(length: timedelta) -> str:
    seconds = length.total_seconds()
    return duration(seconds) if seconds < 60 else duration(seconds - seconds % 60)


def _labels(marks: Sequence[DayMark]) -> tuple[tuple[str, str, str], ...]:
    """The ends, and the newest bad day where it has room between them."""
    first, last = ("0", "start", marks[0].day), ("100%", "end", marks[-1].day)
    inside = [place for place, mark in enumerate(marks) if mark.look == "bad" and 6 <= place <= DAYS - 8]
    if not inside:
        return first, last
    at = (inside[-1] + 0.5) * EDGE
    return first, (f"{at:.1f}%", "middle", marks[inside[-1]].words), last


def _within(title: str) -> str:
    """A title inside a sentence: names that begin with two capitals keep them."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _past(incident: Incident, now: datetime, zone: str) -> PastIncident:
    local, until = incident.span.since.astimezone(ZoneInfo(zone)), incident.span.until
    lasted = _length((until or now) - incident.span.since)
    when = f"{local:%B} {local.day}"
    return PastIncident(
        incident.title, when, lasted if until else f"{lasted} so far", f"/ops/alerts/{incident.alert_id}"
    )

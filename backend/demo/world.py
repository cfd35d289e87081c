"""A world of demo visits, deterministic: the same seed, size and end give the same visits, event by event."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from math import log
from random import Random
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.analytics.events.demo import DEMO_SESSIONS
from backend.analytics.events.event import Event, as_json
from backend.analytics.events.names import EventName
from backend.analytics.events.senders.devices import Device
from backend.demo import people
from backend.demo.jobs import DemoJob, DemoJobs
from backend.demo.people import CHANNELS, DIRECT, SPIKE, Channel

HOUR, LIVE = timedelta(hours=1), timedelta(minutes=25)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Size:
    """The number of sessions and of days, the last of which is the day of `until`."""

    sessions: int
    days: int
    until: datetime
    seed: int

    @property
    def name(self) -> str:
        """A hash of eight characters, which two different worlds hardly share."""
        text = f"{self.seed} {self.sessions} {self.days} {self.until.astimezone(UTC).isoformat()}"
        return sha256(text.encode()).hexdigest()[:8]


@dataclass(slots=True)
class Visitor:
    """A demo visitor with all their events."""

    number: int
    country: str
    region: str | None
    device: Device
    browser: str
    os: str
    is_bot: bool
    job: DemoJob
    industry: str
    education: str
    experience: str
    events: list[Event] = field(default_factory=list)
    sessions: int = 0
    bought: bool = False


class World:
    def __init__(self, size: Size, jobs: DemoJobs) -> None:
        self._size = size
        self._jobs = jobs
        self._rng = Random(size.seed)  # noqa: S311  (nothing secret)
        self._beside = Random(f"{size.seed} beside")  # noqa: S311  (what it says changes nothing of how a visit goes on)
        self._visitors: list[Visitor] = []
        self._events = 0

    @property
    def name(self) -> str:
        return self._size.name

    def visitors(self) -> Sequence[Visitor]:
        """All visitors, in the order of their first visit."""
        for number, (start, channel) in enumerate(sorted(self._starts(), key=lambda begun: begun[0])):
            visitor = self._somebody()
            knows_the_address = visitor.sessions and self._rng.random() < 0.5
            name = f"{DEMO_SESSIONS}{self.name}-{number:06d}"
            self._visit(visitor, name, start, DIRECT if knows_the_address else channel)
        return self._visitors

    def visitor_id(self, visitor: Visitor) -> str:
        return f"{DEMO_SESSIONS}{self.name}-{visitor.number:06d}"

    def _starts(self) -> Iterator[tuple[datetime, Channel]]:
        """The start and channel of each session, by hour of the day and growing; some sessions are live."""
        size, rng = self._size, self._rng
        hours, usual, spike = self._hours()
        live = min(12, max(1, size.sessions // 100))
        shares = [channel.share for channel in CHANNELS]
        cumulated = list(accumulate(u + s for u, s in zip(usual, spike, strict=True)))
        for _ in range(size.sessions - live):
            at = bisect(cumulated, rng.random() * cumulated[-1])
            length = min(HOUR, size.until - hours[at])
            spiked = rng.random() * (usual[at] + spike[at]) < spike[at]
            yield hours[at] + length * rng.random(), SPIKE if spiked else rng.choices(CHANNELS, shares)[0]
        for _ in range(live):
            yield size.until - LIVE * rng.random(), rng.choices(CHANNELS, shares)[0]

    def _hours(self) -> tuple[list[datetime], list[float], list[float]]:
        """Each hour of the period, its usual weight, and the weight that the campaign adds."""
        size, zone = self._size, ZoneInfo(people.ZONE)
        first = size.until.astimezone(zone).date() - timedelta(days=size.days - 1)
        hour = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
        hours, usual, spike = [], [], []
        while hour < size.until:
            local, part = hour.astimezone(zone), min(HOUR, size.until - hour) / HOUR
            day = (local.date() - first).days
            weight = part * people.HOURS[local.hour] * people.WEEKDAYS[local.weekday()]
            weight *= 1 + people.GROWTH * day / size.days
            since = day - int(size.days * people.SPIKE_AT)
            more = people.SPIKE_DAYS[since] if 0 <= since < len(people.SPIKE_DAYS) else 0
            hours.append(hour)
            usual.append(weight)
            spike.append(weight * more)
            hour += HOUR
        return hours, usual, spike

    def _somebody(self) -> Visitor:
        """A new visitor, or one who was here lately."""
        rng, number = self._rng, len(self._visitors)
        if number > 20 and rng.random() < people.RETURNS:
            returning = self._visitors[-1 - int(rng.expovariate(6 / number)) % number]
            if not returning.is_bot:
                return returning
        country = _choose(rng, people.COUNTRIES)
        region = f"US-{_choose(rng, people.STATES)}" if country == "US" else None
        region = _choose(rng, people.PROVINCES) if country == "CA" else region
        job = rng.choices(self._jobs.all, self._jobs.weights)[0]
        device = _choose(rng, people.DEVICES)
        browser, os = _choose(self._beside, people.BROWSERS[device])
        visitor = Visitor(
            number=number,
            country=country,
            region=region,
            device=device,
            browser=browser,
            os=os,
            is_bot=rng.random() < people.ROBOTS,
            job=job,
            industry=_choose(rng, job.industries),
            education=_choose(rng, job.education),
            experience=_choose(rng, people.EXPERIENCE),
        )
        self._visitors.append(visitor)
        return visitor

    def _visit(self, visitor: Visitor, session_id: str, start: datetime, channel: Channel) -> None:
        """Add the events of one session, up to the step where the visitor stops or the end of the world's time."""
        visitor.sessions += 1
        instant = start
        taken = 0
        for name, properties in self._steps(visitor, channel):
            if name is EventName.ASSESSMENT_REFINED:
                self._add(visitor, name, session_id, instant, properties)
                continue
            refined = int(str(properties.get("step", 1))) if name is EventName.STEP_COMPLETED else 1
            if taken and refined == 1 and not self._goes_on(taken - 1, visitor, channel):
                return
            if refined > 1 or taken:
                seconds = self._seconds(people.REFINES[refined][1] if refined > 1 else people.SECONDS[taken - 1])
                instant += timedelta(seconds=seconds)
                if name is EventName.STEP_COMPLETED:
                    properties["seconds"] = seconds
            taken += refined == 1
            if instant > self._size.until:
                return
            self._add(visitor, name, session_id, instant, properties)
            visitor.bought = visitor.bought or name is EventName.UPGRADE_CLICKED

    def _add(
        self, visitor: Visitor, name: EventName, session_id: str, instant: datetime, properties: Mapping[str, object]
    ) -> None:
        known = {key: value for key, value in properties.items() if value is not None}
        visitor.events.append(Event(self._event_id(), name, session_id, None, instant, as_json(known)))

    def _steps(self, visitor: Visitor, channel: Channel) -> Iterator[tuple[EventName, dict[str, object]]]:
        campaign = {"source": channel.source, "medium": channel.medium, "campaign": channel.campaign}
        page = _choose(self._beside, people.ENTRY_PAGES)
        browser = {"page": page, "browser": visitor.browser, "os": visitor.os}
        yield EventName.CALCULATOR_OPENED, {**campaign, "referrer": channel.referrer, **browser}
        yield EventName.STEP_COMPLETED, {"step": 1}
        job = visitor.job
        result: dict[str, object] = {"job_title": job.title, "occupation": job.code, "risk_level": job.level}
        answers: dict[int, dict[str, object]] = {
            2: {"industry": visitor.industry},
            3: {"experience": visitor.experience, "education": visitor.education},
        }
        yield EventName.ASSESSMENT_SUBMITTED, dict(result)
        for step, (chance, _) in people.REFINES.items():
            at_hand = people.WEEK_BY_DEVICE[visitor.device] if step == 4 else 1.0
            if self._rng.random() < chance * channel.keen * at_hand:
                yield EventName.STEP_COMPLETED, {"step": step}
                result |= answers.get(step, {})
                yield EventName.ASSESSMENT_REFINED, dict(result)
        [offer] = self._rng.choices(people.OFFERS, [offer.share for offer in people.OFFERS])
        yield EventName.OFFER_VIEWED, {"offer": offer.name}
        yield EventName.UPGRADE_CLICKED, {"price_cents": offer.price_cents, "currency": "USD", **campaign}

    def _goes_on(self, step: int, visitor: Visitor, channel: Channel) -> bool:
        chance = people.GOES_ON[step]
        if visitor.is_bot:
            return False
        if step == len(people.GOES_ON) - 1:
            back = 1.5 if visitor.sessions > 1 else 1.0
            return (
                not visitor.bought
                and self._rng.random() < chance * channel.pays * back * people.PAYS_BY_LEVEL[visitor.job.level]
            )
        return self._rng.random() < min(0.99, chance * channel.keen)

    def _seconds(self, median: float) -> float:
        return round(min(self._rng.lognormvariate(log(median), people.SPREAD), people.LONGEST), 1)

    def _event_id(self) -> UUID:
        """The next event id, the same in every run, so that an event sent again counts once."""
        self._events += 1
        return UUID(bytes=sha256(f"{self.name} {self._events}".encode()).digest()[:16], version=5)


def _choose(rng: Random, weights: Mapping[T, float]) -> T:
    return rng.choices(list(weights), list(weights.values()))[0]

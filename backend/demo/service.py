"""Demo visits, sent through the event API as real events are, and removed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep

import msgspec

from backend.accounts.keys.key import ApiKey
from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.lake.erasure import Erased, Erasure
from backend.analytics.lake.sync import LakeSync, Synced
from backend.clock import Clock
from backend.demo.doors import Door, DoorAnswer, NobodyThere
from backend.demo.jobs import DemoJobs
from backend.demo.world import Size, Visitor, World
from backend.errors import Unavailable

CONCURRENCY, TRIES, LONGEST_PAUSE = 12, 6, 60.0
KEY_NAME, KEY_LIFE = "demo visits", timedelta(hours=2)
BUSY = frozenset({429, 503})


class NotSent(Unavailable):
    """Some demo visits did not arrive, and the message says why."""

    code = "demo_not_sent"
    title = "Not all demo visits were sent"


@dataclass(frozen=True, slots=True)
class Sent:
    """The number of stored sessions, events and visitors of a world."""

    sessions: int
    events: int
    visitors: int


class EventReceipt(msgspec.Struct, frozen=True):
    """The event API's answer to a batch."""

    accepted: int
    duplicates: int
    rejected: list[object]
    quarantined: list[object]


RECEIPT = msgspec.json.Decoder(EventReceipt)  # at import: two threads that show msgspec a type at once crash it


class DemoVisits:
    def __init__(
        self, jobs: Callable[[], DemoJobs], keys: KeyService, sync: LakeSync, erasure: Erasure, now: Clock
    ) -> None:
        self._jobs = jobs
        self._keys = keys
        self._sync = sync
        self._erasure = erasure
        self._now = now

    def world(self, sessions: int, days: int, seed: int, until: datetime | None = None) -> World:
        """A world of this many sessions over the last `days` days, which end now or at `until`."""
        return World(Size(sessions, days, until or self._now(), seed), self._jobs())

    def send(self, world: World, door: Door, arrived: Callable[[int], object]) -> Sent:
        """Send each visitor's events with an API key that has no other scope and is revoked at the end.

        `arrived` is called with the number of sessions stored for each visitor. Raises NotSent.
        """
        visitors = world.visitors()
        key = self._keys.create(KEY_NAME, [Scope.EVENTS_WRITE], expires_at=self._now() + KEY_LIFE)
        try:
            for visitor in self._each(visitors, world, door, key):
                arrived(visitor.sessions)
        finally:
            door.close()
            self._keys.revoke(key.id)
        return Sent(
            sum(visitor.sessions for visitor in visitors),
            sum(len(visitor.events) for visitor in visitors),
            len(visitors),
        )

    def sync(self) -> Synced | None:
        """Sync the landing table into the lake, unless another process is doing so."""
        return self._sync.run()

    def clear(self) -> Erased:
        """Delete all demo visits from every store. May be repeated, and must be after an interruption."""
        return self._erasure.erase_demo()

    def left(self) -> int:
        """How many rows of demo visits there are in all stores."""
        return self._erasure.demo_left()

    def _each(self, visitors: Sequence[Visitor], world: World, door: Door, key: ApiKey) -> Iterator[Visitor]:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

        def send(visitor: Visitor) -> Visitor:
            sender = {"country": visitor.country, "region": visitor.region, "device": visitor.device}
            whose = {"visitor_id": world.visitor_id(visitor), "is_bot": visitor.is_bot}
            body = msgspec.json.encode({**sender, **whose, "events": visitor.events})
            _demand_all_stored(_post_until_answered(door, body, headers), len(visitor.events))
            return visitor

        with ThreadPoolExecutor(CONCURRENCY) as pool:
            try:
                yield from pool.map(send, visitors)
            finally:
                pool.shutdown(cancel_futures=True)


def _post_until_answered(door: Door, body: bytes, headers: dict[str, str]) -> DoorAnswer:
    """The first answer that is not "try later", or the last one."""
    for tries in range(1, TRIES + 1):
        try:
            answer = door.post(body, headers)
        except NobodyThere as error:
            if tries == TRIES:
                raise NotSent(f"The server no longer answers: {error}.") from None
            sleep(tries)
            continue
        if answer.status not in BUSY or tries == TRIES:
            return answer
        sleep(min(answer.retry_after, LONGEST_PAUSE))
    raise AssertionError


def _demand_all_stored(answer: DoorAnswer, events: int) -> None:
    if answer.status == 401:
        raise NotSent("The server does not know this installation's keys: it has another database or SECRET_KEY.")
    if answer.status != 202:
        raise NotSent(f"The server answered {answer.status}: {answer.body[:200].decode(errors='replace')}")
    receipt = RECEIPT.decode(answer.body)
    if receipt.accepted + receipt.duplicates != events:
        raise NotSent(f"The server refused some events: {answer.body[:200].decode(errors='replace')}")

"""The queue of each channel, and its way out: all channels at once, each in its own thread."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy.orm import Session

from backend.analytics.monitoring.channels.channel import Address, Channel, ChannelKind, DeliveryState
from backend.analytics.monitoring.channels.content import changes_in, content_of, groups_in, pending_in
from backend.analytics.monitoring.channels.models import StoredDelivery
from backend.analytics.monitoring.channels.sending import Attempt, Outcome, Sender, Sending, Verdict
from backend.analytics.monitoring.channels.service import KIND, TEST, ChannelService
from backend.analytics.monitoring.channels.store import DeliveryStore
from backend.clock import Clock
from backend.jobs.backoff import Uniform, full_jitter
from backend.jobs.service import Jobs
from backend.vault.cipher import Unreadable

ROUNDS, MOST_OF_A_CHANNEL, MOST_OF_AN_ANSWER = 4, 25, 200
LONGEST_WAIT, GIVE_UP_AFTER = timedelta(minutes=10), timedelta(hours=24)
ROUND_SECONDS = 18.0  # more than a call takes that connects and then hears nothing, begun after a third of it
CLAIM = timedelta(seconds=60)
TIME_LIMIT = timedelta(seconds=100)
GONE, OFF = "the channel was deleted", "the channel is turned off"
HUNG, BROKE = "no answer in time", "Mingus could not send it; see its log"
SEALED = "the address is sealed with a master key that is not there"
Attempts = Sequence[tuple[int, Attempt]]
logger = logging.getLogger(__name__)


class Deliveries:
    """`operators`: the accounts that are told when no one is on call."""

    def __init__(
        self,
        session: Session,
        channels: ChannelService,
        sender: Sender,
        jobs: Jobs,
        operators: Callable[[], Sequence[int]],
        now: Clock,
        uniform: Uniform,
    ) -> None:
        self._session = session
        self._store = DeliveryStore(session)
        self._channels = channels
        self._sender = sender
        self._jobs = jobs
        self._operators = operators
        self._now = now
        self._uniform = uniform

    def run(self) -> int:
        """Send what is due; how many attempts. Commits before it sends, so that no lock is held meanwhile."""
        attempts = 0
        for _ in range(ROUNDS):
            claimed = self._claim()
            if not claimed:
                return attempts
            outcomes = send_at_once(claimed, ROUND_SECONDS)
            self._settle([delivery_id for batch in claimed.values() for delivery_id, _ in batch], outcomes)
            attempts += len(outcomes)
        self._jobs.add(KIND, {})
        self._session.commit()
        return attempts

    def _claim(self) -> Mapping[str, Attempts]:
        """What can be sent now, by channel, marked so that no other process sends it too."""
        now, channels = self._now(), {channel.id: channel for channel in self._channels.all()}
        by_channel: dict[str, list[StoredDelivery]] = defaultdict(list)
        for row in self._store.waiting():
            channel = channels.get(row.channel_id)
            if channel is None or not (channel.is_enabled or row.kind == TEST):
                self._end(row, DeliveryState.FAILED, OFF if channel else GONE, now)
            else:
                by_channel[row.channel_id].append(row)
        ready = {channel_id: self._ready(channels[channel_id], rows, now) for channel_id, rows in by_channel.items()}
        self._session.commit()
        return {channel_id: attempts for channel_id, attempts in ready.items() if attempts}

    def _ready(self, channel: Channel, rows: Sequence[StoredDelivery], now: datetime) -> Attempts:
        if not (ready := next_in_line(rows, now)):
            return []
        try:
            address = self._channels.address_of(channel)
        except Unreadable:
            self._put_off(ready[0], Outcome(Verdict.LATER, SEALED), now)
            return []
        for row in ready:
            row.claimed_until = now + CLAIM
        return [(row.id, self._attempt(row, channel, address)) for row in ready]

    def _attempt(self, row: StoredDelivery, channel: Channel, address: Address) -> Attempt:
        changes, recipients = changes_in(row.content), pending_in(row.content)
        if channel.kind is ChannelKind.EMAIL and recipients is None:
            on_call = list(dict.fromkeys(person for change in changes for person in change.recipients))
            recipients = on_call or self._operators()
            row.content = content_of(changes, recipients)
        sending = Sending(row.id, changes, row.created_at, row.kind == TEST, recipients or ())
        return self._sender.prepare(sending, channel, address)

    def _settle(self, claimed: Sequence[int], outcomes: Mapping[int, Outcome]) -> None:
        now = self._now()
        for row in self._store.named(claimed):
            row.claimed_until = None
            outcome = outcomes.get(row.id)
            if outcome is None:  # an earlier message of its channel did not get through
                continue
            row.attempts += 1
            if outcome.pending is not None:
                row.content = content_of(changes_in(row.content), outcome.pending or None)
            if outcome.verdict is Verdict.DELIVERED:
                self._end(row, DeliveryState.DELIVERED, outcome.answer, now)
            elif outcome.verdict is Verdict.REFUSED:
                self._end(row, DeliveryState.FAILED, outcome.answer, now)
            else:
                self._put_off(row, outcome, now)
        self._session.commit()

    def _put_off(self, row: StoredDelivery, outcome: Outcome, now: datetime) -> None:
        if now - row.created_at >= GIVE_UP_AFTER:
            self._end(row, DeliveryState.GAVE_UP, outcome.answer, now)
            return
        delay = full_jitter(max(row.attempts, 1), self._uniform, LONGEST_WAIT)
        row.answer, row.due_at = outcome.answer[:MOST_OF_AN_ANSWER], now + max(delay, outcome.retry_after)
        self._session.flush()
        self._store.postpone(row.channel_id, row.due_at)
        self._jobs.add(KIND, {}, row.due_at)
        logger.warning("alert delivery %d to %s: %s; tried again", row.id, row.channel_id, outcome.answer)

    def _end(self, row: StoredDelivery, state: DeliveryState, answer: str, now: datetime) -> None:
        row.state, row.answer, row.finished_at = state, answer[:MOST_OF_AN_ANSWER], now
        if state is not DeliveryState.DELIVERED:
            logger.error("alert delivery %d to %s is not delivered: %s", row.id, row.channel_id, answer)


def next_in_line(rows: Sequence[StoredDelivery], now: datetime) -> Sequence[StoredDelivery]:
    """The messages of one channel to send now: none while another process sends there.

    The news of a group stays in order, so that nothing opens after it was resolved. What failed before comes last, so
    that one message a server cannot stand keeps back no other group's.
    """
    if any(row.claimed_until is not None and now < row.claimed_until <= now + CLAIM for row in rows):
        return []
    ready, before = [], set[str]()
    for row in rows:
        groups = groups_in(row.content)
        if row.due_at <= now and not before & groups:
            ready.append(row)
        before |= groups
    return sorted(ready, key=lambda row: row.attempts)[:MOST_OF_A_CHANNEL]


def send_at_once(batches: Mapping[str, Attempts], seconds: float) -> Mapping[int, Outcome]:
    """Make the attempts of all channels, side by side; the outcome of each that was made, by the delivery's id.

    After a failure, and after a third of the time, the rest of that channel's is left for the next round. Who has not
    answered when the time is over has failed.
    """
    outcomes: dict[int, Outcome] = {}
    at_work: dict[str, int] = {}
    begun = monotonic()

    def work(channel_id: str, attempts: Attempts) -> None:
        for delivery_id, attempt in attempts:
            at_work[channel_id] = delivery_id
            outcomes[delivery_id] = attempt()
            if outcomes[delivery_id].verdict is Verdict.LATER or monotonic() - begun > seconds / 3:
                return

    pool = ThreadPoolExecutor(len(batches), thread_name_prefix="alerts")
    channels = {pool.submit(work, channel_id, attempts): channel_id for channel_id, attempts in batches.items()}
    done, late = wait(channels, seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    failed = {at_work[channels[future]]: Outcome(Verdict.LATER, HUNG) for future in late if channels[future] in at_work}
    for future in done:
        if (error := future.exception()) is not None:
            logger.error("alert delivery %d broke", at_work[channels[future]], exc_info=error)
            failed[at_work[channels[future]]] = Outcome(Verdict.LATER, BROKE)
    return failed | outcomes

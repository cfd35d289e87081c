"""One attempt to deliver one message: prepared where there is a database, sent where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from types import MappingProxyType

from backend.analytics.monitoring.alerts.notifier import AlertChange
from backend.analytics.monitoring.channels import email, pagerduty, slack, teams, webhook
from backend.analytics.monitoring.channels.channel import Address, Channel, ChannelKind
from backend.analytics.monitoring.channels.message import Message
from backend.clock import Clock
from backend.jobs.kinds import NoUse
from backend.mail.post import MailEnvelope, NotDelivered, RecipientRefused
from backend.mail.service import Mail
from backend.observing import FAILED, OK, Observe, unobserved
from backend.outbound.client import Outbound, OutboundAnswer, OutboundFailed
from backend.outbound.target import OutboundRefused
from backend.vault.cipher import Unreadable

NEVER_AGAIN = frozenset({400, 413, 415, 422})  # the message is at fault; anything else an operator can put right
LONGEST_WAIT = timedelta(hours=1)
LETTER = "alert"
PATIENCE = timedelta(seconds=4)
NOBODY = "no one is on call, and no account has the role ops or admin"
Accepts = Callable[[int, bytes], bool]
ACCEPTS: Mapping[ChannelKind, Accepts] = MappingProxyType(
    {
        ChannelKind.SLACK: slack.accepts,
        ChannelKind.PAGERDUTY: pagerduty.accepts,
        ChannelKind.TEAMS: teams.accepts,
        ChannelKind.WEBHOOK: webhook.accepts,
    }
)


class Verdict(Enum):
    DELIVERED = auto()
    REFUSED = auto()
    LATER = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answer` is stored and shown: a status or the kind of trouble, never an address or a server's words.

    `pending`: the accounts that an email has not reached yet.
    """

    verdict: Verdict
    answer: str
    retry_after: timedelta = timedelta(0)
    pending: Sequence[int] | None = None


Attempt = Callable[[], Outcome]


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that is to be sent: its row's id, what it says, and to whom of those who read email."""

    delivery_id: int
    changes: Sequence[AlertChange]
    made_at: datetime
    is_test: bool
    recipients: Sequence[int]


class Sender:
    """`observe`: hears how long each message took from its alert's change, and whether it arrived."""

    def __init__(
        self, outbound: Outbound, mail: Mail, site: str, zone: str, now: Clock, observe: Observe = unobserved
    ) -> None:
        self._outbound = outbound
        self._mail = mail
        self._site = site
        self._zone = zone
        self._now = now
        self._observe = observe

    def prepare(self, sending: Sending, channel: Channel, address: Address) -> Attempt:
        """The attempt, which may be made in any thread."""
        attempt = self._attempt(sending, channel, address)
        return attempt if sending.is_test else lambda: self._timed(attempt(), sending, channel.kind)

    def _timed(self, outcome: Outcome, sending: Sending, kind: ChannelKind) -> Outcome:
        """What is to be tried again has neither arrived nor failed."""
        if outcome.verdict is not Verdict.LATER:
            seconds = max((self._now() - sending.made_at).total_seconds(), 0.0)
            self._observe(kind.value, seconds, OK if outcome.verdict is Verdict.DELIVERED else FAILED)
        return outcome

    def _attempt(self, sending: Sending, channel: Channel, address: Address) -> Attempt:
        message = Message.of(sending.changes, self._site, self._zone, is_test=sending.is_test)
        if channel.kind is ChannelKind.EMAIL:
            return self._by_email(sending, message)
        url, body, secret = self._request(sending, message, channel, address)
        return lambda: self._post(channel.kind, url, body, self._headers(sending, body, secret))

    def _request(
        self, sending: Sending, message: Message, channel: Channel, address: Address
    ) -> tuple[str, bytes, str]:
        """Where it goes, what it says, and the secret that it is signed with, if it is."""
        site, zone, changes = self._site, self._zone, sending.changes
        match channel.kind:
            case ChannelKind.SLACK:
                return address.url, slack.body(message), ""
            case ChannelKind.TEAMS:
                return address.url, teams.body(message), ""
            case ChannelKind.PAGERDUTY:
                return pagerduty.URL, pagerduty.body(message, changes[0], address.secret, site, zone), ""
            case _:
                body = webhook.body(message, changes, sending.delivery_id, site, zone)
                return address.url, body, address.secret

    def _headers(self, sending: Sending, body: bytes, secret: str) -> Mapping[str, str]:
        """Signed as it is sent: an attempt an hour later has the time of that hour."""
        signed = webhook.headers(body, secret, sending.delivery_id, self._now()) if secret else {}
        return {"Content-Type": "application/json; charset=utf-8", **signed}

    def _post(self, kind: ChannelKind, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        try:
            answer = self._outbound.post(url, body, headers, kind.value)
        except OutboundRefused as error:
            return Outcome(Verdict.REFUSED, str(error))
        except OutboundFailed as error:
            return Outcome(Verdict.LATER, str(error))
        return judged(ACCEPTS[kind], answer, self._now())

    def _by_email(self, sending: Sending, message: Message) -> Attempt:
        name = f"alert-{sending.delivery_id}-{int(sending.made_at.timestamp())}"
        words, envelopes = email.words(message, self._site), list[MailEnvelope]()
        for account_id in sending.recipients:
            try:
                envelopes.append(self._mail.addressed(account_id, name, words))
            except (NoUse, Unreadable):  # the account is gone, or its address can no longer be read
                continue
        return lambda: self._carry(envelopes)

    def _carry(self, envelopes: Sequence[MailEnvelope]) -> Outcome:
        """Nobody is told twice because somebody else's mailbox is full. A mail server that hangs is asked only once."""
        pending, refused, trouble, until = list[int](), 0, "", self._now() + PATIENCE
        for envelope in envelopes:
            if pending and self._now() > until:
                pending.append(envelope.account_id)
                continue
            try:
                self._mail.carry(envelope, LETTER)
            except RecipientRefused as error:
                refused, trouble = refused + 1, trouble or str(error)
            except NotDelivered as error:
                pending.append(envelope.account_id)
                trouble = str(error)
        if pending or not envelopes:
            return Outcome(Verdict.LATER, trouble or NOBODY, pending=pending)
        verdict = Verdict.REFUSED if refused == len(envelopes) else Verdict.DELIVERED
        return Outcome(verdict, trouble, pending=[])


def judged(accepts: Accepts, answer: OutboundAnswer, now: datetime) -> Outcome:
    """What an answer means by the documents of whoever gave it."""
    told = f"HTTP {answer.status}"
    if accepts(answer.status, answer.body):
        return Outcome(Verdict.DELIVERED, told)
    if answer.status in NEVER_AGAIN:
        return Outcome(Verdict.REFUSED, told)
    return Outcome(Verdict.LATER, told, retry_after=retry_after(answer.retry_after, now))


def retry_after(header: str, now: datetime) -> timedelta:
    """The wait that a server asks for, in seconds or as a date (RFC 9110, 10.2.3): an hour at most, or none."""
    if header.strip().isdecimal():
        return timedelta(seconds=min(int(header[:9]), LONGEST_WAIT.total_seconds()))
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return timedelta(0)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)

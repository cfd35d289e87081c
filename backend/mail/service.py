from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from time import perf_counter
from uuid import uuid4

from backend.database import reading
from backend.jobs.kinds import ClaimedJob, NoUse
from backend.jobs.service import Jobs
from backend.mail.letter import Letter, Words, check, write
from backend.mail.post import MailEnvelope, Post, RecipientRefused
from backend.observing import FAILED, OK, Observe, unobserved
from backend.vault.cipher import Unreadable
from backend.vault.service import Vault

logger = logging.getLogger(__name__)
KIND = "mail.send"
REFUSED = "refused"  # by a mailbox that does not exist: no fault of the delivery
ATTEMPTS = 20  # about six hours, should the mail server be down


class Mail:
    """Letters are jobs: the row names the letter and the account's id; everything personal in it is sealed."""

    def __init__(
        self,
        jobs: Jobs,
        vault: Vault,
        address_of: Callable[[int], str | None],
        post: Post,
        public_url: str,
        note: Callable[[str], None],
        observe: Observe = unobserved,
    ) -> None:
        """`note` is told the name of each letter that is added or promised, `observe` how each delivery went."""
        self._jobs = jobs
        self._vault = vault
        self._address_of = address_of
        self._post = post
        self._public_url = public_url
        self._note = note
        self._observe = observe

    def promise(self) -> str:
        """The name of a letter that a job is to send."""
        name = uuid4().hex
        self._note(name)
        return name

    def send(
        self,
        account_id: int,
        letter: Letter,
        facts: Mapping[str, str],
        to: str | None = None,
        promised: str | None = None,
    ) -> None:
        """Add a letter to this person, or to `to`, in the caller's transaction. Commits nothing. Raises WrongFacts.

        The address is looked up at delivery. An account whose data key is lost has no readable address and gets no
        letter; the change that the letter is about happens all the same.
        """
        check(letter, facts)
        name, content = promised or uuid4().hex, json.dumps({"facts": dict(facts), "to": to})
        try:
            sealed = self._vault.seal(account_id, _place(name), content)
        except Unreadable as error:
            logger.warning("no email %s to account %d: %s", letter, account_id, error)
            return
        payload = {"account_id": account_id, "letter": letter, "name": name, "sealed": b64encode(sealed).decode()}
        self._jobs.add(KIND, payload)
        self._note(name)

    def deliver(self, job: ClaimedJob) -> None:
        """Write the letter of a job and deliver it. Raises NoUse, NotDelivered."""
        with reading():  # speaking to a mail server takes long: no lock is held meanwhile
            envelope = self._envelope(job.payload)
        try:
            self.carry(envelope, job.payload["letter"])
        except RecipientRefused as error:
            raise NoUse(str(error)) from None

    def addressed(self, account_id: int, name: str, words: Words) -> MailEnvelope:
        """A letter of a job that has words of its own, for `carry`. Raises NoUse for an account that is gone."""
        address = self._address_of(account_id)
        if address is None:
            raise NoUse("the account is gone")
        return MailEnvelope(name, account_id, address, words)

    def carry(self, envelope: MailEnvelope, letter: str) -> None:
        """Deliver it now, from any thread: no database is asked. Raises RecipientRefused, NotDelivered.

        `letter` is its name where deliveries are measured.
        """
        outcome, began = FAILED, perf_counter()
        try:
            self._post.carry(envelope)
            outcome = OK
        except RecipientRefused:
            outcome = REFUSED
            raise
        finally:
            self._observe(letter, perf_counter() - began, outcome)

    def shown(self, payload: Mapping[str, str]) -> Mapping[str, str]:
        """The letter of a job in words, for its recipient. Raises Unreadable."""
        envelope = self._envelope(payload)
        return {"to": envelope.to, "subject": envelope.words.subject, "text": envelope.words.body}

    def _envelope(self, payload: Mapping[str, str]) -> MailEnvelope:
        account_id, letter, name = int(payload["account_id"]), Letter(payload["letter"]), payload["name"]
        address = self._address_of(account_id)
        if address is None:
            raise NoUse("the account is gone")
        sealed = json.loads(self._vault.open(account_id, _place(name), b64decode(payload["sealed"])))
        words = write(letter, sealed["facts"], self._public_url)
        return MailEnvelope(f"{letter}-{name}", account_id, sealed["to"] or address, words)


def _place(name: str) -> str:
    return f"jobs.payload.{name}"

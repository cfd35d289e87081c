"""The check of a chain, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backend.audit.anchor import Anchor
from backend.audit.chain import START, ChainEntry, digest


@dataclass(frozen=True, slots=True)
class Link:
    """An entry with its stored digest; `entry` is None where the stored row cannot be read."""

    entry: ChainEntry | None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry, by the row `audit_head`."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the chain is whole; if not, the number of the first bad entry and the reason.

    `anchored` is the last number that an anchor vouches for: entries after it could be cut off unseen.
    """

    entries: int
    anchored: int
    first_bad: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.first_bad is None

    def __str__(self) -> str:
        if self.ok:
            return f"The chain is whole: {self.entries} entries, anchored up to {self.anchored}."
        return f"Entry {self.first_bad} {self.reason}."


@dataclass
class Judge:
    """Walks the chain from its start; the first fault ends the walk."""

    key: bytes
    head: Head
    anchors: Sequence[Anchor]
    _expected: int = 1
    _before: str = field(default=START)

    def judge(self, links: Iterable[Link], newest: int) -> Verdict:
        """`links` in the order of their numbers, up to the head; `newest` the greatest number stored after that."""
        vouched = {anchor.number: anchor for anchor in self.anchors}
        for link in links:
            if fault := self._fault(link, vouched.get(self._expected)):
                return self._bad(fault)
            self._expected, self._before = self._expected + 1, link.digest
        return self._end(newest)

    def _fault(self, link: Link, anchor: Anchor | None) -> str:
        if link.entry is None:
            return "cannot be read: it was changed"
        if link.entry.number != self._expected:
            return "is missing"
        if link.digest != digest(self.key, self._before, link.entry):
            return "was changed, or the one before it"
        if anchor and anchor.digest != link.digest:
            return f"is another than the one anchored at {anchor.at:%Y-%m-%d %H:%M}"
        return ""

    def _end(self, newest: int) -> Verdict:
        last = self._expected - 1
        anchor = max(self.anchors, key=lambda anchor: anchor.number, default=None)
        if last < self.head.number:
            return self._bad(f"is missing: the tail is cut off, and the head knows entry {self.head.number}")
        if anchor and anchor.number > last:
            at = f"{anchor.at:%Y-%m-%d %H:%M}"
            return self._bad(f"is missing: the tail is cut off, and entry {anchor.number} was anchored at {at}")
        if newest > last:
            return self._bad("stands after the head: it was added by another hand")
        if self._before != self.head.digest:
            return Verdict(last, self._anchored, last, "is another than the head says")
        return Verdict(last, self._anchored)

    def _bad(self, reason: str) -> Verdict:
        return Verdict(self._expected - 1, self._anchored, self._expected, reason)

    @property
    def _anchored(self) -> int:
        return max((anchor.number for anchor in self.anchors), default=0)

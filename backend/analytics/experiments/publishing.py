"""The document of flags that anybody may read: browsers and other programs evaluate it by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from backend.analytics.experiments.evaluation.conditions import JOINS
from backend.errors import Unavailable

PUBLIC_ATTRIBUTES = frozenset({"country", "region", "device", "is_member", "path", "source"})
HASHED_ATTRIBUTES = frozenset({"email"})  # named by salted SHA-256 only
UNIT_ATTRIBUTES = frozenset(
    {"id", "user_id", "visitor_id", "session_id"}
)  # say which bucket; never named in a condition
COMPARED_AS_HASHES = frozenset({"$eq", "$ne", "$in", "$nin", "$ini", "$nini"})
RULE_FIELDS = (
    "id",
    "condition",
    "parentConditions",
    "filters",
    "force",
    "coverage",
    "range",
    "seed",
    "hashAttribute",
    "fallbackAttribute",
    "hashVersion",
    "key",
    "name",
    "phase",
    "variations",
    "weights",
    "ranges",
    "namespace",
    "meta",
    "bucketVersion",
    "minBucketVersion",
    "disableStickyBucketing",
)

Definition = Mapping[str, Any]


class FlagDocument(Protocol):
    """A flag as it stands: killed, it has its default value only; a schedule is the coverage of this instant."""

    @property
    def document(self) -> Definition: ...

    @property
    def is_public(self) -> bool:
        """Whether browsers may be told its rules."""


class FlagDocuments(Protocol):
    """All flags at one version of the configuration; below 0 nothing is known yet."""

    @property
    def version(self) -> int: ...

    @property
    def changed_at(self) -> datetime | None: ...

    @property
    def flags(self) -> Mapping[str, FlagDocument]: ...


class NotPublic(Exception):
    """A rule asks for what only the server knows, or names whom nobody else may learn of."""


@dataclass(frozen=True, slots=True)
class FlagPublisher:
    """Turns flags into what is sent. A flag with one rule that has to stay here is left out with all that need it."""

    current: Callable[[], FlagDocuments]
    salt: str

    def document(self) -> dict[str, Any]:
        """As GrowthBook's SDKs read it; those `hashed` are given as `sha256(salt + value)`, trimmed, in lower case.

        Raises Unavailable while nothing is known: no flags at all would be another answer.
        """
        flags = self.current()
        if flags.version < 0:
            raise Unavailable("The flags could not be read yet.")
        return {
            "status": 200,
            "features": self._features(flags.flags),
            "savedGroups": {},
            "hashed": sorted(HASHED_ATTRIBUTES),
            "salt": self.salt,
            "dateUpdated": flags.changed_at.isoformat() if flags.changed_at else None,
        }

    def _features(self, flags: Mapping[str, FlagDocument]) -> dict[str, Any]:
        published: dict[str, Any] = {}
        for key, flag in sorted(flags.items()):
            if flag.is_public:
                with suppress(NotPublic):
                    published[key] = self._feature(flag.document)
        hidden = set(flags) - set(published)
        while orphans := {key for key, feature in published.items() if not hidden.isdisjoint(_prerequisites(feature))}:
            hidden |= orphans
            for key in orphans:
                del published[key]
        return published

    def _feature(self, definition: Definition) -> dict[str, Any]:
        rules = [self._rule(rule) for rule in definition.get("rules") or ()]
        return {"defaultValue": definition.get("defaultValue")} | ({"rules": rules} if rules else {})

    def _rule(self, rule: Definition) -> dict[str, Any]:
        attributes = [rule.get("hashAttribute"), rule.get("fallbackAttribute")]
        attributes += [one.get("attribute") for one in rule.get("filters") or ()]
        if not {name for name in attributes if name} <= UNIT_ATTRIBUTES or "schedule" in rule:
            raise NotPublic
        shown = {name: rule[name] for name in RULE_FIELDS if name in rule}
        if rule.get("condition"):
            shown["condition"] = self._condition(rule["condition"])
        return shown

    def _condition(self, condition: Definition) -> dict[str, Any]:
        return {name: self._part(name, expected) for name, expected in condition.items()}

    def _part(self, name: str, expected: Any) -> Any:
        if name == "$not":
            return self._condition(expected)
        if name in JOINS:
            return [self._condition(one) for one in expected]
        attribute = name.partition(".")[0]
        if attribute in HASHED_ATTRIBUTES:
            return self._without_names(expected)
        if attribute not in PUBLIC_ATTRIBUTES or _asks_for_a_group(expected):
            raise NotPublic
        return expected

    def _without_names(self, expected: Any) -> Any:
        """Addresses by their hashes; what would look into an address cannot be asked of one."""
        if isinstance(expected, str):
            return self.hashed(expected)
        if not isinstance(expected, dict) or not COMPARED_AS_HASHES.issuperset(expected):
            raise NotPublic
        return {
            operator: [self._name(one) for one in value] if isinstance(value, list) else self._name(value)
            for operator, value in expected.items()
        }

    def _name(self, value: Any) -> str:
        if not isinstance(value, str):
            raise NotPublic
        return self.hashed(value)

    def hashed(self, value: str) -> str:
        return sha256((self.salt + value.strip().lower()).encode()).hexdigest()


def _prerequisites(feature: Definition) -> Iterator[str]:
    for rule in feature.get("rules", ()):
        for prerequisite in rule.get("parentConditions") or ():
            yield prerequisite["id"]


def _asks_for_a_group(expected: Any) -> bool:
    """Groups are lists of people, and stay here."""
    if isinstance(expected, dict):
        return any(name in {"$inGroup", "$notInGroup"} or _asks_for_a_group(part) for name, part in expected.items())
    return isinstance(expected, list) and any(map(_asks_for_a_group, expected))

"""Occupations in addresses: "registered-nurses" for "Registered nurses"."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from backend.reference.tables import Occupation

_APOSTROPHES = re.compile("['’]")
_WORD = re.compile(r"[a-z0-9]+")


def slug_of(title: str) -> str:
    """The title's words in lower case ASCII, joined by hyphens; a slug is its own slug."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", title)).encode("ascii", "ignore").decode()
    return "-".join(_WORD.findall(plain.lower()))


@dataclass(frozen=True, slots=True)
class Slugs:
    """The one slug of each occupation, and the occupation of each slug."""

    by_code: Mapping[str, str]
    codes: Mapping[str, str]

    @classmethod
    def of(cls, occupations: Mapping[str, Occupation]) -> Slugs:
        """Two titles that differ in their signs alone would share a slug; then each carries its code."""
        plain = {code: slug_of(occupation.title) for code, occupation in occupations.items()}
        used = Counter(plain.values())
        by_code = {code: slug if used[slug] == 1 else f"{slug}-{code}" for code, slug in plain.items()}
        return cls(by_code, {slug: code for code, slug in by_code.items()})

    def code_of(self, written: str) -> str | None:
        """The occupation that an address means, also by another case, by underscores, or by its SOC code."""
        return written if written in self.by_code else self.codes.get(slug_of(written))

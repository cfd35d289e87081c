"""The letters to people. A template's first line is the subject, the text after a blank line the body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "letters"


class Letter(StrEnum):
    """Every letter, by the name of its template.

    A template names the facts it needs as `$device`. One fact is special: `path` (`/verify/…`) becomes `$link`, a
    whole address of this site.
    """

    VERIFY = "verify"
    EXISTS = "exists"
    RESET = "reset"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    EMAIL_CHANGE = "email_change"
    EMAIL_CHANGED = "email_changed"
    INVITE = "invite"
    NEW_SIGN_IN = "new_sign_in"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RECOVERY_CODE_USED = "recovery_code_used"
    ROLE_CHANGED = "role_changed"
    ERASURE_ASKED = "erasure_asked"

    @property
    def facts(self) -> frozenset[str]:
        """The facts that its template needs."""
        words = {"path" if word == "link" else word for part in _template(self) for word in part.get_identifiers()}
        return frozenset(words - {"site"})


class WrongFacts(ValueError):
    """The facts are not those that the letter's template names, or one of them is no single line of text."""


@dataclass(frozen=True, slots=True, repr=False)
class Words:
    """A letter as its reader sees it. `html`: the same body for mail programs that show HTML; empty: there is none."""

    subject: str
    body: str
    html: str = ""


def check(letter: Letter, facts: Mapping[str, str]) -> None:
    """Raise WrongFacts now rather than when the letter is written."""
    if facts.keys() != letter.facts:
        raise WrongFacts(f"{letter} needs the facts {sorted(letter.facts)} and got {sorted(facts)}")
    for name, fact in facts.items():
        if not fact.isprintable():
            raise WrongFacts(f"the fact {name} of {letter} holds control characters")
    if not facts.get("path", "/").startswith("/"):
        raise WrongFacts(f"the path of {letter} does not begin with /")


def write(letter: Letter, facts: Mapping[str, str], site: str) -> Words:
    """Put the facts into the template; `site` is where links lead."""
    check(letter, facts)
    values = {**facts, "site": site, "link": f"{site}{facts.get('path', '')}"}
    subject, body = (part.substitute(values) for part in _template(letter))
    return Words(subject, body)


@cache
def _template(letter: Letter) -> tuple[Template, Template]:
    subject, _, body = (TEMPLATES / f"{letter}.txt").read_text().partition("\n\n")
    return Template(subject), Template(body)

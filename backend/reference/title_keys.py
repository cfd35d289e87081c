"""One spelling for every way of writing a job title, so that equal titles have equal keys."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORDS = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"\b(?!u\.s\.)(?:[a-z]\.){2,}[a-z]?(?![a-z])")  # c.p.a.; official titles say U.S. in two words
_APOSTROPHES = str.maketrans(dict.fromkeys("'\u2019\u2018\u02bc\u2032\u00b4`", ""))
_SIGNS = (
    ("c++", "cplusplus"),
    ("c#", "csharp"),
    (".net", "dotnet"),
    ("&", " and "),
)
_IGNORED = frozenset(
    {"a", "an", "and", "at", "for", "in", "of", "on", "the", "to", "with"}
    | {"de", "del", "la", "las", "el", "los", "al", "y", "con", "en", "un", "una"}
)

_ABBREVIATIONS = {
    "acct": "accountant",
    "ai": "artificial intelligence",
    "ap": "accounts payable",
    "ar": "accounts receivable",
    "assoc": "associate",
    "asst": "assistant",
    "ceo": "chief executive officer",
    "cfo": "chief financial officer",
    "cna": "certified nursing assistant",
    "coo": "chief operating officer",
    "coord": "coordinator",
    "cpa": "certified public accountant",
    "csr": "customer service representative",
    "cto": "chief technology officer",
    "dba": "database administrator",
    "dev": "developer",
    "emt": "emergency medical technician",
    "eng": "engineer",
    "engr": "engineer",
    "exec": "executive",
    "hr": "human resource",
    "it": "information technology",
    "jr": "junior",
    "lpn": "licensed practical nurse",
    "lvn": "licensed vocational nurse",
    "maint": "maintenance",
    "mfg": "manufacturing",
    "mgmt": "management",
    "mgr": "manager",
    "mktg": "marketing",
    "ml": "machine learning",
    "np": "nurse practitioner",
    "ops": "operation",
    "qa": "quality assurance",
    "qc": "quality control",
    "rep": "representative",
    "rn": "registered nurse",
    "sde": "software development engineer",
    "sdr": "sales development representative",
    "slp": "speech language pathologist",
    "sr": "senior",
    "supv": "supervisor",
    "swe": "software engineer",
    "sysadmin": "system administrator",
    "temp": "temporary",
    "ui": "user interface",
    "ux": "user experience",
    "vp": "vice president",
}
_MEANING_BY_PLACE = {"admin": ("administrative", "administrator"), "tech": ("technical", "technician")}
AT_THE_END = dict(_MEANING_BY_PLACE.values())


def title_key(title: str) -> str:
    """Lower-case words without accents, plurals, small words and abbreviations; empty if there are none."""
    words = _WORDS.findall(_plain(title))
    telling = [word for word in words if word not in _IGNORED] or words
    last = len(telling) - 1
    return " ".join(_spelled_out(word, place == last) for place, word in enumerate(telling))


def _plain(title: str) -> str:
    text = title.casefold().translate(_APOSTROPHES)
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text).casefold()
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    for sign, spelling in _SIGNS:
        text = text.replace(sign, spelling)
    return _LETTERS.sub(lambda letters: letters[0].replace(".", ""), text)


@lru_cache(maxsize=1 << 15)
def _spelled_out(word: str, last: bool) -> str:
    if word in _MEANING_BY_PLACE:
        return _MEANING_BY_PLACE[word][last]
    spelled_out = _ABBREVIATIONS.get(word) or _ABBREVIATIONS.get(_singular(word))
    return spelled_out or _singular(word)


def _singular(word: str) -> str:
    """English plurals, roughly: both sides of a comparison are cut the same way."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]

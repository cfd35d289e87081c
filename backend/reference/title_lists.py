"""Our own lists of titles: as people say them, in English and in Spanish."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path

from backend.reference.tables import TitleKind
from backend.reference.titles import JobTitle

EVERYDAY_TITLES = Path(__file__).parent / "everyday_titles.csv"
SPANISH_TITLES = Path(__file__).parent / "spanish_titles.csv"

_KINDS = {EVERYDAY_TITLES: TitleKind.EVERYDAY, SPANISH_TITLES: TitleKind.SPANISH}


def own_titles(codes: Collection[str]) -> Iterator[JobTitle]:
    """Every title with its occupations among `codes`, the one that is meant most often first."""
    for path, kind in _KINDS.items():
        for meant, titles in _rows(path):
            for title in titles:
                yield from (JobTitle(code, title, kind) for code in meant if code in codes)


def lists_digest() -> str:
    return "".join(sha256(path.read_bytes()).hexdigest() for path in _KINDS)


def _rows(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Codes and titles of each row; "cociner(o/a)" stands for both genders."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            written = (title.strip() for title in row["titles"].split(";"))
            yield row["codes"].split(), [form for title in written for form in genders(title)]


def genders(title: str) -> list[str]:
    """Both forms of "maestr(o/a) bilingüe" or "doctor(/a)"; a title without brackets has one."""
    words = [word[:-1].partition("(")[::2] if word.endswith(")") else (word, "/") for word in title.split()]
    forms = [
        " ".join(stem + endings.split("/")[gender] for stem, endings in words)
        for gender in (0, 1)
    ]  # fmt: skip
    return list(dict.fromkeys(forms))

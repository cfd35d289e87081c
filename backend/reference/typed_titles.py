"""What people write around a job title: employers, shifts, grades, and life situations."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

from backend.reference.title_keys import AT_THE_END, title_key

TYPED_WORDS = Path(__file__).parent / "typed_words.csv"
MOST_WORDS = 16  # of a title that are looked at; nobody types a longer one

Words = tuple[str, ...]
_CLAUSE = re.compile(r"\s+(at|for|with|from|@|in|of|en)\s+", re.IGNORECASE)
_TELLING = frozenset({"in", "of"})  # "director of nursing" is no director without the rest; "cook at Joe's" is a cook


class TypedKind(StrEnum):
    """What a phrase of typed_words.csv is; `meaning` there is what to read instead.

    SLANG means other words. CONTEXT may be left out. PERSON is a worker of any kind, PLACE where one works,
    SUBJECT what one teaches, EMPLOYER a firm, whose `meaning` is its business. SITUATION is a life without that job,
    MILITARY a service, RANK a place in it.
    """

    SLANG = "slang"
    CONTEXT = "context"
    PERSON = "person"
    PLACE = "place"
    SUBJECT = "subject"
    EMPLOYER = "employer"
    SITUATION = "situation"
    MILITARY = "military"
    RANK = "rank"


class NoJob(StrEnum):
    """Why a typed title names no civilian occupation."""

    SITUATION = "situation"
    MILITARY = "military"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of one or more kinds, as words, each with what it means."""

    meanings: Mapping[Words, Words]
    longest: int

    def read(self, words: Words) -> Words:
        """`words` with each phrase said the other way, the longest phrases first."""
        read: list[str] = []
        place = 0
        while place < len(words):
            length = self._length(words, place)
            if not length:
                read.append(words[place])
                place += 1
                continue
            meaning = self.meanings[words[place : place + length]]
            around = (*read, *words[place + length :])
            read.extend(word for word in meaning if word not in around)
            place += length
        return tuple(read)

    def _length(self, words: Words, place: int) -> int:
        lengths = range(min(self.longest, len(words) - place), 0, -1)
        return next((length for length in lengths if words[place : place + length] in self.meanings), 0)


def words_of(title: str) -> Words:
    return tuple(title_key(title).split()[:MOST_WORDS])


@cache
def _all_phrases() -> tuple[tuple[TypedKind, Words, Words], ...]:
    with TYPED_WORDS.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return tuple((TypedKind(kind), words_of(typed), words_of(meaning)) for kind, typed, meaning in rows)


@cache
def phrases(*kinds: TypedKind) -> Phrases:
    meanings = {typed: meaning for kind, typed, meaning in _all_phrases() if kind in kinds}
    return Phrases(meanings, max(map(len, meanings)))


@cache
def typed_vocabulary() -> frozenset[str]:
    """Words that are spelled right though no title has them."""
    return frozenset(word for typed in phrases(*TypedKind).meanings for word in typed)


@dataclass(frozen=True, slots=True)
class Clauses:
    """What stands before and after the first "at", "for" and the like; `telling`: the second belongs to the job."""

    head: Words
    tail: Words
    telling: bool

    @classmethod
    def of(cls, title: str) -> Self:
        head, *rest = _CLAUSE.split(title.strip(), maxsplit=1)
        joined, tail = rest or ("", "")
        return cls(words_of(head), words_of(tail), joined.casefold() in _TELLING)

    @property
    def words(self) -> Words:
        return self.head + self.tail

    def spelled(self, spell: Callable[[Words], Words]) -> Self:
        return replace(self, head=spell(self.head), tail=spell(self.tail))


def no_job(words: Words) -> NoJob | None:
    """Why these words name no civilian occupation; None where they may name one."""
    around = (TypedKind.CONTEXT, TypedKind.PLACE)
    is_situation = _without(words, TypedKind.SITUATION) != words
    if words and not _without(words, TypedKind.SITUATION, *(around if is_situation else around[:1])):
        return NoJob.SITUATION
    service = _without(words, TypedKind.MILITARY, TypedKind.RANK, TypedKind.SITUATION, *around)
    if not service and _without(words, TypedKind.MILITARY) != words:
        return NoJob.MILITARY
    return None


def readings(typed: Clauses) -> Iterator[Words]:
    """What a title may mean, the fullest first: with slang said otherwise, and without what may be left out."""
    yield typed.words
    turned = typed.tail + typed.head
    yield turned
    yield from _shorter(typed.words)
    yield from _shorter(turned)
    if not typed.telling:
        yield from _shorter(typed.head)


def parts(words: Words) -> Iterator[Words]:
    """Its ends, the longest first: what comes last names the job in English, what comes first in Spanish."""
    for left_out in range(1, len(words)):
        yield words[left_out:]
        yield words[:-left_out]


def gist(words: Words) -> Words:
    """What to look for where no reading is a known title."""
    said = _read(words, TypedKind.SLANG)
    job = _without(said, TypedKind.CONTEXT, TypedKind.SITUATION, TypedKind.MILITARY)
    return _read(job, TypedKind.EMPLOYER) or said


def _shorter(words: Words) -> Iterator[Words]:
    """Each way to leave out less before those that leave out more."""
    said = _read(words, TypedKind.SLANG)
    asides = ((), (TypedKind.SITUATION, TypedKind.MILITARY), (TypedKind.CONTEXT,))
    for kinds in (*asides, asides[1] + asides[2]):
        job = _as_last(_without(said, *kinds)) if kinds else said
        yield job
        yield from _of_any_employer(job)


def _of_any_employer(job: Words) -> Iterator[Words]:
    general = _without(job, TypedKind.EMPLOYER)
    yield general
    yield from _without_place(general)
    for work in (general, _without(general, TypedKind.SUBJECT)):
        yield work
        for person in (_read(work, TypedKind.PERSON), _without(work, TypedKind.PERSON)):
            yield person
            yield from _without_place(person)


def in_business(words: Words) -> Iterator[Words]:
    """The job with the business of its employer: a picker at Amazon is a warehouse picker."""
    said = _read(words, TypedKind.SLANG)
    for job in (said, _without(said, TypedKind.SITUATION, TypedKind.MILITARY, TypedKind.CONTEXT)):
        business, general = _read(job, TypedKind.EMPLOYER), _without(job, TypedKind.EMPLOYER)
        if business != general:
            yield business
            yield (*(word for word in business if word not in general), *general)


def _without_place(words: Words) -> Iterator[Words]:
    """With a place at the end put first ("cook hospital" is a hospital cook), and without it."""
    places = phrases(TypedKind.PLACE)
    for length in range(min(places.longest, len(words) - 1), 0, -1):
        if words[-length:] in places.meanings:
            job = words[:-length]
            yield _as_last(words[-length:] + job)
            yield _as_last(job)
            return


def _as_last(words: Words) -> Words:
    """A tech at the end is a technician, which elsewhere means technical; so with admin."""
    return (*words[:-1], *(AT_THE_END.get(word, word) for word in words[-1:]))


def _read(words: Words, kind: TypedKind) -> Words:
    return phrases(kind).read(words)


def _without(words: Words, *kinds: TypedKind) -> Words:
    return _silent(*kinds).read(words)


@cache
def _silent(*kinds: TypedKind) -> Phrases:
    said = phrases(*kinds)
    return Phrases(dict.fromkeys(said.meanings, ()), said.longest)

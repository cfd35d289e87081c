"""Job title search: the exact occupation where it is certain, else the five most likely."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from backend.reference.tables import TitleKind
from backend.reference.texts import Array, Texts
from backend.reference.title_keys import title_key
from backend.reference.title_words import Flags, Numbers, Places, WordIndex, word_arrays
from backend.reference.typed_titles import (
    Clauses,
    NoJob,
    Words,
    gist,
    in_business,
    no_job,
    parts,
    readings,
    typed_vocabulary,
)

Kinds = npt.NDArray[np.uint8]

_KIND_WEIGHT = {
    TitleKind.OCCUPATION: 0.9,
    TitleKind.REPORTED: 0.6,
    TitleKind.ALTERNATE: 0.3,
    TitleKind.SHORT: 0.3,
    TitleKind.EVERYDAY: 0.9,
    TitleKind.SPANISH: 0.9,
}
_OUR_OWN = (TitleKind.EVERYDAY, TitleKind.SPANISH)
_KINDS = tuple(TitleKind)
_STRETCH = 64
_SIMILARITY_WEIGHT = 14.0
_NEVER_THE_SAME = 0.95  # keeps any other title below the same title of a lesser kind
_EMPLOYMENT_WEIGHT = 0.45
_ALL_OTHER_PENALTY = 1.5
_FEWEST_JOBS = 100.0
_CLEAR_LEAD = 0.5
_MOST = 0.5  # of the jobs with such a title
_CANDIDATES = 400
_CERTAIN = 0.98
_RESPELLED = 0.9  # of the confidence, where the title is not as it was typed
_LIKELY = 0.45  # enough not to look for a job in a part of the title
CLOSE, FAINT = 0.6, 0.1
_CALIBRATION = 0.7  # brings confidence near the share of held-out titles that are right first


class Fit(StrEnum):
    """How far a match may be taken for the job that was meant."""

    EXACT = "exact"
    CLOSE = "close"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """An occupation, the title of it that matched, and how sure that is: 0 to 1, falling with rank."""

    code: str
    title: str
    matched: str
    kind: TitleKind
    confidence: float
    fit: Fit


@dataclass(frozen=True, slots=True)
class TitleSearch:
    """`exact`: the first match may be preselected; otherwise the person must be asked.

    `no_job`: why the title names no occupation; there are no matches then.
    """

    exact: bool
    matches: tuple[TitleMatch, ...]
    no_job: NoJob | None = None


@dataclass(frozen=True, slots=True)
class JobTitle:
    code: str
    title: str
    kind: TitleKind


@dataclass(frozen=True, slots=True)
class ListedOccupation:
    """What ranking needs to know of an occupation."""

    title: str
    employment: int | None

    @property
    def weight(self) -> float:
        jobs = np.log10(max(self.employment or _FEWEST_JOBS, _FEWEST_JOBS))
        other = _ALL_OTHER_PENALTY if self.title.casefold().endswith("all other") else 0.0
        return float(_EMPLOYMENT_WEIGHT * jobs - other)


@dataclass(frozen=True, slots=True)
class _Query:
    """A title as it is looked for. `typed`: places of the titles that are it letter by letter.

    `chosen`: places in `codes` of what our own lists say it means, the likeliest first.
    """

    key: str
    respelled: bool
    typed: frozenset[int]
    chosen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Titles that may be meant, by place in the index, and how well each fits."""

    places: Places
    similarity: Numbers
    scores: Numbers


@dataclass(frozen=True, slots=True)
class _Ranked:
    """An occupation as an answer to one query."""

    code: str
    score: float
    similarity: float
    title: JobTitle


@dataclass(frozen=True, slots=True)
class TitleIndex:
    """All titles in the order of their keys.

    `kinds` is the place of each title's kind in TitleKind and `kind_weights` what that adds to its score, `owners` the
    place in `codes` of its occupation, and `weights` what an occupation adds. `landmarks` are every 64th key.
    """

    occupations: Mapping[str, ListedOccupation]
    codes: tuple[str, ...]
    weights: Numbers
    texts: Texts
    keys: Texts
    landmarks: list[str]
    words: WordIndex
    kinds: Kinds
    kind_weights: Numbers
    owners: Places
    jobs_by_title: Numbers

    @classmethod
    def of(cls, titles: Iterable[JobTitle], occupations: Mapping[str, ListedOccupation]) -> TitleIndex:
        return cls.from_arrays(title_arrays(titles, occupations), occupations)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], occupations: Mapping[str, ListedOccupation]) -> TitleIndex:
        keys, kinds = Texts.from_arrays("keys", arrays), arrays["titles.kinds"].view(np.uint8)
        return cls(
            occupations=occupations,
            codes=tuple(occupations),
            weights=np.array([listed.weight for listed in occupations.values()], np.float32),
            texts=Texts.from_arrays("titles", arrays),
            keys=keys,
            landmarks=keys[::_STRETCH],
            words=WordIndex.from_arrays(arrays, len(keys)),
            kinds=kinds,
            kind_weights=np.array([_KIND_WEIGHT[kind] for kind in _KINDS], np.float32)[kinds],
            owners=(owners := arrays["titles.owners"].view(np.int32)),
            jobs_by_title=_jobs_by_title(owners, occupations),
        )

    @property
    def titles(self) -> tuple[JobTitle, ...]:
        """Every title as an object of its own: tens of thousands, made anew each time."""
        return tuple(self._title(place) for place in range(len(self.texts)))

    def search(self, query: str, limit: int = 5) -> TitleSearch:
        """The best occupations for a title as a person types it; never raises, whatever is typed."""
        typed = Clauses.of(query)
        spelled = typed.spelled(self._spelled)
        reason = self._no_job(spelled.words)
        if reason or not typed.words or not self.texts:
            return TitleSearch(False, (), reason)
        wanted = self._wanted(query, spelled, corrected=spelled != typed)
        search = self._search(wanted, limit)
        if wanted.chosen or (search.matches and search.matches[0].confidence >= _LIKELY):
            return search
        part = self._job_in(wanted)
        return self._search(part, limit) if part else search

    def _search(self, wanted: _Query, limit: int) -> TitleSearch:
        candidates = self._candidates(wanted.key)
        if not candidates.places.size:
            return TitleSearch(False, ())
        ranked = self._ranked(candidates, wanted, max(limit, 2))
        exact = not wanted.respelled and self._is_clear(ranked, wanted)
        return TitleSearch(exact, self._matches(ranked[:limit], exact, wanted))

    def _job_in(self, wanted: _Query) -> _Query | None:
        """A title of one occupation in our own lists that a longer one ends with, or begins with in Spanish."""
        words = tuple(wanted.key.split())
        for part in parts(words):
            places = self._own_titles(" ".join(part))
            kind = TitleKind.EVERYDAY if part == words[-len(part) :] else TitleKind.SPANISH
            meant = dict.fromkeys(self.owners[place] for place in places if _KINDS[self.kinds[place]] is kind)
            if meant and (len(meant) == 1 or kind is TitleKind.SPANISH):
                return replace(wanted, key=" ".join(part), respelled=True, chosen=tuple(map(int, meant)))
        return None

    def _own_titles(self, key: str) -> list[int]:
        return [place for place in range(*self._same_key(key)) if _KINDS[self.kinds[place]] in _OUR_OWN]

    def _title(self, place: int) -> JobTitle:
        return JobTitle(self.codes[self.owners[place]], self.texts[place], _KINDS[self.kinds[place]])

    def _no_job(self, words: Words) -> NoJob | None:
        """A title in our own lists is a job, as is one of several words that sounds military: "marine engineer"."""
        reason = no_job(words)
        sounds_military = reason is NoJob.MILITARY and len(words) > 1
        is_job = self._own_titles(" ".join(words)) or (sounds_military and self._is_known(words))
        return None if is_job else reason

    def _spelled(self, words: Words) -> Words:
        return words if self._is_known(words) else self.words.corrected(words, typed_vocabulary())

    def _wanted(self, query: str, spelled: Clauses, *, corrected: bool) -> _Query:
        """The first reading that is a known title, else the gist; a business is guessed only for our own titles."""
        guessed = (guess for guess in in_business(spelled.words) if self._own_titles(" ".join(guess)))
        known = filter(self._is_known, dict.fromkeys(readings(spelled)))
        whole = (spelled.words,) if self._is_known(spelled.words) else ()
        words = next(chain(whole, guessed, known), None) or gist(spelled.words)
        key = " ".join(words)
        chosen = dict.fromkeys(self.owners[self._own_titles(key)].tolist())
        return _Query(key, corrected, self._typed(query), tuple(chosen))

    def _typed(self, query: str) -> frozenset[int]:
        typed = query.strip().casefold()
        low, high = self._same_key(title_key(query))
        return frozenset(low + place for place, text in enumerate(self.texts[low:high]) if text.casefold() == typed)

    def _is_known(self, words: Words) -> bool:
        low, high = self._same_key(" ".join(words))
        return bool(words) and low < high

    def _same_key(self, key: str) -> tuple[int, int]:
        """First and end of the titles with this key; only the stretch where they can be is decoded."""
        first = _STRETCH * max(bisect_left(self.landmarks, key) - 1, 0)
        end = _STRETCH * bisect_right(self.landmarks, key)
        stretch = self.keys[first:end]
        return first + bisect_left(stretch, key), first + bisect_right(stretch, key)

    def _candidates(self, key: str) -> _Candidates:
        overlap = self.words.overlap(key.split())
        promise = np.where(overlap > 0, _SIMILARITY_WEIGHT * overlap + self.kind_weights, -np.inf)
        promise[slice(*self._same_key(key))] = np.inf
        few = np.argpartition(-promise, min(_CANDIDATES, len(promise) - 1))[:_CANDIDATES]
        places: Places = np.sort(few[overlap[few] > 0]).astype(np.int32)
        similarity = self._similarity(key, places, overlap)
        return _Candidates(places, similarity, _SIMILARITY_WEIGHT * similarity + self.kind_weights[places])

    def _similarity(self, key: str, places: Places, overlap: Numbers) -> Numbers:
        """1 for the same key; otherwise words in common and letters in common, half and half."""
        keys = self.keys.at(places)
        letters = process.cdist([key], keys, scorer=fuzz.token_sort_ratio, dtype=np.float32)[0] / 100
        similar = _NEVER_THE_SAME * (letters + overlap[places]) / 2
        low, high = self._same_key(key)
        return np.where((low <= places) & (places < high), np.float32(1), similar)

    def _ranked(self, candidates: _Candidates, wanted: _Query, limit: int) -> list[_Ranked]:
        """What our own lists say first, then occupations with this very title, the others by score.

        An occupation's score is the log of the sum of the exponentials of its titles' scores: every similar one counts.
        """
        owners = self.owners[candidates.places]
        evidence = np.bincount(owners, np.exp(candidates.scores - candidates.scores.max()), len(self.codes))
        rising = np.argsort(candidates.scores, kind="stable")
        best = np.zeros(len(self.codes), np.int64)
        best[owners[rising]] = rising
        named = np.flatnonzero(evidence)
        total = np.log(evidence[named]) + self.weights[named]
        chosen = np.full(len(self.codes), len(wanted.chosen))
        chosen[list(wanted.chosen)] = range(len(wanted.chosen))
        order = np.lexsort((-total, candidates.similarity[best[named]] < 1, chosen[named]))[:limit]
        return [
            self._rank(candidates, owners == owner, int(best[owner]), score, wanted.typed)
            for owner, score in zip(named[order], total[order].tolist(), strict=True)
        ]

    def _rank(self, candidates: _Candidates, own: Flags, best: int, score: float, typed: frozenset[int]) -> _Ranked:
        """A title typed letter by letter is the one to show, a published one before ours; else the most similar."""
        places = candidates.places[own].tolist() if typed else []
        same = max((place for place in places if place in typed), default=int(candidates.places[best]))
        shown = self._title(same)
        return _Ranked(shown.code, score, float(candidates.similarity[best]), shown)

    def _is_clear(self, ranked: Sequence[_Ranked], wanted: _Query) -> bool:
        """Our own lists name one occupation; or one with this very title is well ahead of the others that have it.

        And a title that many jobs end in ("engineer", "driver") is clear only where most of them are that occupation.
        """
        if wanted.chosen:
            return len(wanted.chosen) == 1
        exact = [occupation.score for occupation in ranked if occupation.similarity == 1.0]
        ahead = bool(exact) and (len(exact) == 1 or exact[0] - exact[1] >= _CLEAR_LEAD)
        return ahead and self._share(wanted.key, ranked[0].code) >= _MOST

    def _share(self, key: str, code: str) -> float:
        """How many of the jobs whose titles end in `key` are of this occupation, in [0, 1]."""
        places = self.words.titles_with(key.rpartition(" ")[2])
        ending = [own == key or own.endswith(f" {key}") for own in self.keys.at(places)]
        titles = np.bincount(self.owners[places[ending]], minlength=len(self.codes))
        jobs = titles * self.jobs_by_title
        return float(jobs[self.codes.index(code)] / jobs.sum())

    def _matches(self, ranked: Sequence[_Ranked], exact: bool, wanted: _Query) -> tuple[TitleMatch, ...]:
        return tuple(
            TitleMatch(
                code=occupation.code,
                title=self.occupations[occupation.code].title,
                matched=occupation.title.title,
                kind=occupation.title.kind,
                confidence=sure,
                fit=Fit.EXACT if exact and rank == 0 else Fit.CLOSE if sure >= CLOSE else Fit.POSSIBLE,
            )
            for rank, (occupation, sure) in enumerate(
                zip(ranked, _confidences(ranked, exact, wanted), strict=True)
            )
            if sure >= FAINT or _holds(occupation.title.title, wanted.key)
        )  # fmt: skip


def _holds(title: str, key: str) -> bool:
    """Whether the one word that was typed stands in the title: "nurse" in a nurse practitioner."""
    return " " not in key and f" {key} " in f" {title_key(title)} "


def _jobs_by_title(owners: Places, occupations: Mapping[str, ListedOccupation]) -> Numbers:
    """Employment of each occupation over the number of its titles: a title says so much of who has it."""
    jobs: Numbers = np.array([listed.employment or _FEWEST_JOBS for listed in occupations.values()], np.float32)
    titles: Numbers = np.bincount(owners, minlength=len(jobs)).astype(np.float32)
    return np.divide(jobs, np.maximum(titles, 1), dtype=np.float32)


def title_arrays(titles: Iterable[JobTitle], occupations: Mapping[str, ListedOccupation]) -> dict[str, Array]:
    """What `TitleIndex.from_arrays` reads, of `occupations` in the same order.

    Under one key, titles of our own lists keep their order and go before the others.
    """
    keyed = sorted(
        ((title_key(title.title), title) for title in titles),
        key=lambda pair: (pair[0], *(("", "") if pair[1].kind in _OUR_OWN else (pair[1].code, pair[1].title))),
    )
    place = {code: number for number, code in enumerate(occupations)}
    keys = [key for key, _ in keyed]
    return {
        **Texts.of(title.title for _, title in keyed).arrays("titles"),
        "titles.kinds": np.array([_KINDS.index(title.kind) for _, title in keyed], np.uint8),
        "titles.owners": np.array([place[title.code] for _, title in keyed], np.int32),
        **Texts.of(keys).arrays("keys"),
        **word_arrays(keys),
    }


def _confidences(ranked: Sequence[_Ranked], exact: bool, wanted: _Query) -> list[float]:
    """How much of the evidence each has, times how similar its title is; never rising with rank.

    What our own lists name is as sure as their number allows.
    """
    evidence = np.exp([occupation.score - max(each.score for each in ranked) for occupation in ranked])
    shares = evidence / evidence.sum()
    confidence, confidences = _CERTAIN * (_RESPELLED if wanted.respelled else 1), []
    for place, occupation in enumerate(ranked):
        sure = (shares[place] * occupation.similarity) ** _CALIBRATION
        if place < len(wanted.chosen):
            sure = _CERTAIN / len(wanted.chosen)
        elif exact and place == 0:
            sure = _CERTAIN
        confidence = min(confidence, sure)
        confidences.append(round(float(confidence), 2))
    return confidences

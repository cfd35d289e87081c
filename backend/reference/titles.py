"""Job title search: the exact occupation where it is certain, else the five most likely."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from backend.reference.tables import TitleKind
from backend.reference.texts import Array, Texts
from backend.reference.title_keys import (
    everyday_key,
    has_everyday_title,
    is_no_occupation,
    title_key,
    without_seniority,
)
from backend.reference.title_words import Flags, Numbers, Places, WordIndex, word_arrays

Kinds = npt.NDArray[np.uint8]

AMBIGUOUS = frozenset({"teacher", "server", "doctor", "therapist", "project manager", "product manager"})

_KIND_WEIGHT = {
    TitleKind.OCCUPATION: 0.9,
    TitleKind.REPORTED: 0.6,
    TitleKind.ALTERNATE: 0.3,
    TitleKind.SHORT: 0.3,
}
_KINDS = tuple(TitleKind)
_STRETCH = 64
_SIMILARITY_WEIGHT = 14.0
_NEVER_THE_SAME = 0.95  # keeps any other title below the same title of a lesser kind
_EMPLOYMENT_WEIGHT = 0.45
_ALL_OTHER_PENALTY = 1.5
_FEWEST_JOBS = 100.0
_CLEAR_LEAD = 0.5
_CANDIDATES = 400
_CERTAIN = 0.98
_CALIBRATION = 0.7  # brings confidence near the share of held-out titles that are right first


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """An occupation, the title of it that matched, and how sure that is: 0 to 1, falling with rank."""

    code: str
    title: str
    matched: str
    kind: TitleKind
    confidence: float


@dataclass(frozen=True, slots=True)
class TitleSearch:
    """`exact`: the first match may be preselected; otherwise the person must be asked."""

    exact: bool
    matches: tuple[TitleMatch, ...]


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
            owners=arrays["titles.owners"].view(np.int32),
        )

    @property
    def titles(self) -> tuple[JobTitle, ...]:
        """Every title as an object of its own: tens of thousands, made anew each time."""
        return tuple(self._title(place) for place in range(len(self.texts)))

    def search(self, query: str, limit: int = 5) -> TitleSearch:
        """The best occupations for a title as a person types it; never raises, whatever is typed."""
        key = self._known_spelling(title_key(query))
        if not self.texts or is_no_occupation(key):
            return TitleSearch(False, ())
        candidates = self._candidates(key)
        if not candidates.places.size:
            return TitleSearch(False, ())
        ranked = self._ranked(candidates, self._typed(query), max(limit, 2))
        exact = key not in AMBIGUOUS and _is_clear(ranked)
        return TitleSearch(exact, self._matches(ranked[:limit], exact))

    def _title(self, place: int) -> JobTitle:
        return JobTitle(self.codes[self.owners[place]], self.texts[place], _KINDS[self.kinds[place]])

    def _typed(self, query: str) -> set[int]:
        """Places of the titles that are the query letter by letter; they have its key."""
        typed = query.strip().casefold()
        low, high = self._same_key(title_key(query))
        return {low + place for place, text in enumerate(self.texts[low:high]) if text.casefold() == typed}

    def _known_spelling(self, key: str) -> str:
        """The first spelling that is a known title, else the everyday one."""
        everyday = everyday_key(key)
        slang = " " not in key or has_everyday_title(key)
        for spelling in (everyday if slang else key, everyday, without_seniority(everyday)):
            low, high = self._same_key(spelling)
            if low < high:
                return spelling
        return everyday

    def _same_key(self, key: str) -> tuple[int, int]:
        """First and end of the titles with this key; only the stretch where they can be is decoded."""
        first = _STRETCH * max(bisect_left(self.landmarks, key) - 1, 0)
        end = _STRETCH * bisect_right(self.landmarks, key)
        stretch = self.keys[first:end]
        return first + bisect_left(stretch, key), first + bisect_right(stretch, key)

    def _candidates(self, key: str) -> _Candidates:
        overlap = self.words.overlap(key.split())
        promise = np.where(overlap > 0, _SIMILARITY_WEIGHT * overlap + self.kind_weights, -np.inf)
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

    def _ranked(self, candidates: _Candidates, typed: set[int], limit: int) -> list[_Ranked]:
        """Occupations with this very title first, the others by score; every similar title counts.

        An occupation's score is the log of the sum of the exponentials of its titles' scores.
        """
        owners = self.owners[candidates.places]
        evidence = np.bincount(owners, np.exp(candidates.scores - candidates.scores.max()), len(self.codes))
        rising = np.argsort(candidates.scores, kind="stable")
        best = np.zeros(len(self.codes), np.int64)
        best[owners[rising]] = rising
        named = np.flatnonzero(evidence)
        total = np.log(evidence[named]) + self.weights[named]
        order = np.lexsort((-total, candidates.similarity[best[named]] < 1))[:limit]
        return [
            self._rank(candidates, owners == owner, int(best[owner]), score, typed)
            for owner, score in zip(named[order], total[order].tolist(), strict=True)
        ]

    def _rank(self, candidates: _Candidates, own: Flags, best: int, score: float, typed: set[int]) -> _Ranked:
        """A title typed letter by letter is the one to show, else the most similar."""
        places = candidates.places[own].tolist() if typed else []
        shown = self._title(next((place for place in places if place in typed), int(candidates.places[best])))
        return _Ranked(shown.code, score, float(candidates.similarity[best]), shown)

    def _matches(self, ranked: Sequence[_Ranked], exact: bool) -> tuple[TitleMatch, ...]:
        return tuple(
            TitleMatch(
                occupation.code,
                self.occupations[occupation.code].title,
                occupation.title.title,
                occupation.title.kind,
                sure,
            )
            for occupation, sure in zip(ranked, _confidences(ranked, exact), strict=True)
        )


def title_arrays(titles: Iterable[JobTitle], occupations: Mapping[str, ListedOccupation]) -> dict[str, Array]:
    """What `TitleIndex.from_arrays` reads, of `occupations` in the same order."""
    keyed = sorted(
        ((title_key(title.title), title) for title in titles),
        key=lambda pair: (pair[0], pair[1].code, pair[1].title),
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


def _is_clear(ranked: Sequence[_Ranked]) -> bool:
    """One occupation with this very title, or one well ahead of the others that have it."""
    exact = [occupation.score for occupation in ranked if occupation.similarity == 1.0]
    return bool(exact) and (len(exact) == 1 or exact[0] - exact[1] >= _CLEAR_LEAD)


def _confidences(ranked: Sequence[_Ranked], exact: bool) -> list[float]:
    """How much of the evidence each has, times how similar its title is; never rising with rank."""
    evidence = np.exp([occupation.score - ranked[0].score for occupation in ranked])
    shares = evidence / evidence.sum()
    confidence, confidences = _CERTAIN, []
    for place, occupation in enumerate(ranked):
        sure = _CERTAIN if exact and place == 0 else (shares[place] * occupation.similarity) ** _CALIBRATION
        confidence = min(confidence, sure)
        confidences.append(round(float(confidence), 2))
    return confidences

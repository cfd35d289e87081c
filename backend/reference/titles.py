"""Finding the occupation behind a job title: exact where it is certain, else the five most likely."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from backend.reference.tables import TitleKind
from backend.reference.title_keys import everyday_key, title_key, without_seniority
from backend.reference.title_words import Numbers, WordIndex

AMBIGUOUS = frozenset({"teacher", "server", "doctor", "therapist", "project manager"})

_KIND_WEIGHT = {
    TitleKind.OCCUPATION: 0.9,
    TitleKind.REPORTED: 0.6,
    TitleKind.ALTERNATE: 0.3,
    TitleKind.SHORT: 0.3,
}
_SIMILARITY_WEIGHT = 10.0
_EMPLOYMENT_WEIGHT = 0.45
_ALL_OTHER_PENALTY = 1.5
_FEWEST_JOBS = 100.0
_CLEAR_LEAD = 0.5
_CANDIDATES = 300
_CERTAIN = 0.98


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
class Title:
    code: str
    title: str
    kind: TitleKind


@dataclass(frozen=True, slots=True)
class Listed:
    """What ranking needs to know of an occupation."""

    title: str
    employment: int | None

    @property
    def weight(self) -> float:
        jobs = np.log10(max(self.employment or _FEWEST_JOBS, _FEWEST_JOBS))
        other = _ALL_OTHER_PENALTY if self.title.casefold().endswith("all other") else 0.0
        return float(_EMPLOYMENT_WEIGHT * jobs - other)


@dataclass(frozen=True, slots=True)
class _Scored:
    score: float
    similarity: float
    place: int


@dataclass(frozen=True, slots=True)
class TitleIndex:
    """All titles in the order of their keys; `weights` is what kind and occupation add to a title's score."""

    occupations: Mapping[str, Listed]
    titles: tuple[Title, ...]
    keys: list[str]
    words: WordIndex
    weights: Numbers

    @classmethod
    def of(cls, titles: Iterable[Title], occupations: Mapping[str, Listed]) -> TitleIndex:
        keyed = sorted(
            ((title_key(title.title), title) for title in titles),
            key=lambda pair: (pair[0], pair[1].code, pair[1].title),
        )
        weight = {code: listed.weight for code, listed in occupations.items()}
        keys = [key for key, _ in keyed]
        weights = np.array([_KIND_WEIGHT[title.kind] + weight[title.code] for _, title in keyed], np.float32)
        return cls(occupations, tuple(title for _, title in keyed), keys, WordIndex.of(keys), weights)

    def search(self, query: str, limit: int = 5) -> TitleSearch:
        """The best occupations for a title as a person types it; never raises, whatever is typed."""
        key = self._known_spelling(title_key(query))
        if not key:
            return TitleSearch(False, ())
        best = self._best_by_occupation(self._scored(key), query, limit)
        exact = key not in AMBIGUOUS and self._is_clear(best)
        return TitleSearch(exact, self._matches(best, exact))

    def _known_spelling(self, key: str) -> str:
        """The first way of saying it that is somebody's title, else the most official way."""
        everyday = everyday_key(key)
        for spelling in (key, everyday, without_seniority(everyday)):
            low, high = self._same_key(spelling)
            if low < high:
                return spelling
        return everyday

    def _same_key(self, key: str) -> tuple[int, int]:
        return bisect_left(self.keys, key), bisect_right(self.keys, key)

    def _scored(self, key: str) -> list[_Scored]:
        """Candidates with the score that ranks them, best first."""
        overlap = self.words.overlap(key.split())
        places = self._candidates(overlap)
        similarity = self._similarity(key, places, overlap)
        scores = _SIMILARITY_WEIGHT * similarity + self.weights[places]
        order = np.argsort(-scores, kind="stable")
        return [_Scored(float(scores[at]), float(similarity[at]), int(places[at])) for at in order]

    def _candidates(self, overlap: Numbers) -> npt.NDArray[np.intp]:
        promise = np.where(overlap > 0, _SIMILARITY_WEIGHT * overlap + self.weights, -np.inf)
        places = np.argpartition(-promise, min(_CANDIDATES, len(promise) - 1))[:_CANDIDATES]
        return np.sort(places[overlap[places] > 0])

    def _similarity(self, key: str, places: npt.NDArray[np.intp], overlap: Numbers) -> Numbers:
        """1 for the same key; otherwise words in common and letters in common, half and half."""
        keys = [self.keys[place] for place in places]
        letters = process.cdist([key], keys, scorer=fuzz.token_sort_ratio, dtype=np.float32)[0] / 100
        similar = 0.97 * (letters + overlap[places]) / 2
        similar[[found == key for found in keys]] = 1.0
        return np.asarray(similar, np.float32)

    def _best_by_occupation(self, scored: list[_Scored], query: str, limit: int) -> list[_Scored]:
        """The best title of each occupation; a title typed letter by letter is the one that is shown."""
        typed = query.strip().casefold()
        best: dict[str, _Scored] = {}
        for found in scored:
            title = self.titles[found.place]
            known = best.get(title.code)
            if known is None:
                best[title.code] = found
            elif found.similarity == known.similarity and title.title.casefold() == typed:
                best[title.code] = replace(known, place=found.place)
        return list(best.values())[:limit]

    def _is_clear(self, best: list[_Scored]) -> bool:
        rivals = [found.score for found in best if found.similarity == 1.0]
        return (
            bool(rivals)
            and best[0].similarity == 1.0
            and (len(rivals) == 1 or rivals[0] - rivals[1] >= _CLEAR_LEAD)
        )

    def _matches(self, best: list[_Scored], exact: bool) -> tuple[TitleMatch, ...]:
        confidence = _CERTAIN
        found = []
        for rank, scored in enumerate(best):
            confidence = min(confidence, _confidence(scored, best, exact, rank))
            title = self.titles[scored.place]
            name = self.occupations[title.code].title
            found.append(TitleMatch(title.code, name, title.title, title.kind, round(confidence, 2)))
        return tuple(found)


def _confidence(scored: _Scored, best: list[_Scored], exact: bool, rank: int) -> float:
    if exact and rank == 0:
        return _CERTAIN
    lead = sum(np.exp(other.score - scored.score) for other in best)
    return float(scored.similarity * (1 / lead) ** 0.5)

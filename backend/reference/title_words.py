"""The word index of titles: by whole words, prefixes and near misspellings."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from backend.reference.texts import Array, Texts

Numbers = npt.NDArray[np.float32]
Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_PREFIX_QUALITY = 0.8
_MISSPELLED_QUALITY = 0.7
_SHORTEST_PART = 3  # letters of a word that was run into another
_MUCH_COMMONER = 20  # times as many titles
_FORGIVEN_FROM = 4  # letters a word needs before a slip of the finger is forgiven


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Postings in alphabetical order of words, so that all words with one beginning lie side by side.

    The titles with word n are `titles[starts[n] : starts[n + 1]]`; `count` titles are indexed.
    """

    words: list[str]
    starts: Places
    titles: Places
    rarity: Numbers
    count: int

    @classmethod
    def of(cls, keys: Sequence[str]) -> WordIndex:
        """`keys[n]` is the key of title n."""
        return cls.from_arrays(word_arrays(keys), len(keys))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], count: int) -> WordIndex:
        starts = arrays["words.postings"].view(np.int32)
        rarity = np.log(1 + count / np.maximum(np.diff(starts), 1)).astype(np.float32)
        return cls(Texts.from_arrays("words", arrays)[:], starts, arrays["postings"].view(np.int32), rarity, count)

    def overlap(self, wanted: Sequence[str]) -> Numbers:
        """Share of the wanted words each title holds; rare words count more, the last may be unfinished."""
        total = np.zeros(self.count, np.float32)
        weight = 0.0
        for place, word in enumerate(wanted):
            importance, quality = self._one_word(word, last=place == len(wanted) - 1)
            total += importance * quality
            weight += importance
        return total / weight if weight else total

    def titles_with(self, word: str) -> Places:
        """Titles that hold exactly this word."""
        place = bisect_left(self.words, word)
        return self._titles_of(place) if self._is_word(word) else self.titles[:0]

    def corrected(self, wanted: Sequence[str], spelled_right: Collection[str]) -> tuple[str, ...]:
        """Unknown words as the likeliest known one, or the two they consist of; the last may be unfinished.

        A letter too many or too few is a likelier slip than a wrong one.
        """
        words: list[str] = []
        for place, word in enumerate(wanted):
            unfinished = place == len(wanted) - 1 and self._is_beginning(word)
            if self._is_word(word) or unfinished or word in spelled_right or not word.isalpha():
                words.append(word)
            else:
                words.extend(self._likeliest(word))
        return tuple(words)

    def _is_beginning(self, word: str) -> bool:
        """Whether words begin with it, none of them rare beside one that it may be a misspelling of."""
        low, high = self._beginning_with(word)
        titles = int(self.starts[high] - self.starts[low])
        similar = max((len(self._titles_of(place)) for place, _ in self._almost(word)), default=0)
        return titles > 0 and similar < _MUCH_COMMONER * titles

    def _likeliest(self, word: str) -> tuple[str, ...]:
        near = [
            (-quality, len(self.words[place]) == len(word), -len(self._titles_of(place)), self.words[place])
            for place, quality in self._almost(word)
        ]
        parts = ((word[:end], word[end:]) for end in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1))
        pairs = [(-min(len(self.titles_with(part)) for part in pair), pair) for pair in parts]
        both = min((pair for pair in pairs if pair[0]), default=None)
        if both:
            return both[1]
        return (min(near)[-1],) if near else (word,)

    def _is_word(self, word: str) -> bool:
        place = bisect_left(self.words, word)
        return place < len(self.words) and self.words[place] == word

    def _one_word(self, word: str, *, last: bool) -> tuple[float, Numbers]:
        matched = np.zeros(self.count, np.float32)
        low, high = self._beginning_with(word)
        is_word = low < len(self.words) and self.words[low] == word
        if low < high and (last or not is_word):
            matched[self.titles[self.starts[low] : self.starts[high]]] = _PREFIX_QUALITY
        elif not is_word:
            for place, quality in self._almost(word):
                titles = self._titles_of(place)
                matched[titles] = np.maximum(matched[titles], quality)
        if is_word:
            matched[self._titles_of(low)] = 1.0
        return (float(self.rarity[low]) if is_word else float(np.log(1 + self.count / 100))), matched

    def _beginning_with(self, word: str) -> tuple[int, int]:
        return bisect_left(self.words, word), bisect_left(self.words, f"{word}\U0010ffff")

    def _titles_of(self, place: int) -> Places:
        return self.titles[self.starts[place] : self.starts[place + 1]]

    def _almost(self, word: str) -> Iterator[tuple[int, float]]:
        """Words one slip away (two for long words), the first letter being right."""
        if len(word) < _FORGIVEN_FROM:
            return
        low, high = self._beginning_with(word[0])
        slips = 2 if len(word) > 2 * _FORGIVEN_FROM else 1
        near = process.extract(word, self.words[low:high], scorer=OSA.distance, score_cutoff=slips, limit=8)
        for _, distance, place in near:
            yield low + place, _MISSPELLED_QUALITY if distance == 1 else _MISSPELLED_QUALITY - 0.1


def word_arrays(keys: Sequence[str]) -> dict[str, Array]:
    """What `WordIndex.from_arrays` reads; `keys[n]` is the key of title n."""
    seen: dict[str, int] = {}
    word_ids, title_ids = array("i"), array("i")
    for title, key in enumerate(keys):
        for word in dict.fromkeys(key.split()):
            word_ids.append(seen.setdefault(word, len(seen)))
            title_ids.append(title)
    words = sorted(seen)
    rank = np.empty(len(words), np.int32)
    rank[[seen[word] for word in words]] = np.arange(len(words), dtype=np.int32)
    ranked = rank[np.frombuffer(word_ids, np.int32)]
    order = np.argsort(ranked, kind="stable")
    return {
        **Texts.of(words).arrays("words"),
        "words.postings": np.searchsorted(ranked[order], np.arange(len(words) + 1)).astype(np.int32),
        "postings": np.frombuffer(title_ids, np.int32)[order],
    }

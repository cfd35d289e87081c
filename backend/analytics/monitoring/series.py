"""What many series measured in one span of time, as columns: merged, cut, and kept as bytes all at once."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from backend.analytics.monitoring.sketches import Counts, Keys, Sketch, Values

Groups = NDArray[np.int64]
Label = tuple[str, str, str]  # family, name, outcome
L = TypeVar("L", bound=tuple[Any, ...])
DENSE_AT_MOST = 30  # places in a table for each bin that is there; beyond it sorting is faster
LARGE = 1e38  # what half the digits cannot hold
HEADER = struct.Struct("<BIIII9s")
VERSION = 1
COLUMNS = ("counts", "totals", "maxima", "latest_at", "latest", "sizes", "keys", "bins")
OF_BINS = frozenset({"keys", "bins"})
EFFORT = 6


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """A row for each series; `keys` and `bins` hold the bins of their sketches one after the other, `sizes` how many.

    `latest_at` is -inf where the newest value is not kept.
    """

    counts: Counts
    totals: Values
    maxima: Values
    latest_at: Values
    latest: Values
    sizes: Counts
    keys: Keys
    bins: Counts

    def __len__(self) -> int:
        return len(self.counts)

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Self:
        """The rows of all parts, one after the other."""
        return cls(*[np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS])

    def combined(self, groups: Groups, many: int) -> Columns:
        """The rows of each group as one; `groups[i]` of `many` is that of row `i`. Their order changes nothing."""
        maxima, latest_at, latest = np.zeros(many), np.full(many, -np.inf), np.zeros(many)
        np.maximum.at(maxima, groups, self.maxima)
        order = np.lexsort((self.latest, self.latest_at))
        latest_at[groups[order]], latest[groups[order]] = self.latest_at[order], self.latest[order]
        sizes, keys, bins = self._combined_bins(groups, many)
        counts, totals = _added(groups, self.counts, many), np.bincount(groups, self.totals, many).astype(np.float64)
        return Columns(counts, totals, maxima, latest_at, latest, sizes, keys, bins)

    @classmethod
    def empty(cls) -> Self:
        whole, values = np.empty(0, np.int64), np.empty(0, np.float64)
        return cls(whole, values, values, values, values, whole, np.empty(0, np.int32), whole)

    def where(self, kept: NDArray[np.bool_]) -> Columns:
        """The rows that are kept."""
        return self._picked(kept, np.repeat(kept, self.sizes))

    def taken(self, places: Groups) -> Columns:
        """The rows at these places, which may repeat."""
        sizes = self.sizes[places]
        begins = (np.cumsum(self.sizes) - self.sizes)[places] - (np.cumsum(sizes) - sizes)
        of_bins = np.repeat(begins, sizes) + np.arange(int(sizes.sum()))
        return self._picked(places, of_bins)

    def cut(self, first: int, last: int, begin: int, end: int) -> Columns:
        """Rows `first` up to `last`, whose bins are `begin` up to `end`."""
        return Columns(
            self.counts[first:last],
            self.totals[first:last],
            self.maxima[first:last],
            self.latest_at[first:last],
            self.latest[first:last],
            self.sizes[first:last],
            self.keys[begin:end],
            self.bins[begin:end],
        )

    def sketches(self) -> Iterable[Sketch]:
        """The sketch of each row."""
        begin = 0
        for count, end in zip(self.counts.tolist(), accumulate(self.sizes.tolist()), strict=True):
            yield Sketch(count, self.keys[begin:end], self.bins[begin:end])
            begin = end

    def _picked(self, rows: NDArray[Any], bins: NDArray[Any]) -> Columns:
        return Columns(*[getattr(self, name)[bins if name in OF_BINS else rows] for name in COLUMNS])

    def _combined_bins(self, groups: Groups, many: int) -> tuple[Counts, Keys, Counts]:
        if not len(self.keys):
            return np.zeros(many, np.int64), self.keys, self.bins
        low = int(self.keys.min())
        span = int(self.keys.max()) - low + 1
        places = np.repeat(groups * span - low, self.sizes) + self.keys
        if many * span <= DENSE_AT_MOST * len(places):
            dense = _added(places, self.bins, many * span)
            taken = np.flatnonzero(dense)
            bins = dense[taken]
        else:
            taken, inverse = np.unique(places, return_inverse=True)
            bins = _added(inverse, self.bins, len(taken))
        sizes = np.bincount(taken // span, minlength=many).astype(np.int64)
        return sizes, (taken % span + low).astype(np.int32), bins


@dataclass(frozen=True, eq=False, slots=True)
class SeriesSet:
    """The series of one span, by family, name, and outcome, in ascending order."""

    labels: tuple[Label, ...]
    columns: Columns

    @classmethod
    def merged(cls, parts: Sequence[SeriesSet]) -> SeriesSet:
        """All parts as one. In whatever order they come, the counts, maxima, and quantiles are the same."""
        if len(parts) == 1:
            return parts[0]
        labels, groups = grouped([label for part in parts for label in part.labels])
        return cls(labels, Columns.joined([part.columns for part in parts]).combined(groups, len(labels)))

    def by_family(self, wanted: Collection[str]) -> Iterable[tuple[str, SeriesSet]]:
        """The series of each of these families that has any."""
        ends, first, columns = [0, *np.cumsum(self.columns.sizes).tolist()], 0, self.columns
        for family, own in groupby(self.labels, itemgetter(0)):
            last = first + sum(1 for _ in own)
            if family in wanted:
                yield family, SeriesSet(self.labels[first:last], columns.cut(first, last, ends[first], ends[last]))
            first = last

    def renamed(self, labels: Sequence[Label]) -> SeriesSet:
        """The same rows under other labels, equal ones as one."""
        kept, groups = grouped(labels)
        return SeriesSet(kept, self.columns.combined(groups, len(kept)))

    def to_bytes(self, effort: int = EFFORT) -> bytes:
        """A form of a byte or two for each bin. `effort` of compressing: 1 to 9."""
        text = "\n".join(map("\t".join, self.labels)).encode()
        columns = self.columns
        keys, starts = columns.keys, _starts(columns.sizes)
        steps = np.diff(keys, prepend=np.int32(0))
        steps[starts] = 0
        arrays = [
            *(_narrow(whole) for whole in (columns.counts, columns.sizes, keys[starts], steps, columns.bins)),
            _short(columns.totals),
            _short(columns.maxima),
            *((columns.latest_at, columns.latest) if np.isfinite(columns.latest_at).any() else ()),
        ]
        kinds = "".join(array.dtype.char for array in arrays).encode()
        header = HEADER.pack(VERSION, len(columns), len(starts), len(keys), len(text), kinds)
        return header + zlib.compress(text + b"".join(array.tobytes() for array in arrays), effort)

    @classmethod
    def from_bytes(cls, data: bytes) -> SeriesSet:
        """Raises ValueError where the bytes are of another version."""
        version, rows, with_bins, bins, length, kinds = HEADER.unpack_from(data)
        if version != VERSION:
            raise ValueError(f"series of version {version} cannot be read")
        raw = zlib.decompress(memoryview(data)[HEADER.size :])
        lengths = (rows, rows, with_bins, bins, bins, rows, rows, rows, rows)
        arrays, at = [], length
        for kind, many in zip(kinds.rstrip(b"\0").decode(), lengths, strict=False):
            array = np.frombuffer(raw, kind, many, at)
            at += array.nbytes
            arrays.append(array)
        counts, sizes, firsts, steps, counted, totals, maxima, *latest = arrays
        latest_at, newest = latest or (np.full(rows, -np.inf), np.zeros(rows))
        sizes = sizes.astype(np.int64)
        keys = _keys(firsts, steps, sizes)
        columns = Columns(counts, totals, maxima, latest_at, newest, sizes, keys, counted)
        lines = raw[:length].decode().split("\n") if rows else []
        return cls(tuple(_label(line) for line in lines), columns)


@lru_cache(4_096)
def _label(line: str) -> Label:
    family, name, outcome = line.split("\t")
    return family, name, outcome


def _starts(sizes: Counts) -> Counts:
    """Where the bins of each series that has any begin."""
    return (np.cumsum(sizes) - sizes)[sizes > 0]


def _narrow(whole: NDArray[Any]) -> NDArray[Any]:
    """The same whole numbers in as few bytes as hold them."""
    if not len(whole):
        return whole.astype(np.uint8)
    low, high = int(whole.min()), int(whole.max())
    return whole.astype(np.promote_types(np.min_scalar_type(low), np.min_scalar_type(high)))


def _short(values: Values) -> NDArray[Any]:
    """With seven digits, where they are not too large for it."""
    return values.astype(np.float32 if values.max(initial=0) < LARGE else np.float64)


def _keys(firsts: NDArray[Any], steps: NDArray[Any], sizes: Counts) -> Keys:
    """Bins of series one after the other, from the first of each and the steps between them."""
    sums = np.cumsum(steps, dtype=np.int32)
    shifts = firsts.astype(np.int32) - sums[_starts(sizes)]
    return sums + np.repeat(shifts, sizes[sizes > 0])


def grouped(labels: Sequence[L]) -> tuple[tuple[L, ...], Groups]:
    """The distinct labels in ascending order, and which of them each label is."""
    distinct = tuple(sorted(set(labels)))
    places = {label: place for place, label in enumerate(distinct)}
    return distinct, np.fromiter(map(places.__getitem__, labels), np.int64, len(labels))


def _added(groups: Groups, counts: Counts, many: int) -> Counts:
    """Sums by group; whole numbers up to 2 ** 53 are exact."""
    return np.bincount(groups, counts, many).astype(np.int64)

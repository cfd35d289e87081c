"""Units into buckets, and buckets into variations: GrowthBook's hash (FNV-1a), so that its SDKs agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.analytics.experiments.evaluation.javascript import code_units, double, is_number

OFFSET_BASIS = 0x811C9DC5
PRIME = 0x01000193
WORD = 0xFFFFFFFF
FINE, COARSE = 2, 1  # versions of the hash
BUCKETS = {FINE: 10_000, COARSE: 1_000}
SUM_OF_WEIGHTS = (0.99, 1.01)

Range = Sequence[float]


def hash_bucket(seed: str, value: str, version: int) -> float | None:
    """The bucket of a value in [0, 1), in steps of 1/1,000 (version 1) or 1/10,000 (version 2); of others none."""
    if version == FINE:
        return (_fnv1a(str(_fnv1a(seed + value))) % BUCKETS[FINE]) / BUCKETS[FINE]
    if version == COARSE:
        return (_fnv1a(value + seed) % BUCKETS[COARSE]) / BUCKETS[COARSE]
    return None


def _fnv1a(text: str) -> int:
    """Fowler, Noll & Vo's 32-bit hash 1a, over UTF-16 code units instead of bytes."""
    hashed = OFFSET_BASIS
    if text.isascii():
        for unit in text.encode():
            hashed = ((hashed ^ unit) * PRIME) & WORD
        return hashed
    units = code_units(text)
    for high, low in zip(units[::2], units[1::2], strict=True):
        hashed = ((hashed ^ (high << 8 | low)) * PRIME) & WORD
    return hashed


def equal_weights(variations: int) -> list[float]:
    return [1 / variations] * variations if variations > 0 else []


def bucket_ranges(
    variations: int, coverage: float = 1.0, weights: Sequence[float] | None = None
) -> list[tuple[float, float]]:
    """For each variation the half-open range of its buckets. More coverage moves nobody to another variation."""
    covered = min(max(coverage, 0.0), 1.0)
    ranges: list[tuple[float, float]] = []
    below = 0.0
    for weight in _usable(variations, weights):
        ranges.append((below, below + covered * weight))
        below += weight
    return ranges


def _usable(variations: int, weights: Sequence[float] | None) -> Sequence[float]:
    """Weights that count every variation and add up to 1, or nearly; otherwise equal ones."""
    if not isinstance(weights, list) or len(weights) != variations or not all(map(is_number, weights)):
        return equal_weights(variations)
    total = 0.0
    for weight in weights:  # from left to right, as JavaScript adds: `sum` may round otherwise
        total += double(weight)
    lowest, highest = SUM_OF_WEIGHTS
    return weights if lowest <= total <= highest else equal_weights(variations)


def choose_variation(bucket: float, ranges: Sequence[Range]) -> int:
    """The first range that holds the bucket; -1: none."""
    for position, (start, end) in enumerate(ranges):
        if start <= bucket < end:
            return position
    return -1


def in_namespace(value: str, namespace: Sequence[Any]) -> bool:
    """Whether a value belongs to a part `[name, from, to)` of all units."""
    name, start, end = namespace
    bucket = hash_bucket(f"__{name}", value, COARSE)
    return bucket is not None and start <= bucket < end

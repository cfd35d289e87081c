"""Whose revenue it is: eight ways to share out what was paid among the channels that led to it.

Each way but one weighs the touches of a path with whole numbers; `markov` weighs channels by all paths together. Cents
are shared out by the largest remainder, so that they always add up to what was paid.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import lcm

import numpy as np
import numpy.typing as npt

Channel = str | None  # None is direct: nobody sent the visitor
Weights = Iterable[tuple[Channel, int]]
Numbers = npt.NDArray[np.float64]
HALF_LIFE_SECONDS = 7 * 86_400
WHOLE = 10**12  # the parts that a weight which is no whole number is rounded to


class Model(StrEnum):
    """Who gets how much of what a path brought.

    Of `first` and `last` to `time_decay` Google Analytics has the usual definitions ("Paid and organic" models of GA4
    and "Default attribution models" of its predecessor).
    """

    FIRST = "first"
    LAST = "last"
    LAST_NON_DIRECT = "last_non_direct"
    LINEAR = "linear"
    POSITION = "position"
    TIME_DECAY = "time_decay"
    MARKOV = "markov"
    SHAPLEY = "shapley"


@dataclass(frozen=True, slots=True)
class Path:
    """The touches that some people had, the oldest first: how many times this led to a conversion, and to how much.

    `ages_seconds` says how long before the conversion each touch was; it may be empty for models that do not ask.
    `lost` counts those who went the same way and paid nothing.
    """

    channels: tuple[Channel, ...]
    ages_seconds: tuple[int, ...]
    conversions: int
    cents: int
    lost: int = 0

    def __post_init__(self) -> None:
        if not self.channels or "" in self.channels:
            raise ValueError("a path has touches, each of a channel with a name or None")
        if min(self.conversions, self.cents, self.lost) < 0 or self.conversions + self.lost == 0:
            raise ValueError("a path was gone at least once, and never less than no times or for less than nothing")
        if self.cents and not self.conversions:
            raise ValueError("only conversions bring cents")
        if self.ages_seconds and (
            len(self.ages_seconds) != len(self.channels)
            or self.ages_seconds[-1] < 0
            or any(newer > older for older, newer in pairwise(self.ages_seconds))
        ):
            raise ValueError("each touch has an age, none is older than the one before, none comes after the end")


@dataclass(frozen=True, slots=True)
class Credit:
    """What a channel is credited with: whole cents, and a share of conversions that may be a fraction."""

    channel: Channel
    cents: int
    conversions: Fraction


def attribute(paths: Sequence[Path], model: Model) -> tuple[Credit, ...]:
    """The credit of every channel in the paths, by name; direct comes first."""
    channels = sorted({channel for path in paths for channel in path.channels}, key=_name)
    cents, conversions = _removal(paths) if model is Model.MARKOV else _weighed(paths, WEIGHTS[model])
    shares = apportion(sum(path.cents for path in paths), {name: cents.get(name, 0) for name in channels})
    total, whole = sum(path.conversions for path in paths), sum(conversions.values())
    return tuple(
        Credit(name, shares[name], Fraction(total * conversions.get(name, 0), whole or 1)) for name in channels
    )


def apportion(total: int, weights: Mapping[Channel, int]) -> dict[Channel, int]:
    """A whole number in whole parts by weight: quotas are rounded down, what is left goes to the largest remainders.

    Hamilton's method; equal remainders go by name.
    """
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(weights, 0)
    parts = {name: total * weight // whole for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: (-(total * weights[name] % whole), _name(name)))
    for name in by_remainder[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def _name(channel: Channel) -> str:
    return channel or ""


def _weighed(paths: Iterable[Path], weigh: Callable[[Path], Weights]) -> tuple[dict[Channel, int], dict[Channel, int]]:
    """Every channel's part of the cents and of the conversions, as exact multiples of one unit."""
    cents: dict[int, Counter[Channel]] = defaultdict(Counter)
    conversions: dict[int, Counter[Channel]] = defaultdict(Counter)
    for path in paths:
        if path.conversions:
            weights = list(weigh(path))
            whole = sum(weight for _, weight in weights)
            for channel, weight in weights:
                cents[whole][channel] += weight * path.cents
                conversions[whole][channel] += weight * path.conversions
    return _together(cents), _together(conversions)


def _together(sums: Mapping[int, Counter[Channel]]) -> dict[Channel, int]:
    """Sums of parts of different wholes as parts of their least common multiple."""
    unit, found = lcm(*sums), Counter[Channel]()
    for whole, parts in sums.items():
        for channel, part in parts.items():
            found[channel] += part * (unit // whole)
    return found


def _first(path: Path) -> Weights:
    return ((path.channels[0], 1),)


def _last(path: Path) -> Weights:
    return ((path.channels[-1], 1),)


def _last_non_direct(path: Path) -> Weights:
    """GA4: direct gets nothing, unless there is nothing else on the path."""
    return ((next((channel for channel in reversed(path.channels) if channel is not None), None), 1),)


def _linear(path: Path) -> Weights:
    return ((channel, 1) for channel in path.channels)


def _position(path: Path) -> Weights:
    """40 % to the first and to the last touch, the rest evenly to those between; halves where there are none."""
    between = len(path.channels) - 2
    if between <= 0:
        return _linear(path)
    ends = ((path.channels[0], 2 * between), (path.channels[-1], 2 * between))
    return (*ends, *((channel, 1) for channel in path.channels[1:-1]))


def _time_decay(path: Path) -> Weights:
    """A touch counts half as much as one seven days later: 8 days before a conversion half of 1 day before."""
    if not path.ages_seconds:
        raise ValueError("time decay asks for the age of each touch")
    youngest = path.ages_seconds[-1]
    weights = [2 ** ((youngest - age) / HALF_LIFE_SECONDS) for age in path.ages_seconds]
    whole = sum(weights)
    # Parts of one whole for every path: the sums over many paths stay short and exact.
    parts = [int(WHOLE * weight / whole) for weight in weights]
    parts[-1] += WHOLE - sum(parts)
    return zip(path.channels, parts, strict=True)


def _shapley(path: Path) -> Weights:
    """The Shapley value (1953) of the game in which channels S bring what paths that touch nothing but S brought.

    A path alone is a game that only all its channels win together; there they are symmetric and all others null
    players, so each gets the same. Values of a sum of games add up, which makes this exact for any number of channels:
    Zhao, Mahboobi and Bagheri (2018), "Shapley Value Methods for Attribution Modeling in Online Advertising".
    """
    return ((channel, 1) for channel in set(path.channels))


WEIGHTS: Mapping[Model, Callable[[Path], Weights]] = {
    Model.FIRST: _first,
    Model.LAST: _last,
    Model.LAST_NON_DIRECT: _last_non_direct,
    Model.LINEAR: _linear,
    Model.POSITION: _position,
    Model.TIME_DECAY: _time_decay,
    Model.SHAPLEY: _shapley,
}


def _removal(paths: Sequence[Path]) -> tuple[dict[Channel, int], dict[Channel, int]]:
    """The removal effect of each channel in a Markov chain of order 1, in whole parts: of cents and conversions alike.

    Anderl, Becker, von Wangenheim and Schumann (2016), "Mapping the customer journey": visitors go from channel to
    channel as often as the paths did, until they convert or are lost; a channel's effect is the share of conversions
    that would be lost if everybody who comes to it were. That is the chance to come to it, times the chance to convert
    from there, of the chance to convert at all.
    """
    names = sorted({channel for path in paths for channel in path.channels}, key=_name)
    places = {name: place for place, name in enumerate(names)}
    begun, moves, converted, lost = _counts(paths, places)
    if not converted.any():
        return {}, {}
    gone = moves.sum(axis=1) + converted + lost
    # How many times those who are at a channel, the row, come to each channel from then on, where they are included.
    visits = np.linalg.inv(np.eye(len(places)) - moves / gone[:, None])
    converts = visits @ (converted / gone)
    begins = begun / begun.sum()
    reached = begins @ visits / visits.diagonal()
    effects = reached * converts / (begins @ converts)
    parts = {name: round(WHOLE * float(effects[place])) for name, place in places.items()}
    return parts, parts


def _counts(paths: Iterable[Path], places: Mapping[Channel, int]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """How often paths began with a channel, went from one to another, converted from one and were lost from one."""
    channels = len(places)
    begun, moves, converted, lost = (np.zeros(shape) for shape in (channels, (channels, channels), channels, channels))
    for path in paths:
        way = [places[channel] for channel in path.channels]
        begun[way[0]] += path.conversions + path.lost
        converted[way[-1]] += path.conversions
        lost[way[-1]] += path.lost
        for here, there in pairwise(way):
            # Who comes to the same channel again goes on from there as before: leaving that out changes no effect.
            if here != there:
                moves[here, there] += path.conversions + path.lost
    return begun, moves, converted, lost

"""Models of attribution: eight ways to divide revenue among the channels that led to it.

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
DENOMINATOR = 10**12  # of the fractions that weights are rounded to which are no whole numbers


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
    """The touches that led to conversions, the oldest first: how many times, and to how much in all.

    `ages_seconds` says how long before the conversion each touch was; it may be empty for models that do not ask.
    """

    channels: tuple[Channel, ...]
    ages_seconds: tuple[int, ...]
    conversions: int
    cents: int

    def __post_init__(self) -> None:
        if not self.channels or "" in self.channels:
            raise ValueError("a path has touches, each of a channel with a name or None")
        if self.conversions < 1 or self.cents < 0:
            raise ValueError("a path led to a conversion at least once, and none brings less than no cents")
        if self.ages_seconds and (
            len(self.ages_seconds) != len(self.channels)
            or self.ages_seconds[-1] < 0
            or any(newer > older for older, newer in pairwise(self.ages_seconds))
        ):
            raise ValueError("each touch has an age, none is older than the one before, none comes after the end")


@dataclass(frozen=True, slots=True)
class Lost:
    """The ways of people who paid nothing: how many came first to a channel, from one to another, and left from one.

    Of paths that convert to nothing a chain of order 1 needs no more; there are far fewer moves than paths.
    """

    begun: Mapping[Channel, int]
    moves: Mapping[tuple[Channel, Channel], int]
    left: Mapping[Channel, int]

    def __post_init__(self) -> None:
        come, gone = Counter(self.begun), Counter(self.left)
        for (here, there), times in self.moves.items():
            gone[here] += times
            come[there] += times
        if min((*come.values(), *gone.values(), *self.moves.values()), default=0) < 0 or come - gone or gone - come:
            raise ValueError("as many people leave each channel as come to it, and never less than none")

    @property
    def people(self) -> int:
        return sum(self.begun.values())

    @property
    def channels(self) -> frozenset[Channel]:
        return frozenset(self.begun) | {there for _, there in self.moves}


NOBODY = Lost({}, {}, {})


@dataclass(frozen=True, slots=True)
class Credit:
    """The credit of a channel: whole cents, and a share of conversions that may be a fraction."""

    channel: Channel
    cents: int
    conversions: Fraction


def attribute(paths: Sequence[Path], model: Model, lost: Lost = NOBODY) -> tuple[Credit, ...]:
    """The credit of every channel that was met, by name; direct comes first. Only `markov` asks for the lost."""
    channels = sorted(lost.channels.union(*(path.channels for path in paths)), key=_name)
    if not paths:
        return tuple(Credit(name, 0, Fraction()) for name in channels)
    markov = model is Model.MARKOV
    cents, conversions = _removal(paths, lost, channels) if markov else _weighed(paths, WEIGHTS[model])
    shares = apportion(sum(path.cents for path in paths), {name: cents.get(name, 0) for name in channels})
    total, denominator = sum(path.conversions for path in paths), sum(conversions.values())
    return tuple(
        Credit(name, shares[name], Fraction(total * conversions.get(name, 0), denominator)) for name in channels
    )


def apportion(total: int, weights: Mapping[Channel, int]) -> dict[Channel, int]:
    """A whole number in whole parts by weight: quotas are rounded down, what is left goes to the largest remainders.

    Hamilton's method; equal remainders go by name.
    """
    denominator = sum(weights.values())
    if not denominator:
        return dict.fromkeys(weights, 0)
    parts = {name: total * weight // denominator for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: (-(total * weights[name] % denominator), _name(name)))
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
        weights = list(weigh(path))
        denominator = sum(weight for _, weight in weights)
        for channel, weight in weights:
            cents[denominator][channel] += weight * path.cents
            conversions[denominator][channel] += weight * path.conversions
    return _together(cents), _together(conversions)


def _together(sums: Mapping[int, Counter[Channel]]) -> dict[Channel, int]:
    """Sums by their denominators, brought to the least common one."""
    common, total = lcm(*sums), Counter[Channel]()
    for denominator, parts in sums.items():
        for channel, part in parts.items():
            total[channel] += part * (common // denominator)
    return total


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
    total = sum(weights)
    # One denominator for every path: the sums over many paths stay short and exact.
    parts = [int(DENOMINATOR * weight / total) for weight in weights]
    parts[-1] += DENOMINATOR - sum(parts)
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


def _removal(
    paths: Sequence[Path], lost: Lost, channels: Sequence[Channel]
) -> tuple[dict[Channel, int], dict[Channel, int]]:
    """The removal effect of each channel in a Markov chain of order 1, in whole parts: of cents and conversions alike.

    Anderl, Becker, von Wangenheim and Schumann (2016), "Mapping the customer journey": visitors go from channel to
    channel as often as the paths did, until they convert or are lost; a channel's effect is the share of conversions
    that would be lost if everybody who comes to it were. That is the chance to come to it, times the chance to convert
    from there, of the chance to convert at all.
    """
    places = {name: place for place, name in enumerate(channels)}
    begun, moves, converted, left = _counts(paths, lost, places)
    gone = moves.sum(axis=1) + converted + left
    # How many times those who are at a channel, the row, come to each channel from then on, where they are included.
    visits = np.linalg.inv(np.eye(len(places)) - moves / gone[:, None])
    converts = visits @ (converted / gone)
    begins = begun / begun.sum()
    reached = begins @ visits / visits.diagonal()
    effects = reached * converts / (begins @ converts)
    parts = {name: round(DENOMINATOR * float(effects[place])) for name, place in places.items()}
    return parts, parts


def _counts(
    paths: Iterable[Path], lost: Lost, places: Mapping[Channel, int]
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """How many people began with a channel, went from one to another, converted from one and left from one."""
    begun, converted, left = (np.zeros(len(places)) for _ in range(3))
    moves = np.zeros((len(places), len(places)))
    for path in paths:
        way = [places[channel] for channel in path.channels]
        begun[way[0]] += path.conversions
        converted[way[-1]] += path.conversions
        for here, there in pairwise(way):
            moves[here, there] += path.conversions
    for (origin, target), times in lost.moves.items():
        moves[places[origin], places[target]] += times
    for channel, times in lost.begun.items():
        begun[places[channel]] += times
    for channel, times in lost.left.items():
        left[places[channel]] += times
    # Who comes to the same channel again goes on from there as before: leaving that out changes no effect.
    np.fill_diagonal(moves, 0)
    return begun, moves, converted, left

"""DASH-3: eight models of attribution, against published figures and against oracles that try everything."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, permutations
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.metrics.attribution.models import DENOMINATOR, NOBODY, Lost, Model, Path, apportion, attribute

DAY = 86_400
CHANNELS = ["ads", "mail", "search", "tv", None]


def path(*channels, conversions=1, cents=0, days=None):
    """A path of touches a day apart, unless told otherwise."""
    days = days or range(len(channels) - 1, -1, -1)
    ages = tuple(day * DAY for day in days)
    return Path(channels, ages, conversions, cents)


def lost(*ways):
    """People who paid nothing, each by the way they went."""
    moves = Counter(pair for way in ways for pair in pairwise(way))
    return Lost(Counter(way[0] for way in ways), moves, Counter(way[-1] for way in ways))


def credited(model, *paths, gone=NOBODY):
    return {credit.channel: credit.cents for credit in attribute(paths, model, gone)}


def conversions(model, *paths, gone=NOBODY):
    return {credit.channel: credit.conversions for credit in attribute(paths, model, gone)}


FOUR = path("search", "mail", None, "ads", cents=10_000)


@pytest.mark.parametrize(
    ("model", "credits_"),
    [
        (Model.FIRST, {"search": 10_000}),
        (Model.LAST, {"ads": 10_000}),
        (Model.LINEAR, {"search": 2_500, "mail": 2_500, None: 2_500, "ads": 2_500}),
        (Model.POSITION, {"search": 4_000, "mail": 1_000, None: 1_000, "ads": 4_000}),
        (Model.SHAPLEY, {"search": 2_500, "mail": 2_500, None: 2_500, "ads": 2_500}),
        (Model.MARKOV, {"search": 2_500, "mail": 2_500, None: 2_500, "ads": 2_500}),
    ],
)
def test_a_path_of_four_touches(model, credits_):
    """As Google Analytics explains its models: 40 % to the ends, 20 % between; an only path needs all its channels."""
    nothing = dict.fromkeys(["search", "mail", None, "ads"], 0)

    assert credited(model, FOUR) == nothing | credits_


@pytest.mark.parametrize("touches", [("mail",), ("mail", "ads")])
def test_position_shares_evenly_where_nothing_lies_between(touches):
    assert credited(Model.POSITION, path(*touches, cents=900)) == dict.fromkeys(touches, 900 // len(touches))


@pytest.mark.parametrize(
    ("touches", "winner"),
    [
        (("search", "mail", None), "mail"),
        (("search", None, None), "search"),
        ((None, None), None),
        ((None, "ads"), "ads"),
    ],
)
def test_last_non_direct_ignores_direct_unless_there_is_nothing_else(touches, winner):
    """As GA4 defines "Paid and organic last click"."""
    found = credited(Model.LAST_NON_DIRECT, path(*touches, cents=100))

    assert found == dict.fromkeys(touches, 0) | {winner: 100}


def test_time_decay_halves_in_seven_days():
    """As Google Analytics puts it: 8 days before a conversion half as much credit as 1 day before."""
    assert credited(Model.TIME_DECAY, path("early", "late", cents=9_000, days=(8, 1))) == {
        "early": 3_000,
        "late": 6_000,
    }


def test_time_decay_over_four_weeks():
    """Weights 1, 1/2, 1/4 and 1/16 of touches 0, 7, 14 and 28 days before, of 29/16 in all."""
    found = credited(Model.TIME_DECAY, path("d", "c", "b", "a", cents=2_900, days=(28, 14, 7, 0)))

    assert found == {"a": 1_600, "b": 800, "c": 400, "d": 100}


def test_time_decay_asks_for_ages():
    with pytest.raises(ValueError, match="age of each touch"):
        attribute([Path(("ads", "mail"), (), 1, 100)], Model.TIME_DECAY)


def test_markov_of_bryl_2016():
    """S. Bryl, "Marketing Multi-Channel Attribution Model with R (part 1)": removal effects 1/2, 1 and 1."""
    gone = lost(["c1"], ["c2", "c3"])

    assert credited(Model.MARKOV, path("c1", "c2", "c3", cents=1_000), gone=gone) == {"c1": 200, "c2": 400, "c3": 400}


def test_markov_of_puzyrov_2019():
    """S. Puzyrov, "Markov Chain Attribution": conversion 0.8, without google 0.2, without mailing 0.4."""
    paths = [path("google", conversions=2), path("mailing"), path("google", "mailing")]
    found = conversions(Model.MARKOV, *paths, gone=lost(["google"]))

    assert found == {"google": Fraction(12, 5), "mailing": Fraction(8, 5)}


def test_markov_credits_a_channel_that_leads_to_those_that_convert():
    """Nobody who met tv paid, but they went on to search, from where others paid: order 1 sees no farther back."""
    found = conversions(Model.MARKOV, path("search"), gone=lost(["tv", "search"]))

    assert found == {"search": Fraction(2, 3), "tv": Fraction(1, 3)}


def test_shapley_of_a_published_game():
    """ "Data-driven marketing attribution" (Towards Data Science, 2018): seven coalitions of three channels."""
    shares = {"F": 20, "O": 10, "L": 17, "FO": 17, "FL": 30, "FOL": 6}
    paths = [path(*coalition, cents=shares[coalition] * 100) for coalition in shares]

    assert credited(Model.SHAPLEY, *paths) == {"F": 4_550, "O": 2_050, "L": 3_400}


def test_cents_that_cannot_be_split_go_to_the_largest_remainders_and_then_by_name():
    assert credited(Model.LINEAR, path("c", "a", "b", cents=100)) == {"a": 34, "b": 33, "c": 33}
    assert apportion(10, {"x": 15, "y": 15, "z": 70}) == {"x": 2, "y": 1, "z": 7}
    assert apportion(7, {None: 1, "a": 1}) == {None: 4, "a": 3}


@pytest.mark.parametrize(
    "given_",
    [
        {"channels": ()},
        {"channels": ("",)},
        {"conversions": 0},
        {"cents": -1},
        {"ages_seconds": (1, 1, 1)},
        {"ages_seconds": (1, 2)},
        {"ages_seconds": (1, -1)},
    ],
)
def test_what_cannot_be_is_refused(given_):
    possible = {"channels": ("a", "b"), "ages_seconds": (2, 1), "conversions": 1, "cents": 100}
    Path(**possible)

    with pytest.raises(ValueError, match=r"touch|path|cents|age"):
        Path(**possible | given_)


@pytest.mark.parametrize(
    "moves",
    [
        ({"a": 1}, {}, {}),
        ({}, {}, {"a": 1}),
        ({"a": 1}, {("a", "b"): 1}, {"a": 1}),
        ({"a": -1}, {}, {"a": -1}),
        ({"a": 1}, {("a", "b"): -1}, {"a": 1}),
    ],
)
def test_people_neither_appear_nor_vanish_on_their_way(moves):
    with pytest.raises(ValueError, match="as many people leave"):
        Lost(*moves)


WAYS = st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=6).map(tuple)
LOST = st.lists(WAYS, max_size=8).map(lambda ways: lost(*ways))


@st.composite
def walked(draw, ways=WAYS):
    channels, size = draw(ways), st.integers(0, 60 * DAY)
    ages = sorted(draw(st.lists(size, min_size=len(channels), max_size=len(channels))), reverse=True)
    return Path(channels, tuple(ages), draw(st.integers(1, 4)), draw(st.integers(0, 99_999)))


PATHS = st.lists(walked(), min_size=1, max_size=7)
ALL_MODELS = st.sampled_from(Model)


@given(st.lists(walked(), max_size=7), LOST, ALL_MODELS)
def test_credits_add_up_exactly_and_nobody_owes_anything(paths, gone, model):
    found = attribute(paths, model, gone)

    assert sum(credit.cents for credit in found) == sum(path.cents for path in paths)
    assert sum(credit.conversions for credit in found) == sum(path.conversions for path in paths)
    assert all(credit.cents >= 0 and credit.conversions >= 0 for credit in found)
    assert {credit.channel for credit in found} == gone.channels.union(*(path.channels for path in paths))


@given(PATHS, LOST, ALL_MODELS)
def test_the_order_of_paths_changes_nothing(paths, gone, model):
    assert attribute(paths, model, gone) == attribute(paths[::-1], model, gone)


@given(st.lists(walked(), min_size=1, max_size=3), ALL_MODELS, st.sampled_from(["mail", "ads"]))
def test_symmetric_channels_get_equal_credit(paths, model, one):
    """Every path once more with two channels exchanged: whatever one did, the other did too."""
    swap = {one: "search", "search": one}
    mirrored = [
        replace(path, channels=tuple(swap.get(channel, channel) for channel in path.channels)) for path in paths
    ]
    cents, share = credited(model, *paths, *mirrored), conversions(model, *paths, *mirrored)

    assert abs(cents.get(one, 0) - cents.get("search", 0)) <= 1
    assert share.get(one, 0) == pytest.approx(share.get("search", 0), abs=len(paths) * 1e-10)


@given(PATHS, ALL_MODELS.filter(lambda model: model is not Model.MARKOV))
def test_a_channel_on_no_path_that_converts_gets_nothing(paths, model):
    assert conversions(model, *paths, gone=lost(["radio", "ads"]))["radio"] == 0


@given(PATHS)
def test_a_channel_that_only_ends_in_loss_gets_nothing_from_markov(paths):
    assert conversions(Model.MARKOV, *paths, gone=lost(["ads", "radio"]))["radio"] == 0


@given(PATHS)
def test_shapley_is_the_mean_of_what_each_adds_in_every_order(paths):
    """Shapley 1953, by definition: v(S) is what paths brought that meet channels of S only."""
    players = sorted({channel for path in paths for channel in path.channels}, key=str)
    expected = Counter()
    for order in permutations(players):
        for place, player in enumerate(order):
            with_, without = worth(paths, order[: place + 1]), worth(paths, order[:place])
            expected[player] += Fraction(with_ - without, factorial(len(players)))

    assert conversions(Model.SHAPLEY, *paths) == {player: expected[player] for player in players}


def worth(paths, coalition):
    return sum(path.conversions for path in paths if set(path.channels) <= set(coalition))


@given(PATHS, LOST)
def test_markov_is_what_is_lost_when_each_channel_is_removed(paths, gone):
    """Anderl et al. 2016, by definition: the chain is solved anew without each channel, in exact fractions."""
    total, channels = sum(path.conversions for path in paths), gone.channels.union(*(path.channels for path in paths))
    effects = {channel: converting(paths, gone) - converting(paths, gone, channel) for channel in channels}

    found = conversions(Model.MARKOV, *paths, gone=gone)

    for channel in channels:
        expected = total * effects[channel] / sum(effects.values())
        assert float(found[channel]) == pytest.approx(float(expected), abs=total * len(channels) * 2 / DENOMINATOR)


def converting(paths, gone, removed="nothing"):
    """The chance to convert, where everybody who comes to the removed channel is lost."""
    moves = Counter({("begin", there): times for there, times in gone.begun.items()})
    moves.update({(here, "end"): times for here, times in gone.left.items()} | gone.moves)
    for each in paths:
        for pair in pairwise(["begin", *each.channels, "paid"]):
            moves[pair] += each.conversions
    states = list({here for here, _ in moves})
    leave = {state: sum(times for (here, _), times in moves.items() if here == state) for state in states}
    rows = []
    for here in states:
        chance = {
            there: Fraction(0 if here == removed else moves[here, there], leave[here]) for there in [*states, "paid"]
        }
        rows.append([int(here == there) - chance[there] for there in states] + [chance["paid"]])
    return solved(rows)[states.index("begin")]


def solved(rows):
    """Gauss and Jordan, in fractions."""
    for column in range(len(rows)):
        pivot = next(place for place in range(column, len(rows)) if rows[place][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for place, row in enumerate(rows):
            if place != column and row[column]:
                rows[place] = [value - row[column] * of for value, of in zip(row, rows[column], strict=True)]
    return [row[-1] for row in rows]


def test_thousands_of_paths_of_many_channels_add_up():
    names = [f"campaign {number:03}" for number in range(100)]
    paths = [
        path(*(names[(number * step + step) % 100] for step in range(1, 2 + number % 30)), conversions=1, cents=4_999)
        for number in range(3_000)
    ]

    for model in Model:
        assert sum(credited(model, *paths).values()) == 3_000 * 4_999

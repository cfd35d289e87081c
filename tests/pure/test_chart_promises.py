"""What charts promise: what is named is drawn, no rate without its n, colors that stay with their things."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backend.analytics.figures.bars import bars
from backend.analytics.figures.changes import row_change
from backend.analytics.figures.geography import geography, shared_classes
from backend.analytics.figures.interval import wilson
from backend.analytics.figures.parts import several
from backend.analytics.figures.theme import SWATCHES, color_of, colors_of
from backend.analytics.figures.tiles import TileValue
from tests import figures as made


@pytest.mark.parametrize("figure", made.FIGURES.values(), ids=made.FIGURES)
def test_what_the_legend_names_is_drawn(figure):
    if figure.shapes:
        classes_drawn = {int(at) for at in figure.data[1]["z"]}
        assert len(figure.legend) > max(classes_drawn)
        return
    looks = json.dumps([trace for trace in figure.data if any(y is not None for y in trace["y"])])
    swatch_inks = {
        "compare": "--compare",
        "partial": "2px,4px",
        "tick": "line-ns",
        "interval": "error_x",
        "left": "--band",
    }
    for key in figure.legend:
        name = key.swatch.rpartition("--")[2]
        assert (f'"--cat-{name}"' if name.isdigit() else swatch_inks[name]) in looks, key


def test_a_part_without_a_point_is_told_of_and_not_named_as_drawn():
    figure = several(made.rate_parts())

    assert [key.label.partition(",")[0] for key in figure.legend] == ["google", "newsletter", "bing"]
    assert figure.note == (
        "Most days have fewer than 10, so these are weeks. Not drawn: a partner, with fewer than 10 in every week."
    )
    assert [cell.text for cell in figure.table.rows[1]] == [
        *("Week of Nov 1", "3.1% of 390", "n < 10", "20.0% of 10", "n < 10"),
    ]


def test_no_rate_stands_without_its_n():
    ranked, parts = bars(made.rates()), several(made.rate_parts())

    beside = [text["text"] for text in ranked.layout["annotations"]]
    assert {f"of {bar.n:,}" for bar in made.rates().bars} <= set(beside)
    assert all(" of " in key.label for key in parts.legend)
    assert all(" of " in line.value or line.value == "n < 10" for tip in parts.tips for line in tip.lines)
    assert all({"n", "95% interval"} <= {line.label for line in tip.lines} for tip in ranked.tips[:-1])


def test_bars_start_at_zero_and_a_rate_does_not_read_as_full():
    whole, rates = bars(made.ranking()), bars(made.rates())

    assert whole.layout["xaxis"]["range"] == [0, 243_100]
    [start, end] = rates.layout["xaxis"]["range"]
    reach = [value + up for value, up in zip(rates.data[1]["x"][:-1], rates.data[1]["error_x"]["array"], strict=False)]
    assert start == 0
    assert max(reach) <= end
    assert rates.data[0]["marker"]["color"].endswith("/0"), "the place to point at is no track"


@pytest.mark.parametrize(
    ("rate", "n", "low", "high"),
    [(0.0, 10, 0.0, 0.2775), (0.5, 10, 0.2366, 0.7634), (0.0824, 85, 0.0405, 0.1606), (1.0, 10, 0.7225, 1.0)],
)
def test_intervals_are_those_of_wilson(rate, n, low, high):
    assert wilson(rate, n) == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize(
    ("now", "before", "text", "tone"),
    [
        ((280, 280), (180, 180), "+56%", "better"),
        ((120, 120), (110, 110), "+9%", ""),
        ((12, 12), (0, 0), "new", ""),
        ((0, 0), (0, 0), "–", ""),
        ((50, 50), (50, 50), "0%", ""),
        ((80, 80), (180, 180), "−56%", "worse"),
    ],
)
def test_the_change_of_a_row_is_quiet_within_noise(now, before, text, tone):
    change = row_change(made.SESSIONS, TileValue(*now), TileValue(*before))

    assert (change.text, change.tone) == (text, tone)
    assert tone or "noise" in change.words or change.words in ("new", "–", "unchanged")


def test_a_rate_of_something_that_was_not_there_is_new():
    assert row_change(made.CONVERSION, TileValue(0.1, 40), TileValue(None, 0)).text == "new"
    assert row_change(made.CONVERSION, TileValue(0.1, 40), TileValue(None, 7)).text == "–"


@pytest.mark.parametrize("dimension", ["source", "campaign"])
def test_a_color_belongs_to_its_thing_whatever_its_rank(dimension):
    names = ["google", "direct", None, "a", "b"]

    assert colors_of(dimension, names) == colors_of(dimension, reversed(names))
    assert len(set(colors_of(dimension, names).values())) == len(names)
    assert colors_of("source", ["bing", "x"])["bing"] == color_of("source", "bing")
    assert {color_of(dimension, str(number)) for number in range(200)} == set(range(1, SWATCHES + 1))


def test_two_maps_share_their_classes():
    limits = shared_classes(
        made.world(), replace(made.states(), quantity=made.SESSIONS, places=made.world().places[:3])
    )

    assert limits == shared_classes(made.world())
    few = geography(replace(made.world(), places=made.world().places[8:], limits=limits))
    assert few.legend == geography(replace(made.world(), limits=limits)).legend

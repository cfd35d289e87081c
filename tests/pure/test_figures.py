"""Charts as data: Plotly takes them, they say what they show, and their tables hold the same numbers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from backend.analytics.figures.bars import Bar, Ranking, bars
from backend.analytics.figures.figure import Shapes
from backend.analytics.figures.geography import MapPlace, MapPlaces, classes, country_names, geography
from backend.analytics.figures.lines import ChartAnnotation, Point, Trend, lines
from backend.analytics.figures.parts import Parts, Series, several
from tests import figures as made
from tests.servers import PROJECT


@cache
def light():
    block = re.search(r"/\* 2 .*?:root \{(.*?)\n\}", (PROJECT / "app/static/css/tokens.css").read_text(), re.DOTALL)[1]
    return dict(re.findall(r"(--[\w-]+): light-dark\((#\w{6}),", block)) | {"--font-sans": "system-ui"}


def inked(part):
    """As the browser does it, in the light scheme; a token that does not exist is a KeyError."""
    if isinstance(part, dict):
        return {key: inked(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [inked(value) for value in part]
    return light()[part.partition("/")[0]] if isinstance(part, str) and part.startswith("--") else part


@pytest.mark.parametrize("figure", made.FIGURES.values(), ids=made.FIGURES)
def test_plotly_knows_every_attribute_and_value(figure):
    from plotly.graph_objects import Figure

    plain = inked(figure.plain())

    drawn = Figure(plain["data"], plain["layout"])

    if figure.narrow:
        Figure(plain["narrow"]["data"], plain["narrow"]["layout"])
    assert len(drawn.data) == len(figure.data)
    assert drawn.layout.height == figure.height > 0


@pytest.mark.parametrize("figure", made.FIGURES.values(), ids=made.FIGURES)
def test_a_figure_is_json_without_a_literal_colour_and_says_what_it_shows(figure):
    text = json.dumps(figure.plain(), allow_nan=False)

    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|\b(white|black)\b", text)
    assert "<b>" not in text, "Plotly would write a style attribute, which the policy forbids"
    assert figure.title[-1] not in ".:"
    assert figure.title in figure.description or figure.description.startswith("Line chart")
    assert figure.n > 0
    assert all(len(row) == len(figure.table.columns) for row in figure.table.rows)


def test_figures_cost_a_worker_no_plotly():
    code = "import sys; from tests import figures; print('plotly' in sys.modules, 'numpy' in sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert loaded.stdout.split() == ["False", "False"]


def test_a_trend_names_its_total_and_its_change():
    figure = lines(made.trend(total=18_402, previous_total=17_328))

    assert figure.title == "18,402 sessions, up 6.2% from the previous 28 days"
    assert figure.description.startswith("Line chart: sessions by day, Sun, Oct 25 to Sat, Nov 21, 2026. Lowest 573")
    assert figure.description.endswith("The last day is partial: it counts until 2:32 PM.")
    assert [key.label for key in figure.legend] == ["This period", "The previous 28 days", "Partial, until 2:32 PM"]


def test_a_trend_alone_names_its_best_moment():
    figure = lines(made.trend(compared="", until=""))

    assert figure.title.endswith("with a peak of 859 on Tuesday, November 17")
    assert figure.legend[:1] == ()


def test_a_day_that_is_all_there_is_is_the_best_one():
    days = tuple(replace(point, value=0, previous=None) for point in made.trend().points[:-1])
    today = replace(made.trend().points[-1], value=1, previous=None)

    figure = lines(replace(made.trend(compared=""), points=(*days, today), total=1, n=1))

    assert figure.title == "1 session, with a peak of 1 on Saturday, November 21"


def test_the_day_that_is_not_over_fills_up_beside_the_line():
    figure = lines(made.trend())
    _, _, before, over, partial = figure.data

    assert before["line"]["dash"] == "4px,3px"
    assert (over["y"][26], over["y"][27]) == (made.daily(26), None)
    assert (partial["x"], partial["y"], partial["line"]["dash"]) == ([27, 27], [0, 401], "2px,4px")
    assert figure.tips[-1].title == "Sat, Nov 21, until 2:32 PM"


def test_today_so_far_stands_after_the_period_and_in_no_total():
    today = Point(made.FIRST + timedelta(days=28), 32)

    figure = lines(made.trend(until="", so_far=today))

    assert (figure.data[-1]["x"], figure.data[-1]["y"]) == ([28, 28], [0, 32])
    assert figure.legend[-1].label == "Today so far: 32"
    assert figure.title == lines(made.trend(until="")).title


def test_a_rate_goes_on_dotted_from_the_day_before():
    points = tuple(Point(at, 0.02, n=100) for at in made.DAYS)

    partial = lines(made.trend(quantity=made.CONVERSION, points=points)).data[-1]

    assert (partial["x"], partial["y"]) == ([26, 27], [0.02, 0.02])


def test_what_is_not_over_has_no_key_where_it_has_no_point():
    figure = lines(replace(made.sparse(), until="2:32 PM"))

    assert figure.data[-1]["y"][-1] is None
    assert figure.legend == ()


def test_the_day_that_is_not_over_is_compared_with_as_much_of_the_other():
    figure = lines(made.trend())

    assert figure.table.rows[-1][-1].text.endswith("%")
    assert figure.note == "The last day is partial, so both periods stop at the same point."


def test_too_few_leave_a_gap_and_a_lonely_point_is_a_dot():
    _, line = lines(made.sparse()).data

    assert line["y"][:4] == [0.02, None, None, pytest.approx(0.026)]
    assert line["marker"]["size"][:4] == [6, 0, 0, 6]
    assert "fill" not in line


def test_what_happened_is_lettered_in_its_bucket():
    figure = lines(made.trend())

    assert (figure.marks[0].letter, figure.marks[0].text) == ("A", "New first question")
    assert [line["x0"] for line in figure.layout["shapes"]] == [9, 22]


def test_what_happened_in_one_bucket_stands_side_by_side():
    zone, start = ZoneInfo("America/New_York"), datetime(2026, 11, 1, 4, tzinfo=UTC)
    hours = tuple(Point((start + timedelta(hours=n)).astimezone(zone), n + 1) for n in range(4))  # one o'clock twice
    twice = ChartAnnotation(hours[1].at + timedelta(minutes=5), "x")
    trend = replace(made.trend(), grain="hour", points=hours, compared="", until="", annotations=(twice, twice))

    layout = lines(trend).layout

    assert [(one["text"], one["x"]) for one in layout["annotations"]] == [("A, B", 1)]
    assert [one["x0"] for one in layout["shapes"]] == [1]


def test_more_lines_than_colours_are_refused():
    one = made.parts().series[0]

    with pytest.raises(ValueError, match="cannot be told apart"):
        several(replace(made.parts(), series=(one,) * 5))


def test_bars_are_sorted_and_say_who_leads():
    figure = bars(made.ranking())

    assert figure.title == "Top source by revenue: google / organic, $2,431 of $5,914 (41%)"
    assert figure.data[1]["x"] == sorted(figure.data[1]["x"], reverse=True)
    assert [cell.text for cell in figure.table.rows[0]] == [
        *("google / organic", "$2,431", "41.1%", "74", "$2,100", "up 15.8%, within noise"),
    ]
    assert [cell.text for cell in figure.table.foot][:2] == ["All payments", "$5,914"]


@pytest.mark.parametrize(
    ("quantity", "values", "others", "title"),
    [
        (made.SESSIONS, (36, 36, 8), 0, "a and b tie for the most sessions: 36 of 80 each"),
        (made.SESSIONS, (20, 20, 20), 0, "3 tie for the most sessions: 20 of 60 each"),
        (made.SESSIONS, (20, 20, 20), 2, "3 or more tie for the most sessions: 20 of 60 each"),
        (made.SESSIONS, (0, 0, 0), 0, "Sessions: 0 for each of 3"),
        (made.CONVERSION, (0.2, 0.2), 0, "Conversion: 20.0% for a and b"),
        (made.CONVERSION, (0.2, 0.2, 0.1), 0, "Conversion: from 10.0% (c) to 20.0% (a)"),
        (made.CONVERSION, (0.2, 0.2, 0.1), 4, "Conversion of the 3 shown: from 10.0% (c) to 20.0% (a)"),
    ],
)
def test_bars_of_one_length_lead_together(quantity, values, others, title):
    level = tuple(Bar(name, value, 40) for name, value in zip("abc", values, strict=False))

    assert bars(Ranking(quantity, "source", level, sum(values), 80, "sessions", others=others)).title == title


def test_a_rate_on_too_few_has_no_bar_and_comes_last():
    figure = bars(made.rates())

    assert figure.data[1]["x"][-1] is None
    assert [cell.text for cell in figure.table.rows[-1]] == ["Mining", "n < 10", "6"]
    assert figure.title == "Conversion: from 0.0% (Utilities) to 6.1% (Health care)"


def test_names_of_strangers_stay_text():
    figure = bars(Ranking(made.SESSIONS, "source", (Bar(made.HOSTILE, 3, 3),), 3, 3, "sessions"))

    assert not re.search(r"<(?!br>)", json.dumps([figure.data, figure.layout]))


@pytest.mark.parametrize(("letters", "lines", "narrow_lines"), [(20, 1, 1), (50, 1, 2), (100, 2, 4)])
def test_long_names_wrap_and_make_room(letters, lines, narrow_lines):
    short, long = (
        bars(Ranking(made.SESSIONS, "job", (Bar(name, 3, 3),), 3, 3, "sessions"))
        for name in ("a", "ab " * (letters // 3))
    )

    assert long.height == short.height + 18 * (lines - 1)
    assert long.narrow.height == short.height + 18 * (narrow_lines - 1)


def test_a_map_is_shaded_by_class_and_keeps_what_is_too_small_for_it_in_the_table():
    figure = geography(made.world())
    shaded = dict(zip(figure.data[1]["locations"], figure.data[1]["z"], strict=True))

    assert [key.label for key in figure.legend] == ["1–9", "10–99", "100–999", "1,000–9,999", "10k or more"]
    assert (shaded["US"], shaded["GB"], shaded["FR"], shaded["IS"]) == (4.5, 3.5, 1.5, 0.5)
    assert figure.table.rows[0][0].swatch == figure.legend[-1].swatch
    assert "Malta" in [row[0].text for row in figure.table.rows]
    assert figure.note == "220 of 17,202 sessions came from an unknown location."


@pytest.mark.parametrize(("value", "key"), [(0.0, "0% to 2%"), (None, "")])
def test_a_place_with_nothing_is_shaded_and_one_with_too_few_is_not(value, key):
    germany = MapPlace("DE", "Germany", value, 17 if key else 7)

    figure = geography(replace(made.states(), shapes=Shapes.WORLD, places=(*made.states().places, germany)))

    shaded = dict(zip(figure.data[1]["locations"], figure.data[1]["z"], strict=True))
    assert [figure.legend[int(at)].label for place, at in shaded.items() if place == "DE"] == ([key] if key else [])


@pytest.mark.parametrize(
    ("quantity", "values", "keys"),
    [
        (made.CONVERSION, (0.0, 0.0), ["0%"]),
        (made.CONVERSION, (None, None), []),
        (made.SESSIONS, (0, 0), ["0"]),
        (made.SESSIONS, (0, 2), ["0", "1 or more"]),
        (made.REVENUE, (0, 2900), ["$0 to $10", "$10 or more"]),
    ],
)
def test_where_somebody_came_the_table_stands_though_nothing_was_counted(quantity, values, keys):
    places = tuple(MapPlace(code, code, value, 17) for code, value in zip(("DE", "FR"), values, strict=True))

    figure = geography(MapPlaces(quantity, Shapes.WORLD, places, 0, 34, "sessions"))

    assert not figure.empty
    assert [key.label for key in figure.legend] == keys
    assert len(figure.table.rows) == 2


@pytest.mark.parametrize(
    ("values", "starts"),
    [
        ([4], (3,)),
        ([1, 2], (1,)),
        ([12, 40], (10, 30)),
        ([0, 12, 40], (0, 10, 30)),
        ([1, 9e6], 5),
        ([0, 1, 9e6], 5),
        ([4, 2_481], (1, 10, 100, 1_000)),
    ],
)
def test_classes_begin_at_round_numbers_and_are_five_at_most(values, starts):
    found = classes(made.SESSIONS, values)

    assert found == starts if isinstance(starts, tuple) else len(found) == starts
    assert found[0] <= min(values)


@pytest.mark.parametrize(("shapes", "number"), [(Shapes.WORLD, 173), (Shapes.US_STATES, 51)])
def test_shapes_are_named_as_events_name_places(shapes, number):
    features = json.loads((PROJECT / f"app/static/shapes/{shapes}.json").read_text())["features"]
    ids = {feature["id"] for feature in features}

    assert len(ids) == len(features) == number
    assert (
        ids <= set(country_names()) if shapes is Shapes.WORLD else all(re.fullmatch(r"US-[A-Z]{2}", id_) for id_ in ids)
    )


@pytest.mark.parametrize(
    "figure",
    [
        lines(Trend(made.SESSIONS, "day", (), 0, 0, "sessions")),
        several(Parts(made.SESSIONS, "day", (), (Series("a", (), None, 1),), 0, "sessions")),
        bars(Ranking(made.SESSIONS, "source", (), 0, 0, "sessions")),
        geography(replace(made.world(), places=())),
    ],
)
def test_nothing_says_why_it_is_nothing(figure):
    assert figure.empty.endswith("in this period.") or figure.empty == "No data in these days."
    assert figure.data == ()


@pytest.mark.parametrize(("figure", "given"), [(lines, made.trend), (bars, made.ranking)])
def test_the_other_year_begins_with_a_capital_and_keeps_those_of_its_names(figure, given):
    drawn = figure(replace(given(), compared="a year earlier, without February 29"))

    assert any("A year earlier, without February 29" in column.label for column in drawn.table.columns)
    assert "february" not in json.dumps(drawn.data) + repr(drawn.legend)

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.result import Band, Family, Outlook, PayPlace
from backend.assessments.job_impact.presentation.figure import (
    MEASURE_NAMES,
    NARROW,
    WIDE,
    FamilyRow,
    Label,
    NamedMark,
    apart,
    exposure_figure,
    growth_bars,
    name_band,
    name_two,
    pay_figure,
    week_figure,
)
from tests.factories_result import NURSE, assessment

places = st.floats(0, 100)
measures = st.dictionaries(st.sampled_from(list(MEASURE_NAMES)), places).filter(
    lambda found: len({assessment({identifier: 1.0}).measures[0].family for identifier in found}) >= 2
)
weeks = st.none() | st.fixed_dictionaries(dict.fromkeys(Family, places))
names = st.sampled_from([name for both in MEASURE_NAMES.values() for name in both])
dollars = st.lists(st.none() | st.integers(15_000, 500_000), min_size=5, max_size=5)


def assert_tidy(labels: tuple[Label, ...], plot: float) -> None:
    for label in labels:
        left, _, right, _ = label.box(plot)
        assert left >= -1e-6
        assert right <= plot + 1e-6
    for index, one in enumerate(labels):
        assert all(apart(one, other, plot) for other in labels[index + 1 :])


def heading(row: FamilyRow) -> Label:
    return Label(f"{row.title} {row.hint}", 0, row.top + 24)


@given(measures, weeks, st.floats(0, 700))
def test_labels_stay_in_the_plot_and_apart_at_any_width(
    found: dict[str, float], week: dict[Family, float] | None, wider: float
) -> None:
    figure = exposure_figure(assessment(found, week))
    assert figure is not None
    standings = [figure.yours, *([figure.typical] if figure.typical else [])]
    for smallest, kind in ((NARROW, "narrow"), (WIDE, "wide")):
        plot = smallest + wider
        for standing in standings:
            assert_tidy((standing.title, standing.number, *getattr(standing.labels, kind)), plot)
        for row in figure.rows:
            assert_tidy((heading(row), *getattr(row.labels, kind)), plot)


@given(measures)
def test_no_label_covers_a_mark(found: dict[str, float]) -> None:
    figure = exposure_figure(assessment(found))
    assert figure is not None
    for row in figure.rows:
        marks = row.rings or (() if row.score is None else (row.score,))
        for label in row.labels.narrow:
            left, top, right, bottom = label.box(NARROW)
            for x in marks:
                beside = x * NARROW / 100 + 6 <= left or x * NARROW / 100 - 6 >= right
                assert beside or row.y + 6 <= top or row.y - 6 >= bottom


@given(measures)
def test_rows_follow_one_another_and_end_at_the_axis(found: dict[str, float]) -> None:
    figure = exposure_figure(assessment(found))
    assert figure is not None
    assert [row.top for row in figure.rows] == sorted(row.top for row in figure.rows)
    for row, following in pairwise([*(row.top for row in figure.rows), figure.axis]):
        assert following - row >= 44
    for row in figure.rows:
        assert row.y < figure.axis < figure.height


@given(places, places, names, names)
def test_two_marks_can_always_be_named(one: float, other: float, first: str, second: str) -> None:
    low, high = sorted((one, other))
    assert_tidy(name_two(NamedMark(low, first), NamedMark(high, second), 50, WIDE), WIDE)


@given(places, places)
def test_both_ends_of_a_range_are_always_written(one: float, other: float) -> None:
    low, high = sorted((one, other))
    text = " ".join(label.text for label in name_band(Band(low, high), 85, NARROW))
    assert str(int(low + 0.5)) in text
    assert str(int(high + 0.5)) in text


@given(dollars.map(lambda found: sorted(d or 0 for d in found)), st.none() | st.floats(1, 1e7))
def test_pay_labels_stay_in_the_plot_and_apart(found: list[int], salary: float | None) -> None:
    percentiles = [value or None for value in found]
    figure = pay_figure(PayPlace(*percentiles, "Georgia", "May 2025", None), salary)
    if figure is None:
        assert sum(value is not None for value in percentiles) < 2
        return
    assert_tidy(figure.labels, NARROW)
    assert_tidy((figure.you,) if figure.you else (), NARROW)


@given(st.floats(-40, 60), st.floats(-5, 10))
def test_growth_bars_leave_room_for_their_numbers(growth: float, all_jobs: float) -> None:
    for bar in growth_bars(Outlook(growth, 1, "", "", all_jobs)):
        number = Label("+00.0%", bar.end, 38, -8 if bar.falls else 8, "end" if bar.falls else "start")
        assert_tidy((number,), NARROW)


@given(measures, weeks)
def test_the_week_labels_stay_in_the_plot(found: dict[str, float], week: dict[Family, float] | None) -> None:
    for row in week_figure(assessment(found, week)):
        assert_tidy((row.title, *row.labels.narrow), NARROW)
        assert_tidy((row.title, *row.labels.wide), WIDE)


def test_nurses_look_as_in_the_study() -> None:
    figure = exposure_figure(assessment(NURSE))
    assert figure is not None
    tasks, abilities, usage = figure.rows
    assert [label.text for label in tasks.labels.wide] == ["Human raters 53", "56 GPT-4 as rater"]
    assert [label.text for label in abilities.labels.wide] == ["56 AIOE index"]
    assert [label.text for label in usage.labels.wide] == ["Microsoft 31", "54 Anthropic"]
    assert {guide.x for guide in figure.guides} == {usage.score, abilities.score}


def test_two_high_measures_are_named_on_the_left() -> None:
    low, high = name_two(NamedMark(97.0, "Microsoft"), NamedMark(99.0, "Anthropic"), 50, NARROW)
    assert (low.text, high.text) == ("Microsoft 97", "Anthropic 99")
    assert low.anchor == high.anchor == "end"


def test_two_low_measures_are_named_on_the_right() -> None:
    low, high = name_two(NamedMark(4.0, "Microsoft"), NamedMark(9.0, "Anthropic"), 50, NARROW)
    assert (low.text, high.text) == ("4 Microsoft", "9 Anthropic")
    assert low.anchor == high.anchor == "start"


def test_a_family_without_a_measure_keeps_its_row_and_says_so() -> None:
    figure = exposure_figure(assessment({"beta_human": 93.0, "microsoft": 95.0}))
    assert figure is not None
    assert (figure.rows[1].title, figure.rows[1].score) == ("Abilities", None)
    assert figure.rows[1].hint == "not published for this job"


def test_a_changed_week_stands_above_the_typical_one() -> None:
    figure = exposure_figure(assessment(NURSE, {Family.TASK: 94.6, Family.ABILITY: 56.1, Family.USAGE: 65.6}))
    assert figure is not None
    assert figure.typical is not None
    assert (figure.yours.title.text, figure.typical.title.text) == ("Your week", "A typical week")


def test_without_a_score_there_is_no_figure() -> None:
    assert exposure_figure(assessment({"aioe": 40.0})) is None

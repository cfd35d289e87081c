from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.result import Outlook, PayPlace
from backend.assessments.job_impact.presentation.figure import growth_bars, pay_figure

NARROW, CHARACTER = 254.0, 6.6  # px: the plot of a phone 320 px wide, and a character of its labels
dollars = st.lists(st.none() | st.integers(15_000, 500_000), min_size=5, max_size=5)


@given(dollars.map(lambda each: sorted(d or 0 for d in each)), st.none() | st.floats(1, 1e7))
def test_pay_marks_rise_and_their_labels_stand_evenly(each: list[int], salary: float | None) -> None:
    percentiles = [value or None for value in each]
    figure = pay_figure(PayPlace(*percentiles, "Georgia", "May 2025", None), salary)
    if figure is None:
        assert sum(value is not None for value in percentiles) < 2
        return
    marks, labels = [mark.x for mark in figure.marks], [mark.label_x for mark in figure.marks]
    assert marks == sorted(marks)
    assert 0 <= marks[0] <= marks[-1] <= 100
    assert {round(after - before, 6) for before, after in pairwise(labels)} == {round(100 / len(labels), 6)}


@given(st.floats(1, 1e7))
def test_a_salary_and_its_word_stay_in_the_plot(salary: float) -> None:
    figure = pay_figure(PayPlace(30_000, None, 50_000, None, 90_000, "Georgia", "May 2025", None), salary)
    assert figure is not None
    assert figure.you is not None
    word, at = CHARACTER * len("You"), figure.you * NARROW / 100
    left = at - {"start": 0.0, "middle": word / 2, "end": word}[figure.you_anchor]
    assert 0 <= left <= NARROW - word


@given(st.floats(-40, 60), st.floats(-5, 10))
def test_growth_bars_leave_room_for_their_numbers(growth: float, all_jobs: float) -> None:
    for bar in growth_bars(Outlook(growth, 1, "", "", all_jobs)):
        end, number = bar.end * NARROW / 100, 8 + CHARACTER * len("+00.0%")
        assert end - number >= 0 if bar.falls else end + number <= NARROW

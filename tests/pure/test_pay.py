from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.pay import FEWEST_AREA, FEWEST_NATIONAL, PayDistribution
from backend.reference.tables import Pay

# OEWS May 2021.
SOFTWARE_DEVELOPERS = Pay(64_470, 90_870, 120_730, 151_960, 168_570)
REGISTERED_NURSES = Pay(59_450, 61_790, 77_600, 97_580, 120_250)
DATA_ENTRY = Pay(24_510, 29_310, 35_630, 39_230, 47_700)

wages = st.lists(st.integers(15_000, 500_000), min_size=5, max_size=5).map(sorted)


def distribution(pay: Pay, fewest: int = FEWEST_NATIONAL) -> PayDistribution:
    found = PayDistribution.of(pay, fewest)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("pay", "salary", "percentile"),
    [
        (SOFTWARE_DEVELOPERS, 60_000, 7.95),
        (SOFTWARE_DEVELOPERS, 100_000, 32.74),
        (SOFTWARE_DEVELOPERS, 150_000, 73.78),
        (REGISTERED_NURSES, 70_000, 38.01),
        (REGISTERED_NURSES, 100_000, 77.21),
        (DATA_ENTRY, 36_000, 52.89),
    ],
)
def test_matches_the_fixtures_of_the_salary_model(pay: Pay, salary: float, percentile: float) -> None:
    assert distribution(pay).percentile(salary) == pytest.approx(percentile, abs=0.005)


@given(st.lists(st.integers(15_000, 500_000), min_size=5, max_size=5, unique=True).map(sorted))
def test_every_published_point_returns_its_own_percentile(dollars: list[int]) -> None:
    found = distribution(Pay(*dollars))
    for wage, percentile in zip(dollars, (10, 25, 50, 75, 90), strict=True):
        assert found.percentile(wage) == pytest.approx(percentile, abs=0.01)


@given(wages, st.floats(1, 1e7), st.floats(1, 1e7))
def test_more_pay_never_places_lower(dollars: list[int], one: float, other: float) -> None:
    found = distribution(Pay(*dollars))
    low, high = sorted((one, other))
    assert 1 <= found.percentile(low) <= found.percentile(high) <= 99


def test_an_area_needs_three_points_and_the_nation_two() -> None:
    pay = Pay(None, 61_790, 77_600, None, None)
    assert PayDistribution.of(pay, FEWEST_AREA) is None
    assert distribution(pay).percentile(77_600) == pytest.approx(50)


def test_nothing_published_has_no_distribution() -> None:
    assert PayDistribution.of(Pay(None, None, None, None, None), FEWEST_NATIONAL) is None


def test_equal_percentiles_are_allowed() -> None:
    assert distribution(Pay(30_000, 30_000, 30_000, 40_000, 50_000)).percentile(40_000) == pytest.approx(75)


@pytest.mark.parametrize("pay", [Pay(50, 40, 60, 70, 80), Pay(0, 10, 20, 30, 40)])
def test_impossible_pay_is_refused(pay: Pay) -> None:
    with pytest.raises(ValueError, match="never fall"):
        PayDistribution.of(pay, FEWEST_NATIONAL)


@pytest.mark.parametrize("salary", [0, -1, float("nan"), float("inf")])
def test_an_impossible_salary_is_refused(salary: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        distribution(REGISTERED_NURSES).percentile(salary)


@pytest.mark.parametrize(
    "points",
    [{"scores": (0.0,), "logs": (1.0,)}, {"scores": (0.0, 1.0), "logs": (1.0, 1.0)}],
)
def test_impossible_points_are_refused(points: Mapping[str, tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="a pay distribution"):
        PayDistribution(**points)

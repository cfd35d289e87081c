"""The pay distribution on the shipped figures. Reliability check 5."""

from __future__ import annotations

from itertools import pairwise

import pytest

from backend.assessments.job_impact.model.pay import FEWEST_AREA, FEWEST_NATIONAL, PayDistribution
from backend.reference.loading import load_reference


@pytest.fixture(scope="module")
def reference():
    return load_reference()


def known(pay):
    points = zip((10, 25, 50, 75, 90), (pay.p10, pay.p25, pay.p50, pay.p75, pay.p90), strict=True)
    return [(percentile, dollars) for percentile, dollars in points if dollars is not None]


def misplaced(pay, fewest):
    """Published points that do not return their own percentile; equal points are one point with two names."""
    distribution = PayDistribution.of(pay, fewest)
    points = known(pay)
    if distribution is None or any(low == high for (_, low), (_, high) in pairwise(points)):
        return []
    return [p for p, dollars in points if distribution.percentile(dollars) != pytest.approx(p, abs=0.01)]


def test_every_national_figure_returns_its_own_percentile(reference):
    published = [row.pay for row in reference.occupations.values() if row.pay]
    assert len(published) > 800
    assert not [pay for pay in published if misplaced(pay, FEWEST_NATIONAL)]


def test_every_state_figure_returns_its_own_percentile(reference):
    published = [
        pay
        for state in ("CA", "GA", "NY", "VT", "WY")
        for code in reference.occupations
        if (pay := reference.state_pay(state, code))
    ]
    assert len(published) > 2_000
    assert not [pay for pay in published if misplaced(pay, FEWEST_AREA)]


def test_a_suppressed_figure_is_never_a_number(reference):
    rows = [row.pay for row in reference.occupations.values() if row.pay]
    assert not [pay for pay in rows for _, dollars in known(pay) if dollars in (0, 239_200)]

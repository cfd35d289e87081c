"""Places as people read them: rounded, but never so that a number belies the words beside it."""

from __future__ import annotations

from dataclasses import replace
from math import floor

from backend.assessments.job_impact.model.job_impact import FAMILIES, agreement, level
from backend.assessments.job_impact.model.result import Agreement, Band, Evidence, Exposure

SPREADS = tuple(Agreement)  # from the closest to the widest


def rounded_place(place: float, digits: int = 0) -> float:
    """Halves go up, but never into another level: 34.6 is low and shown as 34, not as a medium 35."""
    nearest = _nearest(place, digits)
    return nearest if level(nearest) is level(place) else round(nearest - 10.0**-digits, digits)


def rounded(exposure: Exposure, digits: int = 0) -> Exposure:
    """The exposure with every number rounded; level and agreement stay, and follow from the rounded numbers too."""
    spread = _rounded_range(exposure, digits)
    places = {
        measure: _at_an_end(place, exposure.measures_range, spread, digits)
        for measure, place in exposure.places.items()
    }
    families = {family: _rounded_family(family, exposure, spread, digits) for family in exposure.families}
    return replace(
        exposure,
        score=rounded_place(exposure.score, digits),
        band=Band(min(families.values()), max(families.values())),
        families=families,
        places=places,
        measures_range=spread,
    )


def _nearest(value: float, digits: int) -> float:
    return round(floor(value * 10.0**digits + 0.5) / 10.0**digits, digits)


def _rounded_family(family: Evidence, exposure: Exposure, spread: Band, digits: int) -> float:
    """A family of one measure is that measure, to the digit."""
    if sum(measure in exposure.places for measure in FAMILIES[family]) == 1:
        return _at_an_end(exposure.families[family], exposure.measures_range, spread, digits)
    return rounded_place(exposure.families[family], digits)


def _at_an_end(place: float, exact: Band, spread: Band, digits: int) -> float:
    if place == exact.low:
        return spread.low
    return spread.high if place == exact.high else rounded_place(place, digits)


def _rounded_range(exposure: Exposure, digits: int) -> Band:
    """The range rounded; where that would part it otherwise than its agreement says, one end is rounded on."""
    exact, step = exposure.measures_range, 10.0**-digits
    low, high = rounded_place(exact.low, digits), rounded_place(exact.high, digits)
    while (spread := agreement(Band(low, high))) is not exposure.agreement:
        on = step if SPREADS.index(spread) < SPREADS.index(exposure.agreement) else -step
        ends = ((round(low - on, digits), high), (low, round(high + on, digits)))
        low, high = min(ends, key=lambda end: _error(Band(*end), exact))
    return Band(low, high)


def _error(shown: Band, exact: Band) -> tuple[int, float]:
    """Ends that went over to another level first, then how far off both are."""
    over = (level(shown.low) is not level(exact.low)) + (level(shown.high) is not level(exact.high))
    return over, abs(shown.low - exact.low) + abs(shown.high - exact.high)

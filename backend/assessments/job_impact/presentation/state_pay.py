"""Median pay of a job by state: where it is highest and lowest."""

from __future__ import annotations

from dataclasses import dataclass

from backend.formats import dollars
from backend.reference.loading import Reference

AT_EACH_END = 5
DISTRICT = "District of Columbia"


@dataclass(frozen=True, slots=True)
class StatePayRow:
    """`width`: percent of the highest median."""

    state: str
    median: str
    width: float


@dataclass(frozen=True, slots=True)
class StatePaySection:
    """`highest` and `lowest` go from higher to lower pay; `lowest` is empty where `highest` holds every state."""

    note: str
    highest: tuple[StatePayRow, ...]
    lowest: tuple[StatePayRow, ...]


def state_pay_section(reference: Reference, code: str) -> StatePaySection | None:
    """None where a median is published for no state."""
    medians = _medians(reference, code)
    if not medians:
        return None
    top = medians[0][1]
    rows = tuple(StatePayRow(state, dollars(median), 100.0 * median / top) for state, median in medians)
    whole_country = reference.occupation(code).pay
    national = f" US median: {dollars(whole_country.p50)}." if whole_country and whole_country.p50 else ""
    source = f"BLS, {reference.vintages['bls_oews_state']}.{national}"
    if len(rows) <= 2 * AT_EACH_END:
        return StatePaySection(f"Every state with a published median. {source}", rows, ())
    ends = f"The five highest and the five lowest of {_counted(rows)} with a published median."
    return StatePaySection(f"{ends} {source}", rows[:AT_EACH_END], rows[-AT_EACH_END:])


def _counted(rows: tuple[StatePayRow, ...]) -> str:
    """The District of Columbia is none of the states."""
    has_district = any(row.state == DISTRICT for row in rows)
    return f"{len(rows) - has_district} states{' and DC' if has_district else ''}"


def _medians(reference: Reference, code: str) -> list[tuple[str, int]]:
    """States by name with their median, the highest first; none stands for pay that BLS withholds."""
    medians = reference.pay_by_state.medians(code).items()
    return sorted(((reference.states[state], median) for state, median in medians), key=lambda pay: (-pay[1], pay[0]))

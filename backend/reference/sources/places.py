"""Where people work: states with their price level, state pay, and industries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from backend.reference.rows import SourceFolder, SourceRow
from backend.reference.sources.occupations import rising, whole

STATES = "geo/us_states.csv"
PRICE_PARITIES = "bea_rpp/SARPP_STATE_2008_2023.csv"
STATE_PAY = "bls_oews_state/oews_state_2025.csv.gz"
INDUSTRIES = "bls_oews_industry/natsector_M2024_dl.xlsx"

_ALL_ITEMS = "5"
_PUERTO_RICO = "72"  # has neither a price parity nor state pay in these files
_STATE_COLUMNS = ("p10", "p25", "med", "p75", "p90")


@dataclass(frozen=True, slots=True)
class StateRow:
    postal: str
    fips: str
    name: str
    price_parity: float


@dataclass(frozen=True, slots=True)
class StatePayRow:
    postal: str
    code: str
    employment: int | None
    percentiles: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Industries:
    """Sector names, and per occupation the share of its published employment that each sector holds."""

    names: Mapping[str, str]
    shares: Mapping[str, Mapping[str, float]]


def read_states(folder: SourceFolder) -> list[StateRow]:
    parities = {
        row.text("GeoFIPS")[:2]: row
        for row in folder.read_csv(PRICE_PARITIES, ("GeoFIPS", "LineCode", "2023"), notes=True)
        if row.text("LineCode") == _ALL_ITEMS
    }
    rows = folder.read_csv(STATES, ("fips", "state", "postal"))
    states = [_state(row, parities) for row in rows if row.text("fips") != _PUERTO_RICO]
    return sorted(states, key=lambda state: state.postal)


def _state(row: SourceRow, parities: Mapping[str, SourceRow]) -> StateRow:
    fips = row.text("fips")
    if fips not in parities:
        raise row.wrong(f"state {fips!r} has no price parity in {PRICE_PARITIES}")
    return StateRow(row.text("postal"), fips, row.text("state"), parities[fips].within("2023", 50, 200))


def read_state_pay(folder: SourceFolder, states: list[StateRow], codes: set[str]) -> list[StatePayRow]:
    postal = {state.fips: state.postal for state in states}
    state_pay = [
        _state_pay(row, postal)
        for row in folder.read_csv(STATE_PAY, ("fips", "soc", "emp", *_STATE_COLUMNS))
        if row.code("soc") in codes
    ]
    return sorted(state_pay, key=lambda pay: (pay.postal, pay.code))


def _state_pay(row: SourceRow, postal: Mapping[str, str]) -> StatePayRow:
    fips = row.text("fips")
    if fips not in postal:
        raise row.wrong(f"column 'fips' holds {fips[:40]!r}, not a state")
    percentiles = tuple(whole(row, column) for column in _STATE_COLUMNS)
    return StatePayRow(postal[fips], row.code("soc"), whole(row, "emp"), rising(row, percentiles))


def read_industries(folder: SourceFolder, codes: set[str]) -> Industries:
    names: dict[str, str] = {}
    jobs: dict[str, dict[str, int]] = defaultdict(dict)
    columns = ("NAICS", "NAICS_TITLE", "OCC_CODE", "O_GROUP", "TOT_EMP")
    for row in folder.read_sheet(INDUSTRIES, "Natsector_M2024_dl", columns):
        sector, code, employment = row.text("NAICS"), row.text("OCC_CODE"), whole(row, "TOT_EMP")
        names[sector] = row.text("NAICS_TITLE").removesuffix(" (OEWS Designation)")
        if row.text("O_GROUP") == "detailed" and code in codes and employment is not None:
            jobs[code][sector] = employment
    shares = {
        code: {sector: round(count / sum(jobs_of.values()), 6) for sector, count in sorted(jobs_of.items())}
        for code, jobs_of in jobs.items()
    }
    return Industries(dict(sorted(names.items())), shares)

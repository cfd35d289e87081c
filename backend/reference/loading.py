"""The shipped figures, mapped once per process from one file that all processes share."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from backend.reference.errors import UnknownOccupation, UnknownState
from backend.reference.occupation_arrays import occupations_in
from backend.reference.plain_names import PlainNames
from backend.reference.shipped import NOT_PUBLISHED, ShippedTables
from backend.reference.slugs import Slugs
from backend.reference.snapshot import SnapshotUnusable, listed, map_snapshot, snapshot_arrays
from backend.reference.tables import Occupation, Pay, Source
from backend.reference.titles import TitleIndex

SHIPPED = Path(__file__).parent / "data"
MEDIAN = 2  # of the five percentiles

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StatePayTable:
    """Pay of every occupation in every state: one small array instead of forty thousand objects."""

    states: Mapping[str, int]
    occupations: Mapping[str, int]
    figures: npt.NDArray[np.int32]

    def at(self, state: str, code: str) -> Pay | None:
        """None where nothing was published."""
        if state not in self.states:
            raise UnknownState(state)
        if code not in self.occupations:
            raise UnknownOccupation(code)
        figures = self.figures[self.states[state], self.occupations[code]].tolist()
        if all(figure == NOT_PUBLISHED for figure in figures):
            return None
        return Pay(*(None if figure == NOT_PUBLISHED else figure for figure in figures))

    def medians(self, code: str) -> dict[str, int]:
        """The published medians of an occupation, by the state's postal code."""
        medians = self.figures[:, self.occupations[code], MEDIAN].tolist()
        return {state: median for state, median in zip(self.states, medians, strict=True) if median != NOT_PUBLISHED}


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything public that Mingus knows of occupations and places; immutable and safe to share."""

    occupations: Mapping[str, Occupation]
    states: Mapping[str, str]
    price_parities: Mapping[str, float]
    industries: Mapping[str, str]
    all_jobs_growth_percent: float
    sources: tuple[Source, ...]
    vintages: Mapping[str, str]
    data_version: str
    names: PlainNames
    slugs: Slugs
    titles: TitleIndex
    pay_by_state: StatePayTable

    def occupation(self, code: str) -> Occupation:
        try:
            return self.occupations[code]
        except KeyError:
            raise UnknownOccupation(code) from None

    def state_pay(self, state: str, code: str) -> Pay | None:
        """Pay in a state (by postal code); None where nothing was published."""
        return self.pay_by_state.at(state, code)


def load_reference(directory: Path = SHIPPED) -> Reference:
    """From the snapshot, else from the tables, which takes ten times as long and gives the same."""
    tables = ShippedTables(directory)
    try:
        arrays = map_snapshot(tables)
    except SnapshotUnusable as reason:
        logger.warning("Reading the reference tables anew: %s", reason)
        arrays = snapshot_arrays(tables)
    states, sources = tables.states(), tables.sources()
    occupations = occupations_in(arrays)
    return Reference(
        occupations=occupations,
        states={state.postal: state.name for state in states},
        price_parities={state.postal: state.price_parity for state in states},
        industries=tables.industries(),
        all_jobs_growth_percent=tables.all_jobs_growth_percent(),
        sources=sources,
        vintages={source.id: source.vintage for source in sources},
        data_version=tables.data_version(),
        names=tables.plain_names(),
        slugs=Slugs.of(occupations),
        titles=TitleIndex.from_arrays(arrays, listed(occupations)),
        pay_by_state=StatePayTable(
            {state.postal: place for place, state in enumerate(states)},
            {code: place for place, code in enumerate(occupations)},
            arrays["state_pay"].view(np.int32),
        ),
    )

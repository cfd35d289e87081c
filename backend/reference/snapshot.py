"""The snapshot: what the shipped tables say, as arrays in one file that every process maps instead of parsing them.

`write_snapshot` makes it of the tables beside it. It holds the digest of the tables it was made of and is used with no
others; tests compare it with them value by value. `numpy.load("snapshot.npz")` shows what is in it:

- `occupations`, `activities`, `activities.figures`: see occupation_arrays.py
- `titles`, `titles.kinds`, `titles.owners`, `keys`: see titles.py
- `words`, `words.postings`, `postings`: see title_words.py
- `<texts>.starts`: where each text begins among `<texts>`, one per line; see texts.py
- `state_pay`: by state and occupation, in the order of their tables; see shipped.py
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from backend.reference.array_file import ArrayFileDamaged, array_file, map_arrays
from backend.reference.occupation_arrays import arrays_of
from backend.reference.plain_names import PLAIN_NAMES
from backend.reference.shipped import ShippedTables
from backend.reference.tables import Occupation
from backend.reference.texts import Array
from backend.reference.title_lists import lists_digest
from backend.reference.titles import ListedOccupation, title_arrays

SNAPSHOT = "snapshot.npz"

_LAYOUT = 1  # one more whenever the arrays change their names or meaning
_TABLES = (
    "activities.csv",
    "attainment.csv",
    "measures.csv",
    "occupation_activities.csv",
    "occupation_industries.csv",
    "occupations.csv",
    PLAIN_NAMES,
    "related.csv",
    "state_pay.csv",
    "states.csv",
    "titles.csv",
)


class SnapshotUnusable(Exception):
    """The snapshot is missing or damaged, or other tables lie beside it than it was made of."""


def map_snapshot(tables: ShippedTables) -> dict[str, Array]:
    """The arrays, which stay in the file; it may be replaced meanwhile, but must not be overwritten."""
    try:
        arrays = map_arrays(tables.directory / SNAPSHOT)
    except ArrayFileDamaged as error:
        raise SnapshotUnusable(str(error)) from error
    if "made_of" not in arrays or arrays["made_of"].tobytes() != _digest(tables):
        raise SnapshotUnusable(f"{SNAPSHOT} was made of other tables")
    return arrays


def write_snapshot(directory: Path) -> None:
    """Replaced as a whole, since running processes map the old one."""
    fresh = directory / f".{SNAPSHOT}"
    fresh.write_bytes(array_file(snapshot_arrays(ShippedTables(directory))))
    fresh.replace(directory / SNAPSHOT)


def snapshot_arrays(tables: ShippedTables) -> dict[str, Array]:
    """All that a snapshot of these tables holds. Raises ShippedDataError naming a damaged table and row."""
    occupations = tables.occupations()
    states = {state.postal: place for place, state in enumerate(tables.states())}
    codes = {code: place for place, code in enumerate(occupations)}
    return {
        "made_of": np.frombuffer(_digest(tables), np.uint8),
        **arrays_of(occupations),
        **title_arrays(tables.titles(set(codes)), listed(occupations)),
        "state_pay": tables.state_pay(states, codes),
    }


def listed(occupations: Mapping[str, Occupation]) -> dict[str, ListedOccupation]:
    return {code: ListedOccupation(occupation.title, occupation.employment) for code, occupation in occupations.items()}


def _digest(tables: ShippedTables) -> bytes:
    return f"layout {_LAYOUT}, tables {tables.digest(_TABLES)}, lists {lists_digest()}".encode()

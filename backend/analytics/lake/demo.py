"""Which days of the lake hold demo visits: marks that every commit of such events moves, so that none goes unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, cast

from backend.analytics.events.demo import DEMO_SESSIONS

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

FIRST, LAST = "demo/first", "demo/last"  # ordinals of days; 0: there are none
NO_DEMO: Mapping[str, int] = {FIRST: 0, LAST: 0}
CONDITION = f"session_id LIKE '{DEMO_SESSIONS}%'"


@dataclass(frozen=True, slots=True)
class DemoDays:
    """The first and the last UTC day of which the lake holds demo events."""

    first: date
    last: date


def demo_days(base: DeltaTable) -> DemoDays | None:
    first, last = base.transaction_version(FIRST), base.transaction_version(LAST)
    return DemoDays(date.fromordinal(first), date.fromordinal(last)) if first and last else None


def demo_marks(rows: pa.Table, base: DeltaTable) -> dict[str, int]:
    """The marks of a commit made from `base` that adds these rows of `events`; none where no row is of a demo visit."""
    import pyarrow.compute as pc

    demo = rows.filter(pc.starts_with(rows["session_id"], DEMO_SESSIONS))
    days = cast("list[date]", demo["day"].unique().to_pylist())
    if not days:
        return {}
    known = demo_days(base)
    among = [*days, *((known.first, known.last) if known else ())]
    return {FIRST: min(among).toordinal(), LAST: max(among).toordinal()}


def demo_rows(sessions: Sequence[str | None] | None) -> int:
    """The number of these that are of demo visits; a file that cannot be read counts as one."""
    return 1 if sessions is None else sum(1 for session in sessions if session and session.startswith(DEMO_SESSIONS))

"""The verdicts that looks came to, kept with the experiment: the latest, the smallest p so far, and the one taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.analytics.experiments.definition import Experiment
from backend.analytics.experiments.models import AbTest
from backend.analytics.experiments.statistics.verdict_input import Reason, Verdict, VerdictKind


@dataclass(frozen=True, slots=True)
class TakenVerdict:
    """A verdict that stays, and the data it was taken on: up to `until`, so many units of each arm."""

    verdict: Verdict
    at: datetime
    until: datetime
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KeptVerdicts:
    """What was seen so far of a phase. `smallest_p`: by treatment, of the primary measure."""

    phase: int
    latest: Verdict | None = None
    looked_at: datetime | None = None
    smallest_p: Mapping[str, float] = field(default_factory=dict)
    taken: TakenVerdict | None = None


class VerdictStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, test_id: str, phase: int) -> KeptVerdicts:
        """Nothing, where no look was kept of that phase."""
        kept = self._session.scalar(select(AbTest.verdict).where(AbTest.test_id == test_id))
        return _kept_of(kept) if kept and kept["phase"] == phase else KeptVerdicts(phase)

    def taken(self, experiment: Experiment) -> Verdict | None:
        """The verdict that stays, of the phase that the experiment is in."""
        taken = self.of(experiment.test_id, experiment.phase).taken
        return taken.verdict if taken else None

    def keep(self, test_id: str, kept: KeptVerdicts) -> None:
        """Commits nothing, and leaves the version alone: assignment does not ask what was seen."""
        row = update(AbTest).where(AbTest.test_id == test_id)
        self._session.execute(row.values(verdict=_json_of(kept)), execution_options={"synchronize_session": False})


def _json_of(kept: KeptVerdicts) -> dict[str, Any]:
    taken = kept.taken
    return {
        "phase": kept.phase,
        "latest": kept.latest and asdict(kept.latest),
        "looked_at": kept.looked_at and kept.looked_at.isoformat(),
        "smallest_p": dict(kept.smallest_p),
        "taken": taken
        and {
            "verdict": asdict(taken.verdict),
            "at": taken.at.isoformat(),
            "until": taken.until.isoformat(),
            "units": dict(taken.units),
        },
    }


def _kept_of(stored: Mapping[str, Any]) -> KeptVerdicts:
    taken = stored["taken"]
    return KeptVerdicts(
        stored["phase"],
        _verdict_of(stored["latest"]),
        datetime.fromisoformat(stored["looked_at"]) if stored["looked_at"] else None,
        stored["smallest_p"],
        taken
        and TakenVerdict(
            _demanded(_verdict_of(taken["verdict"])),
            datetime.fromisoformat(taken["at"]),
            datetime.fromisoformat(taken["until"]),
            taken["units"],
        ),
    )


def _verdict_of(stored: Mapping[str, Any] | None) -> Verdict | None:
    if stored is None:
        return None
    reasons, missing = (tuple(Reason(**each) for each in stored[name]) for name in ("reasons", "missing"))
    kind = VerdictKind(stored["kind"])
    return Verdict(
        kind, stored["row"], stored["arm"], reasons, missing, stored["days_left"], stored.get("is_final", False)
    )


def _demanded(verdict: Verdict | None) -> Verdict:
    if verdict is None:
        raise ValueError("a verdict that was taken is there")
    return verdict

"""The life of experiments: drafted, started, paused, re-weighted, stopped, shipped, and archived, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from backend.analytics.experiments.config_json import Json, config_json, config_of
from backend.analytics.experiments.conflict import ExperimentConflict
from backend.analytics.experiments.definition import (
    Allocation,
    Automation,
    Experiment,
    ExperimentConfig,
    ExperimentStatus,
)
from backend.analytics.experiments.families import ProductNames
from backend.analytics.experiments.models import AbTest, AbWeightPeriod
from backend.analytics.experiments.naming import new_seed, new_test_id
from backend.analytics.experiments.readiness import Concern, start_concerns
from backend.analytics.experiments.store import ExperimentStore, HistoryEntry, HistoryStore
from backend.analytics.experiments.validation import (
    config_problems,
    share_problems,
    traffic_problems,
    weight_problems,
    why_problems,
)
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest
from backend.faults import Faults

MOST_EXPERIMENTS = 2000
ACTIVE = (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes an experiment, a flag, or a holdout, by the name in the audit log."""

    name: str


SCHEDULE, CLI = Editor("schedule"), Editor("cli")


class ExperimentService:
    """Each change is one transaction: the experiment, its periods, its history, the version, and the audit log."""

    def __init__(self, session: Session, audit: AuditLog, names: ProductNames, faults: Faults, now: Clock) -> None:
        self._session = session
        self._store = ExperimentStore(session)
        self._history = HistoryStore(session)
        self._audit = audit
        self._names = names
        self._faults = faults
        self._now = now

    def get(self, test_id: str) -> Experiment:
        """Raises NotFound."""
        return self._store.get(test_id)

    def all(self, status: ExperimentStatus | None = None) -> tuple[Experiment, ...]:
        """The newest first."""
        return self._store.all([] if status is None else [status])

    def history(self, test_id: str) -> tuple[HistoryEntry, ...]:
        """The newest first. Raises NotFound."""
        self._store.get(test_id)
        return self._history.of(f"test:{test_id}")

    def concerns(self, experiment: Experiment) -> tuple[Concern, ...]:
        """What would make a draft worthless, as far as its design and the experiments beside it tell."""
        return self.design_concerns(experiment.config, experiment.test_id, experiment.follows)

    def design_concerns(
        self, config: ExperimentConfig, test_id: str | None = None, follows: str | None = None
    ) -> tuple[Concern, ...]:
        """The same of a design, whose own experiment does not stand in its way, nor the winner that it follows."""
        active = [other for other in self._store.all(ACTIVE) if other.test_id != test_id]
        served = [other for other in self._store.served() if other.test_id not in (test_id, follows)]
        return start_concerns(config, active, served, self._now())

    def create(self, config: ExperimentConfig, editor: Editor, why: str = "", follows: str | None = None) -> Experiment:
        """A draft. Raises InvalidRequest with every reason; NotFound if what it follows is not there."""
        config = replace(config, seed=config.seed or new_seed())
        self._demand(config, why)
        if self._store.count() >= MOST_EXPERIMENTS:
            raise _bad("name", f"There are already {MOST_EXPERIMENTS} experiments.", "too_many")
        if follows is not None:
            self._store.get(follows)
        now = self._now()
        row = AbTest(
            test_id=new_test_id(config.name), test_type=config.type.value, status=ExperimentStatus.DRAFT.value,
            phase=0, created_at=now, shipped_share=0.0, follows=follows, **_designed(config, now),
        )  # fmt: skip
        self._store.add(row)
        return self._commit(row, "created", Action.EXPERIMENT_CREATED, editor, why, before=None)

    def copy(self, test_id: str, editor: Editor, why: str = "") -> Experiment:
        """A draft of the same design with a seed of its own, so that it shares no buckets. Raises NotFound."""
        config = self._store.get(test_id).config
        undated = replace(config, seed="", schedule=type(config.schedule)())
        return self.create(undated, editor, why or f"Copy of {test_id}")

    def update(self, test_id: str, config: ExperimentConfig, editor: Editor, why: str = "") -> Experiment:
        """Redesign a draft. Raises NotFound, ExperimentConflict, InvalidRequest."""
        return self.patch(test_id, lambda _: config, editor, why)

    def patch(
        self, test_id: str, change: Callable[[ExperimentConfig], ExperimentConfig], editor: Editor, why: str = ""
    ) -> Experiment:
        """Redesign a draft from the design that it has now. Raises NotFound, ExperimentConflict, InvalidRequest."""
        row = self._changeable(test_id, "be edited", why, ExperimentStatus.DRAFT)
        before = config_of(row.config)
        config = replace(change(before), seed=before.seed)
        fixed = [name for name in ("type", "unit") if getattr(config, name) != getattr(before, name)]
        if fixed:
            raise ExperimentConflict(
                FieldError(name, f"The {name} is chosen at creation and stays. Make a new experiment.", "fixed")
                for name in fixed
            )
        self._demand(config, why)
        old = self._told(row)
        for name, value in _designed(config, self._now()).items():
            setattr(row, name, value)
        return self._commit(row, "edited", Action.EXPERIMENT_CHANGED, editor, why, old)

    def start(self, test_id: str, editor: Editor, why: str = "") -> Experiment:
        """Begin a phase. Raises NotFound, and ExperimentConflict with all that would make it worthless."""
        row = self._changeable(test_id, "be started", why, ExperimentStatus.DRAFT)
        config, now, old = config_of(row.config), self._now(), self._told(row)
        self._demand_ready(row, config)
        row.status, row.phase = ExperimentStatus.RUNNING.value, row.phase + 1
        row.started_at = row.updated_at = now
        self._session.flush()
        self._faults.reach("experiments.start.status")
        self._add_period(row, {v.key: v.weight for v in config.variants}, config.traffic, now)
        self._hand_over(row, editor, now)
        return self._commit(row, "started", Action.EXPERIMENT_STARTED, editor, why, old)

    def pause(self, test_id: str, editor: Editor, why: str = "") -> Experiment:
        """Nobody new enters, and nobody is shown a variant. Raises NotFound, ExperimentConflict."""
        row = self._changeable(test_id, "be paused", why, ExperimentStatus.RUNNING)
        return self._moved(row, ExperimentStatus.PAUSED, "paused", Action.EXPERIMENT_PAUSED, editor, why)

    def resume(self, test_id: str, editor: Editor, why: str = "") -> Experiment:
        """Go on in the same phase: whoever had a variant gets it again. Raises NotFound, ExperimentConflict."""
        row = self._changeable(test_id, "be resumed", why, ExperimentStatus.PAUSED)
        self._demand_ready(row, config_of(row.config))
        return self._moved(row, ExperimentStatus.RUNNING, "resumed", Action.EXPERIMENT_RESUMED, editor, why)

    def stop(self, test_id: str, editor: Editor, why: str = "", at: datetime | None = None) -> Experiment:
        """End the phase for good; its numbers no longer change. `at`: when it was to end, if that is earlier.

        Raises NotFound, ExperimentConflict.
        """
        row = self._changeable(test_id, "be stopped", why, *ACTIVE)
        old, now = self._told(row), self._now()
        row.stopped_at = max(min(at or now, now), row.started_at or now)
        row.updated_at = now
        self._session.flush()
        self._faults.reach("experiments.stop.instant")
        row.status = ExperimentStatus.STOPPED.value
        return self._commit(row, "stopped", Action.EXPERIMENT_STOPPED, editor, why, old)

    def archive(self, test_id: str, editor: Editor, why: str = "") -> Experiment:
        """Put away what is over, or a draft. Raises NotFound, ExperimentConflict."""
        row = self._changeable(test_id, "be archived", why, ExperimentStatus.DRAFT, ExperimentStatus.STOPPED)
        if row.shipped is not None and row.shipped_share > 0:
            shown = f"Variant {row.shipped} is still shown to {row.shipped_share:.0%} of visitors."
            raise ExperimentConflict([FieldError("shipped", f"{shown} Ship it to 0% first.", "shipped")])
        return self._moved(row, ExperimentStatus.ARCHIVED, "archived", Action.EXPERIMENT_ARCHIVED, editor, why)

    def reweight(
        self, test_id: str, weights: Mapping[str, float] | None, traffic: float | None, editor: Editor, why: str
    ) -> Experiment:
        """Weights and traffic for whoever comes from here on; None stays as it is.

        Raises NotFound, ExperimentConflict, InvalidRequest.
        """
        row = self._changeable(test_id, "be re-weighted", why, *ACTIVE)
        experiment = self._store.shown([row])[0]
        problems = list(weight_problems(weights, experiment.config)) if weights is not None else []
        problems += traffic_problems(traffic) if traffic is not None else []
        if problems:
            raise InvalidRequest(problems)
        latest = experiment.periods[-1]
        new_weights = dict(latest.weights) if weights is None else {key: float(w) for key, w in weights.items()}
        if experiment.config.allocation is not Allocation.FIXED and new_weights != latest.weights:
            _demand_schedule(editor)
        if (new_weights, traffic or latest.traffic) == (latest.weights, latest.traffic):
            return experiment
        old, now = self._told(row), self._now()
        self._add_period(row, new_weights, traffic or latest.traffic, now, latest.version + 1)
        row.updated_at = now
        return self._commit(row, "reweighted", Action.EXPERIMENT_REWEIGHTED, editor, why, old)

    def automate(self, test_id: str, automation: Automation, editor: Editor, why: str = "") -> Experiment:
        """What happens without anybody from here on. Raises NotFound, ExperimentConflict."""
        row = self._changeable(test_id, "be automated", why, ExperimentStatus.DRAFT, *ACTIVE)
        old = self._told(row)
        row.config = config_json(replace(config_of(row.config), automation=automation))
        row.updated_at = self._now()
        return self._commit(row, "automated", Action.EXPERIMENT_CHANGED, editor, why, old)

    def ship(self, test_id: str, variant: str, share: float, editor: Editor, why: str) -> Experiment:
        """Show a variant to a share of everybody, after the end of the phase, which this brings about if need be.

        Raises NotFound, ExperimentConflict, InvalidRequest.
        """
        row = self._changeable(test_id, "be shipped", why, *ACTIVE, ExperimentStatus.STOPPED)
        problems = list(share_problems(share))
        if config_of(row.config).variant(variant) is None:
            problems.append(FieldError("variant", f"There is no variant {variant!r:.60}."))
        if problems:
            raise InvalidRequest(problems)
        old, now = self._told(row), self._now()
        if row.status != ExperimentStatus.STOPPED.value:
            row.status, row.stopped_at = ExperimentStatus.STOPPED.value, now
        row.shipped, row.shipped_share, row.shipped_at, row.updated_at = variant, float(share), now, now
        self._faults.reach("experiments.ship.share")
        percent = round(share * 100)
        return self._commit(row, "shipped", Action.EXPERIMENT_SHIPPED, editor, why, old, percent=percent)

    def _demand(self, config: ExperimentConfig, why: str) -> None:
        problems = (*config_problems(config, self._names), *why_problems(why))
        if problems:
            raise InvalidRequest(problems)

    def _demand_ready(self, row: AbTest, config: ExperimentConfig) -> None:
        concerns = self.design_concerns(config, row.test_id, row.follows)
        reasons = [FieldError(concern.field, concern.message, concern.code) for concern in concerns if concern.blocks]
        reasons += config_problems(config, self._names)
        if reasons:
            raise ExperimentConflict(reasons)

    def _changeable(self, test_id: str, deed: str, why: str, *statuses: ExperimentStatus) -> AbTest:
        if problems := tuple(why_problems(why)):
            raise InvalidRequest(problems)
        row = self._store.row(test_id)
        if row.status not in statuses:
            raise ExperimentConflict([FieldError("status", _refusal(row.status, deed, statuses), "status")])
        return row

    def _add_period(
        self, row: AbTest, weights: Mapping[str, float], traffic: float, now: datetime, version: int = 1
    ) -> None:
        period = AbWeightPeriod(
            test_id=row.test_id, phase=row.phase, version=version, weights=dict(weights), traffic=traffic, starts_at=now
        )
        self._store.add(period)
        self._faults.reach("experiments.period")

    def _hand_over(self, row: AbTest, editor: Editor, now: datetime) -> None:
        """The winner that a follow-up begins with is its control from here on, and no longer shown by itself."""
        if row.follows is None:
            return
        followed = self._store.row(row.follows)
        if followed.shipped is None:
            return
        old = self._told(followed)
        followed.shipped, followed.shipped_share, followed.updated_at = None, 0.0, now
        self._session.flush()
        entry = HistoryEntry("handed_over", editor.name, f"To {row.test_id}", old, self._told(followed), now)
        self._history.add(f"test:{followed.test_id}", entry)

    def _moved(
        self, row: AbTest, status: ExperimentStatus, deed: str, action: Action, editor: Editor, why: str
    ) -> Experiment:
        old = self._told(row)
        row.status, row.updated_at = status.value, self._now()
        return self._commit(row, deed, action, editor, why, old)

    def _told(self, row: AbTest) -> Json:
        return _told(self._store.shown([row])[0])

    def _commit(
        self, row: AbTest, deed: str, action: Action, editor: Editor, why: str, before: Json | None, **details: int
    ) -> Experiment:
        self._session.flush()
        shown = self._store.shown([row])[0]
        entry = HistoryEntry(deed, editor.name, why.strip(), before, _told(shown), row.updated_at)
        self._history.add(f"test:{row.test_id}", entry)
        self._faults.reach("experiments.history")
        self._audit.record(editor.name, action, f"experiment:{row.test_id}", **details)
        self._faults.reach("experiments.audit")
        self._session.commit()
        return shown


def _designed(config: ExperimentConfig, now: datetime) -> Json:
    return {"test_name": config.name, "config": config_json(config), "updated_at": now}


def _told(experiment: Experiment) -> Json:
    """What the history keeps of an experiment at a moment."""
    traffic = experiment.periods[-1].traffic if experiment.periods else experiment.config.traffic
    return {
        "status": experiment.status.value,
        "phase": experiment.phase,
        "weights": dict(experiment.weights),
        "traffic": traffic,
        "shipped": experiment.shipped,
        "shipped_share": experiment.shipped_share,
        "config": config_json(experiment.config),
    }


def _refusal(status: str, deed: str, statuses: Sequence[ExperimentStatus]) -> str:
    if status in (ExperimentStatus.STOPPED, ExperimentStatus.ARCHIVED) and ExperimentStatus.DRAFT in statuses:
        return f"The experiment is {status}, so it cannot {deed}. Copy it to a new draft."
    wanted = " or ".join(status.value for status in statuses)
    return f"The experiment is {status}, so it cannot {deed}: it would have to be {wanted}."


def _demand_schedule(editor: Editor) -> None:
    if editor != SCHEDULE:
        reason = "The weights of this experiment follow what was seen. Only its traffic can be changed by hand."
        raise ExperimentConflict([FieldError("weights", reason, "allocation")])


def _bad(field: str, message: str, code: str) -> InvalidRequest:
    return InvalidRequest([FieldError(field, message, code)])

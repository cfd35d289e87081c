"""What is decided of experiments without anybody: looks that are kept, roll-outs in steps, and roll-backs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from backend.analytics.experiments.bandits import new_weights
from backend.analytics.experiments.definition import Experiment, ExperimentStatus
from backend.analytics.experiments.results import MeasureResult, Results
from backend.analytics.experiments.roll_out import STEPS, is_watched, next_share, watched
from backend.analytics.experiments.service import SCHEDULE, ExperimentService
from backend.analytics.experiments.statistics.verdict_input import GuardrailState, Verdict, VerdictKind
from backend.analytics.experiments.verdicts import KeptVerdicts, TakenVerdict, VerdictStore
from backend.clock import Clock
from backend.jobs.attempt import Attempts

FEWEST_UNITS = 100  # of each arm, before a guardrail takes anything back


class CountsExperiments(Protocol):
    """Counts what an experiment came to, as it is given."""

    def of(self, experiment: Experiment) -> Results: ...


@dataclass(frozen=True, slots=True)
class Looks:
    """How many experiments were looked at, how many could not be, and what was done, in words."""

    looked_at: int
    failed: int
    deeds: tuple[str, ...]


class Decisions:
    """Each experiment is decided by itself: one that cannot be counted holds up no other."""

    def __init__(
        self,
        service: ExperimentService,
        results: CountsExperiments,
        verdicts: VerdictStore,
        session: Session,
        attempts: Attempts,
        now: Clock,
    ) -> None:
        self._service = service
        self._results = results
        self._verdicts = verdicts
        self._session = session
        self._attempts = attempts
        self._now = now

    def look(self) -> Looks:
        """At whatever runs or is rolled out in steps: keeps what was seen, and does what was asked for."""
        looked_at, failed, deeds = 0, 0, list[str]()
        for experiment in self.watched():
            looked_at += 1

            def decide(experiment: Experiment = experiment) -> None:
                deeds.extend(self._decide(experiment))

            if self._attempts.attempt(f"look at {experiment.test_id}", decide, group="experiments.look"):
                self._session.rollback()
                failed += 1
        return Looks(looked_at, failed, tuple(deeds))

    def watched(self) -> list[Experiment]:
        """The experiments whose numbers may still change something."""
        every = self._service.all()
        return [each for each in every if each.status is ExperimentStatus.RUNNING or is_watched(each)]

    def _decide(self, experiment: Experiment) -> Iterator[str]:
        return self._roll_on(experiment) if is_watched(experiment) else self._judge(experiment)

    def _judge(self, experiment: Experiment) -> Iterator[str]:
        results = self._results.of(experiment)
        kept = self._verdicts.of(experiment.test_id, experiment.phase)
        self._verdicts.keep(experiment.test_id, seen(kept, results, self._now()))
        self._session.commit()
        verdict, automation = results.verdict, experiment.config.automation
        if verdict.kind is VerdictKind.ROLL_BACK and automation.roll_back:
            self._service.stop(experiment.test_id, SCHEDULE, why_of(verdict))
            yield f"{experiment.test_id}: stopped"
        elif verdict.kind is VerdictKind.SHIP and automation.roll_out and verdict.arm:
            self._service.ship(experiment.test_id, verdict.arm, STEPS[0], SCHEDULE, why_of(verdict))
            yield f"{experiment.test_id}: {verdict.arm} shipped to {STEPS[0]:.0%}"
        elif weights := new_weights(experiment, results, self._now()):
            self._service.reweight(experiment.test_id, weights, None, SCHEDULE, "By what was seen so far")
            yield f"{experiment.test_id}: re-weighted"

    def _roll_on(self, experiment: Experiment) -> Iterator[str]:
        """To the next step after a day, and back to nobody as soon as a guardrail is breached."""
        variant, automation = str(experiment.shipped), experiment.config.automation
        breached = [*breaches(self._results.of(watched(experiment)), variant)] if experiment.config.guardrails else []
        if breached and automation.roll_back:
            worse = f"{breached[0].measure.name} got worse by more than {breached[0].max_drop:.0%}"
            why = f"{worse} among the {experiment.shipped_share:.0%} who saw it"
            self._service.ship(experiment.test_id, variant, 0.0, SCHEDULE, why)
            yield f"{experiment.test_id}: {variant} rolled back"
        elif not breached and automation.roll_out and (share := next_share(experiment, self._now())):
            self._service.ship(experiment.test_id, variant, share, SCHEDULE, "The next step, a day after the last")
            yield f"{experiment.test_id}: {variant} shipped to {share:.0%}"


def breaches(results: Results, variant: str) -> Iterator[MeasureResult]:
    """The guardrails that the variant breaches, once each arm has enough units."""
    for guardrail in results.guardrails:
        difference = guardrail.difference(variant)
        is_told = all(arm.n >= FEWEST_UNITS for arm in guardrail.arms)
        if is_told and difference is not None and difference.guardrail is GuardrailState.BREACHED:
            yield guardrail


def seen(kept: KeptVerdicts, results: Results, now: datetime) -> KeptVerdicts:
    """What is kept after another look. A verdict that stays is taken once, with the data it was taken on."""
    told = {each.variant: each.p for each in results.primary.differences if each.p is not None}
    smallest = {variant: min(p, kept.smallest_p.get(variant, 1.0)) for variant, p in told.items()}
    taken = kept.taken
    if taken is None and results.verdict.stays and results.decided_until is not None:
        units = {arm.variant: arm.n for arm in results.primary.arms}
        taken = TakenVerdict(results.verdict, now, results.decided_until, units)
    return replace(kept, latest=results.verdict, looked_at=now, smallest_p={**kept.smallest_p, **smallest}, taken=taken)


def why_of(verdict: Verdict) -> str:
    """The reasons with their numbers, for the history: `lower_above_zero offer (lower=0.0123)`."""
    told = []
    for reason in verdict.reasons:
        numbers = ", ".join(f"{name}={value:.4g}" for name, value in reason.numbers.items())
        told.append(" ".join(filter(None, (reason.code, reason.subject, f"({numbers})" if numbers else ""))))
    return "; ".join(told)[:400] or f"Row {verdict.row} of the verdict table"

"""The calculator's steps: its questions in the order of their numbers, and the way from the first to a plan."""

from __future__ import annotations

from dataclasses import dataclass

from backend.analytics.events.names import EventName


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """A step by its event; `calculator_step_completed:2` is the second question."""

    name: str
    label: str


STEPS = (
    StepDefinition(EventName.CALCULATOR_OPENED, "Opened the calculator"),
    StepDefinition(f"{EventName.STEP_COMPLETED}:1", "Job"),
    StepDefinition(f"{EventName.STEP_COMPLETED}:2", "Place and industry"),
    StepDefinition(f"{EventName.STEP_COMPLETED}:3", "Experience and education"),
    StepDefinition(f"{EventName.STEP_COMPLETED}:4", "The week"),
    StepDefinition(EventName.ASSESSMENT_SUBMITTED, "Saw the result"),
    StepDefinition(EventName.OFFER_VIEWED, "Saw the offer"),
    StepDefinition(EventName.UPGRADE_CLICKED, "Asked to upgrade"),
)
OPTIONAL = (2, 3, 4)  # questions that refine a result, in any order
# The steps that everybody takes who comes so far.
WAY = tuple(step for step in STEPS if step.name not in {f"{EventName.STEP_COMPLETED}:{n}" for n in OPTIONAL})

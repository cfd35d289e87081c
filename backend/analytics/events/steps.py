"""The calculator's steps, in the order a visitor takes them."""

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

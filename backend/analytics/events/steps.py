"""The calculator's steps: its questions in the order of their numbers, and the way from the first to a plan."""

from __future__ import annotations

from dataclasses import dataclass

from backend.analytics.events.labels import EVENT_LABELS
from backend.analytics.events.names import EventName


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """A step by its event; `calculator_step_completed:2` is the second question."""

    name: str
    label: str


STEPS = tuple(
    StepDefinition(name, EVENT_LABELS[name])
    for name in (
        EventName.CALCULATOR_OPENED,
        *(f"{EventName.STEP_COMPLETED}:{n}" for n in (1, 2, 3, 4)),
        EventName.ASSESSMENT_SUBMITTED,
        EventName.OFFER_VIEWED,
        EventName.UPGRADE_CLICKED,
    )
)
OPTIONAL = (2, 3, 4)  # questions that refine a result, in any order
# The steps that everybody takes who comes so far.
WAY = tuple(step for step in STEPS if step.name not in {f"{EventName.STEP_COMPLETED}:{n}" for n in OPTIONAL})

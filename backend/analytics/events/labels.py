"""What an event is called for people, by its name or by its name and step: in lists, pickers, funnels and visits."""

from __future__ import annotations

from collections.abc import Mapping

from backend.analytics.events.names import EventName

# Past tense, so that a label also ends a sentence: of 40 sessions, 12 saw the result.
EVENT_LABELS: Mapping[str, str] = {
    EventName.CALCULATOR_OPENED: "Opened the calculator",
    f"{EventName.STEP_COMPLETED}:1": "Chose a job",
    f"{EventName.STEP_COMPLETED}:2": "Gave place and industry",
    f"{EventName.STEP_COMPLETED}:3": "Gave experience and education",
    f"{EventName.STEP_COMPLETED}:4": "Entered their hours",
    EventName.ASSESSMENT_SUBMITTED: "Saw the result",
    EventName.ASSESSMENT_REFINED: "Refined the result",
    EventName.OFFER_VIEWED: "Saw the offer",
    EventName.UPGRADE_CLICKED: "Asked to pay",
    EventName.STEP_COMPLETED: "Answered any question",
    "web_vitals": "Page speed measured",
}
NAMES = {label.casefold(): name for name, label in EVENT_LABELS.items()}


def label_of(name: str) -> str:
    """`assessment_submitted` or `seen:2` in words; an event without a label shows its own name."""
    event, _, number = name.partition(":")
    spelled = event.replace("_", " ").capitalize()
    return EVENT_LABELS.get(name, f"{spelled}, {number}" if number else spelled)


def event_named(text: str) -> str:
    """The name of the event that a label means, in any case; any other text is taken for a name itself."""
    return NAMES.get(text.casefold(), text)


def deed_of(name: str) -> str:
    """What somebody did, as a sentence says it: saw the result; of an event without such a label: reached “Video”."""
    label = label_of(name)
    ours = name.partition(":")[0] in list(EventName) and name in EVENT_LABELS
    return f"{label[:1].lower()}{label[1:]}" if ours else f"reached “{label}”"

"""The everyday topics that sort the activities of every job, and the broad fields that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """A broad field of work. Its value names a group that joins three of its topics or more."""

    CARE = "Care and support"
    PEOPLE = "Working with people"
    LEARNING = "Teaching and learning"
    LEADING = "Leading and planning"
    OFFICE = "Office work and money"
    KNOWLEDGE = "Knowledge and technology"
    CHECKS = "Checking and safety"
    HANDS = "Hands-on work"


@dataclass(frozen=True, slots=True)
class Topic:
    """An everyday topic: `label` names it alone, `short` where it is joined with others."""

    id: str
    field: Field
    label: str
    short: str


def _topics(field: Field, *rows: tuple[str, str, str]) -> dict[str, Topic]:
    return {key: Topic(key, field, label, short) for key, label, short in rows}


# Tasks that O*NET links to no activity.
FURTHER = Topic("further", Field.HANDS, "Further tasks of this job", "further tasks")
TOPICS: Mapping[str, Topic] = {
    **_topics(
        Field.CARE,
        ("assess", "Watching and assessing health", "health checks"),
        ("treat", "Giving care and treatment", "treatment"),
        ("charting", "Health records and test results", "health records"),
        ("careplans", "Planning and coordinating care", "care plans"),
        ("healthadvice", "Explaining and advising on health", "health advice"),
        ("daily", "Assisting and escorting others", "assistance"),
        ("support", "Supporting and guiding people", "support"),
        ("equipment", "Medical equipment, devices, and safety", "medical equipment"),
    ),
    **_topics(
        Field.PEOPLE,
        ("customers", "Helping customers and the public", "customers"),
        ("selling", "Selling, promoting, and displaying", "selling"),
        ("clients", "Clients, partners, and agreements", "clients"),
        ("advising", "Explaining and advising", "advice"),
        ("languages", "Interpreting languages or beliefs", "interpreting"),
        ("grooming", "Hair, skin, and beauty care", "beauty care"),
        ("performing", "Shows, sports, and entertainment", "entertainment"),
    ),
    **_topics(
        Field.LEARNING,
        ("teaching", "Teaching and training", "training"),
        ("lessons", "Preparing lessons and materials", "lesson materials"),
        ("students", "Assessing and guiding learners", "learners’ progress"),
        ("knowledge", "Keeping up to date", "keeping up to date"),
    ),
    **_topics(
        Field.LEADING,
        ("staff", "Supervising and leading people", "supervision"),
        ("operations", "Running day-to-day operations", "operations"),
        ("planning", "Planning and scheduling work", "planning"),
        ("coordinating", "Meeting, reporting, and coordinating", "coordination"),
        ("strategy", "Goals, plans, and procedures", "procedures"),
        ("improve", "Evaluating and improving work", "evaluation"),
    ),
    **_topics(
        Field.OFFICE,
        ("records", "Keeping records", "records"),
        ("forms", "Forms, reports, and documents", "documents"),
        ("office", "Bookings, mail, and office tasks", "office tasks"),
        ("phones", "Radios, phones, and signals", "radio and phone"),
        ("data", "Gathering and checking information", "information"),
        ("payments", "Prices, values, and payments", "payments"),
        ("books", "Accounts, budgets, and costs", "accounts"),
        ("buying", "Buying and supplies", "supplies"),
    ),
    **_topics(
        Field.KNOWLEDGE,
        ("research", "Research and analysis", "research"),
        ("science", "Lab, science, and field work", "science"),
        ("engineering", "Technical designs and documents", "technical design"),
        ("computers", "Computers and software", "computers"),
        ("writing", "Writing and presenting", "writing"),
        ("art", "Drawing, designing, and creating", "design"),
        ("legal", "Law and investigations", "legal matters"),
    ),
    **_topics(
        Field.CHECKS,
        ("inspecting", "Inspecting, testing, and measuring", "inspection"),
        ("monitoring", "Keeping watch over the work", "keeping watch"),
        ("rules", "Keeping to rules and standards", "rules"),
        ("safety", "Safety, security, and emergencies", "safety"),
    ),
    **_topics(
        Field.HANDS,
        ("driving", "Driving and operating vehicles", "driving"),
        ("loading", "Loading, moving, and stocking", "loading"),
        ("machines", "Running machines and equipment", "machines"),
        ("making", "Making, mixing, and assembling", "making"),
        ("finishing", "Coating, smoothing, and finishing", "finishing"),
        ("building", "Building and installing", "building"),
        ("repair", "Repairing and maintaining", "repair"),
        ("cleaning", "Cleaning and clearing away", "cleaning"),
        ("food", "Preparing and serving food", "food"),
        ("nature", "Plants, animals, and land", "plants and animals"),
        ("burial", "Preparing the dead for burial", "burial"),
    ),
    FURTHER.id: FURTHER,
}
ORDER: Mapping[str, int] = {key: place for place, key in enumerate(TOPICS)}

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
# Topics stand beside those that they are joined with first where they are small.
TOPICS: Mapping[str, Topic] = {
    **_topics(
        Field.CARE,
        ("charting", "Health records and test results", "health records"),
        ("assess", "Watching and assessing health", "health checks"),
        ("careplans", "Planning and coordinating care", "care plans"),
        ("healthadvice", "Explaining and advising on health", "health advice"),
        ("support", "Supporting and guiding people", "support"),
        ("daily", "Assisting and escorting others", "assistance"),
        ("treat", "Giving care and treatment", "treatment"),
        ("equipment", "Medical equipment, devices, and safety", "medical equipment"),
    ),
    **_topics(
        Field.PEOPLE,
        ("selling", "Selling", "selling"),
        ("displays", "Arranging displays and decorations", "displays"),
        ("promoting", "Promoting and advertising", "promoting"),
        ("customers", "Helping customers and the public", "helping the public"),
        ("advising", "Explaining and advising", "advice"),
        ("languages", "Interpreting and translating", "interpreting"),
        ("clients", "Clients, partners, and agreements", "clients"),
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
        ("hr", "Hiring and human resources", "hiring"),
        ("staff", "Supervising and leading people", "supervision"),
        ("operations", "Running day-to-day operations", "operations"),
        ("coordinating", "Meeting, reporting, and coordinating", "coordination"),
        ("planning", "Planning and scheduling work", "planning"),
        ("strategy", "Goals, plans, and procedures", "procedures"),
        ("improve", "Evaluating and improving work", "evaluation"),
    ),
    **_topics(
        Field.OFFICE,
        ("buying", "Buying and supplies", "supplies"),
        ("payments", "Prices, values, and payments", "payments"),
        ("books", "Accounts, budgets, and costs", "accounts"),
        ("data", "Gathering and checking information", "information"),
        ("records", "Keeping records", "records"),
        ("forms", "Forms, reports, and documents", "documents"),
        ("office", "Bookings, mail, and office tasks", "office tasks"),
        ("phones", "Radios, phones, and signals", "calls"),
    ),
    **_topics(
        Field.KNOWLEDGE,
        ("research", "Research and analysis", "research"),
        ("science", "Lab, science, and field work", "science"),
        ("environment", "Environment and natural resources", "environment"),
        ("engineering", "Technical designs and documents", "technical design"),
        ("computers", "Computers and software", "computers"),
        ("art", "Drawing, designing, and creating", "design"),
        ("writing", "Writing and presenting", "writing"),
        ("legal", "Law and regulations", "legal matters"),
        ("cases", "Investigations and case reports", "investigations"),
    ),
    **_topics(
        Field.CHECKS,
        ("inspecting", "Inspecting, testing, and measuring", "inspection"),
        ("monitoring", "Keeping watch over the work", "keeping watch"),
        ("safety", "Safety, security, and emergencies", "safety"),
        ("rules", "Keeping to rules and standards", "rules"),
    ),
    **_topics(
        Field.HANDS,
        ("driving", "Driving and operating vehicles", "driving"),
        ("loading", "Loading, moving, and stocking", "loading"),
        ("cleaning", "Cleaning and clearing away", "cleaning"),
        ("food", "Preparing and serving food", "food"),
        ("nature", "Plants, animals, and land", "plants or animals"),
        ("burial", "Caring for the dead", "care for the dead"),
        ("repair", "Repairing and maintaining", "repair"),
        ("machines", "Running machines and equipment", "machines"),
        ("building", "Building and installing", "building"),
        ("mixing", "Mixing and preparing materials", "mixing"),
        ("making", "Making, cutting, and assembling", "making"),
        ("finishing", "Coating, smoothing, and finishing", "finishing"),
    ),
    FURTHER.id: FURTHER,
}
ORDER: Mapping[str, int] = {key: place for place, key in enumerate(TOPICS)}

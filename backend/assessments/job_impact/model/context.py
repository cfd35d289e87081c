"""Sourced sentences about a person's context. They stand beside the score and never change it."""

from __future__ import annotations

from backend.assessments.job_impact.model.result import Answers, Education, Fact
from backend.reference.loading import Reference
from backend.reference.tables import Occupation

DEGREES = {
    Education.NO_DIPLOMA: "no high school diploma",
    Education.HIGH_SCHOOL: "a high school diploma",
    Education.SOME_COLLEGE: "some college and no degree",
    Education.ASSOCIATES: "an associate's degree",
    Education.BACHELORS: "a bachelor's degree",
    Education.MASTERS: "a master's degree",
    Education.DOCTORAL: "a doctoral or professional degree",
}


def facts(reference: Reference, occupation: Occupation, answers: Answers) -> tuple[Fact, ...]:
    """One fact for each part of the context that was given and about which something is published."""
    candidates = (
        _industry(reference, occupation, answers.industry),
        _education(reference, occupation, answers.education),
        _experience(reference, occupation, answers.experience_years),
        _prices(reference, answers.state),
    )
    return tuple(fact for fact in candidates if fact is not None)


def _industry(reference: Reference, occupation: Occupation, industry: str | None) -> Fact | None:
    share = occupation.industries.get(industry) if industry else None
    if industry is None or share is None:
        return None
    name = " ".join(word if "." in word else word.lower() for word in reference.industries[industry].split())
    text = f"{_percent(share)} of employees in this job work in {name}."
    return Fact("industry", text, _source(reference, "bls_oews_industry"))


def _education(reference: Reference, occupation: Occupation, education: Education | None) -> Fact | None:
    share = occupation.attainment.get(education) if education else None
    if education is None or share is None:
        return None
    people = f"{_percent(share)} of people aged 25 and over in this job"
    text = f"{people} have {DEGREES[education]} as their highest level of education."
    return Fact("education", text, _source(reference, "bls_projections"))


def _experience(reference: Reference, occupation: Occupation, years: float | None) -> Fact | None:
    if years is None or not occupation.entry_education:
        return None
    usual = occupation.related_experience
    if usual:
        text = f"People usually need {usual[0].lower()}{usual[1:]} of work in a related job to start."
    else:
        text = "People usually don't need experience in a related job to start."
    return Fact("experience", text, _source(reference, "bls_projections"))


def _prices(reference: Reference, state: str | None) -> Fact | None:
    parity = reference.price_parities.get(state) if state else None
    if state is None or parity is None:
        return None
    worth = 100 * 100 / parity
    text = f"In {reference.states[state]}, $100 buys what ${worth:.0f} buys in the country as a whole."
    return Fact("prices", text, _source(reference, "bea_rpp"))


def _percent(share: float) -> str:
    """`share` lies between 0 and 1."""
    return f"{100 * share:.0f}%" if share >= 0.01 else "Fewer than 1%"


def _source(reference: Reference, identifier: str) -> str:
    return next(f"{source.name}, {source.vintage}" for source in reference.sources if source.id == identifier)

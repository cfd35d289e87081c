"""The home page: an example of an answer, and everyday jobs to look up."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers
from backend.assessments.job_impact.presentation.headline import LeadPart, Voice, headline_of
from backend.assessments.job_impact.presentation.no_score import JobLink
from backend.assessments.job_impact.presentation.place import PlaceFigure, place_number, place_section
from backend.reference.loading import Reference

EXAMPLE = "29-1141"  # nurses: the middle of the scale, and a job that everybody knows
TRIES = (("53-3032", "truck driver"), ("43-3031", "bookkeeper"), ("39-5012", "hairdresser"))
LISTED = (
    "13-2011",
    "43-3031",
    "43-4051",
    "47-2111",
    "35-3023",
    "39-5012",
    "37-2012",
    "29-2061",
    "29-1141",
    "41-2031",
    "15-1252",
    "53-3032",
)


@dataclass(frozen=True, slots=True)
class Try:
    """A job that one click chooses."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Example:
    """An answer in short; `address` leads to all of it."""

    job: str
    sentence: str
    place: str
    range: str
    lead: tuple[LeadPart, ...]
    figure: PlaceFigure
    address: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """`total` is how many jobs there are in all."""

    example: Example
    tries: tuple[Try, ...]
    jobs: tuple[JobLink, ...]
    total: int


def home_page(reference: Reference, calculator: JobImpactCalculator) -> HomePage:
    links = [_link(reference, calculator, code) for code in LISTED]
    return HomePage(
        example=_example(reference, calculator),
        tries=tuple(Try(code, name) for code, name in TRIES),
        jobs=tuple(sorted(links, key=lambda link: link.name)),
        total=len(reference.occupations),
    )


def _example(reference: Reference, calculator: JobImpactCalculator) -> Example:
    a = calculator.assess(Answers(EXAMPLE))
    headline = headline_of(a, Voice.JOB)
    section = place_section(a, Voice.JOB, headline)
    assert section is not None
    return Example(
        job=a.job.name.lower(),
        sentence=headline.sentence,
        place=section.heading,
        range=f"{section.agreement.lower()} {section.range}",
        lead=headline.lead,
        figure=section.figure,
        address=job_address(reference, EXAMPLE),
    )


def _link(reference: Reference, calculator: JobImpactCalculator, code: str) -> JobLink:
    a = calculator.assess(Answers(code))
    return JobLink(a.job.name, job_address(reference, code), place_number(a.yours.score) if a.yours else "")


def job_address(reference: Reference, code: str) -> str:
    """The public page of an occupation."""
    return f"/jobs/{reference.slugs.by_code[code]}"

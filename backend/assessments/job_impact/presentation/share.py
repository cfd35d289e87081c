"""What goes along with the address of a result: the head of its page for previews, and the row that hands it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.assessments.job_impact.model.result import Assessment
from backend.assessments.job_impact.presentation.headline import Voice, headline_of, work_of
from backend.reference.slugs import slug_of

INVITATION = "See every published measure, and check your own job."
NO_SCORE_INVITATION = "Check your own job."


@dataclass(frozen=True, slots=True)
class Head:
    """What a page says of itself to search engines and previews. Addresses are absolute."""

    title: str
    description: str
    address: str
    image: str
    image_text: str


@dataclass(frozen=True, slots=True)
class ShareRow:
    """The ways to send or keep a result. Addresses that are handed out are absolute; `path` and `pdf` are not.

    `numbered` is the address whose preview shows the number, empty without one; `with_number` is whether the page was
    asked for by it. `withdraw` is the address of the form that ends the link; `until` is when the link ends by itself.
    """

    address: str
    numbered: str
    with_number: bool
    path: str
    pdf: str
    withdraw: str
    until: datetime


def head_of(a: Assessment, voice: Voice, address: str, image: str, *, with_number: bool = False) -> Head:
    """The head of a result in the third person. Its description and its image say a number only `with_number`."""
    headline = headline_of(a, voice)
    sentence = headline.sentence if with_number else headline.unnumbered
    place = f" {headline.place}." if with_number and a.yours else ""
    return Head(
        title=title_of(a),
        description=f"{sentence}{place} {INVITATION if a.yours else NO_SCORE_INVITATION}",
        address=address,
        image=image,
        image_text=f"{a.job.name}: {sentence}{place}",
    )


def title_of(a: Assessment) -> str:
    return f"What AI means for {work_of(a.job)}"


def pdf_name(a: Assessment) -> str:
    """A file name in ASCII that says the job: ai-impact-registered-nurse.pdf"""
    return f"ai-impact-{slug_of(a.job.name)}.pdf"

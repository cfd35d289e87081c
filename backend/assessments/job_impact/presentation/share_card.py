"""The preview image of a result, 1200 x 630, as networks and messengers show it beside a link."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache

from backend.assessments.job_impact.model.result import Assessment
from backend.assessments.job_impact.model.rounding import rounded_place
from backend.assessments.job_impact.presentation.headline import Voice, headline_of
from backend.assessments.job_impact.presentation.typesetting import document_of, png

REMEMBERED = 64  # images of some 85 kB in each process


@dataclass(frozen=True, slots=True)
class ShareCard:
    """The content of the image. `place` is of 100 workers, None without a score; `number` says it, where it may."""

    job: str
    sentence: str
    place: int | None
    number: str | None
    invitation: str


def share_card(a: Assessment, site: str, voice: Voice = Voice.JOB, *, with_number: bool = False) -> bytes:
    """The image as PNG. `site` is the host that the image sends people to."""
    return _drawn(document_of(asdict(card_of(a, site, voice, with_number=with_number))))


def card_of(a: Assessment, site: str, voice: Voice = Voice.JOB, *, with_number: bool = False) -> ShareCard:
    headline = headline_of(a, voice)
    return ShareCard(
        job=a.job.name,
        sentence=headline.sentence if with_number else headline.unnumbered,
        place=int(rounded_place(a.yours.score)) if a.yours else None,
        number=headline.place if with_number and a.yours else None,
        invitation=f"Check your own job: {site}",
    )


@lru_cache(maxsize=REMEMBERED)
def _drawn(document: str) -> bytes:
    return png("card.typ", document)

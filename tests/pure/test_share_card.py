"""The preview image of a result: its size, its words, and no number unless one was asked for."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from struct import unpack

import pytest
import typst

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Assessment
from backend.assessments.job_impact.presentation.headline import Voice, headline_of
from backend.assessments.job_impact.presentation.share_card import card_of, share_card
from backend.assessments.job_impact.presentation.typesetting import TEMPLATES, document_of
from tests.factories_result import assessment
from tests.sharing import shipped_reference

SITE = "mingus.test"
LEGIBLE = 40  # pixels, in an image that phones show at a third of its size


@pytest.fixture(scope="module")
def every_result() -> list[Assessment]:
    reference = shipped_reference()
    calculator = JobImpactCalculator(reference)
    return [calculator.assess(Answers(code)) for code in reference.occupations]


def sizes(card: object) -> list[float]:
    """The sizes at which the texts of an image fit; 0 for one that does not."""
    source, data = (TEMPLATES / "card.typ").read_bytes(), {"data": document_of(asdict(card))}
    return json.loads(typst.query(source, "<fit>", field="value", ignore_system_fonts=True, sys_inputs=data))


def size_of(image: bytes) -> tuple[int, int]:
    assert image.startswith(b"\x89PNG\r\n")
    return unpack(">II", image[16:24])


def test_it_is_an_image_of_the_size_that_networks_show() -> None:
    for a in (assessment(), assessment({"aioe": 40.0})):
        assert size_of(share_card(a, SITE)) == (1200, 630)


def test_it_differs_by_job_site_and_number_and_else_stays_the_same() -> None:
    a, lawyer = assessment(), replace(assessment(), job=replace(assessment().job, name="Lawyer"))
    image = share_card(a, SITE)

    assert share_card(a, SITE) == image
    assert len({image, share_card(a, "x.test"), share_card(lawyer, SITE), share_card(a, SITE, with_number=True)}) == 4


def test_it_says_the_sentence_the_job_and_where_to_go() -> None:
    a = assessment()
    card = card_of(a, SITE, Voice.SHARED)

    assert card.job == "Registered nurse"
    assert card.sentence == headline_of(a, Voice.SHARED).sentence
    assert card.place == 51
    assert card.invitation == "Check your own job: mingus.test"


def test_it_says_no_number_of_any_job_unless_asked_and_never_by_itself_without_its_share(every_result) -> None:
    for a in every_result:
        card = card_of(a, SITE)
        assert card.number is None
        assert not re.search(r"\d|by itself", card.sentence.replace(a.job.one, ""))
        assert card.sentence.endswith(".")


def test_a_number_that_was_asked_for_is_that_of_the_page(every_result) -> None:
    for a in every_result:
        card, headline = card_of(a, SITE, Voice.SHARED, with_number=True), headline_of(a, Voice.SHARED)
        assert card.sentence == headline.sentence
        assert card.number == (headline.place if a.yours else None)
        assert card.number is None or f"than {card.place} of 100" in card.number or card.place in {0, 100}


def test_the_longest_words_stay_in_their_boxes_and_legible(every_result) -> None:
    cards = [card_of(a, SITE, with_number=True) for a in every_result]
    for card in sorted(cards, key=lambda card: len(card.sentence))[-25:]:
        job, sentence = sizes(card)
        assert job > 0, card.job
        assert sentence >= LEGIBLE, card.sentence


def test_words_are_never_read_as_markup() -> None:
    job = replace(assessment().job, name='#panic("no") $x^2$ *bold* @ref')

    assert size_of(share_card(replace(assessment(), job=job), SITE)) == (1200, 630)

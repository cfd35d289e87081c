"""What a result says of itself to previews, and the name of its file."""

from __future__ import annotations

import re

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Assessment
from backend.assessments.job_impact.presentation.headline import Voice, headline_of
from backend.assessments.job_impact.presentation.share import head_of, pdf_name
from tests.factories_result import assessment
from tests.sharing import shipped_reference

ADDRESS, IMAGE = "https://mingus.test/result/abc", "https://mingus.test/result/abc/card.png"


@pytest.fixture(scope="module")
def every_result() -> list[Assessment]:
    reference = shipped_reference()
    calculator = JobImpactCalculator(reference)
    return [calculator.assess(Answers(code)) for code in reference.occupations]


def test_a_nurses_result_is_titled_and_told_in_the_third_person() -> None:
    head = head_of(assessment(), Voice.SHARED, ADDRESS, IMAGE)

    assert head.title == "What AI means for a nurse’s work"
    assert head.description == (
        "AI reaches about as much of a nurse’s work as of the typical job, mostly to help. "
        "See every published measure, and check your own job."
    )
    assert head.image_text.startswith("Registered nurse: AI reaches")
    assert (head.address, head.image) == (ADDRESS, IMAGE)


def test_a_number_is_said_where_it_was_asked_for() -> None:
    head = head_of(assessment(), Voice.SHARED, ADDRESS, IMAGE, with_number=True)

    assert "More exposed than 51 of 100 US workers." in head.description
    assert "More exposed than 51 of 100 US workers." in head.image_text


def test_no_result_speaks_to_its_reader_or_says_a_number_unasked(every_result) -> None:
    for a in every_result:
        head = head_of(a, Voice.SHARED, ADDRESS, IMAGE)
        told = f"{head.title} {head.description}".replace(a.job.one, "").replace(a.job.many, "")
        assert not re.search(r"\d|\byour (week|work)\b", told)
        assert head.description.startswith(headline_of(a, Voice.SHARED).unnumbered)


def test_a_job_without_a_score_promises_no_measures() -> None:
    head = head_of(assessment({"aioe": 40.0}), Voice.SHARED, ADDRESS, IMAGE)

    assert head.description.startswith("There isn’t enough research to score nurses.")
    assert "published measure" not in head.description


def test_every_file_is_named_by_its_job_in_ascii(every_result) -> None:
    assert pdf_name(assessment()) == "ai-impact-registered-nurse.pdf"
    for a in every_result:
        assert re.fullmatch(r"ai-impact-[a-z0-9]+(-[a-z0-9]+)*\.pdf", pdf_name(a))

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from backend.assessments.job_impact.model.result import Answers, Assessment, Family, Moves, PayPlace
from backend.assessments.job_impact.presentation.pdf import result_pdf
from tests.factories_result import NURSE, assessment, missed, move

NURSE_ANSWERS = Answers("29-1141")


def read(a: Assessment, answers: Answers = NURSE_ANSWERS, state: str | None = None) -> PdfReader:
    return PdfReader(BytesIO(result_pdf(a, answers, state)))


def text_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_the_same_result_gives_the_same_bytes() -> None:
    assert result_pdf(assessment(), NURSE_ANSWERS, None) == result_pdf(assessment(), NURSE_ANSWERS, None)


def test_it_is_tagged_and_says_its_title_and_language() -> None:
    pdf = read(assessment())
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Registered nurses: AI job impact"
    assert pdf.root_object["/Lang"] == "en-US"
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in pdf.root_object


def test_it_brings_its_fonts_along() -> None:
    fonts = [font for page in read(assessment()).pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        described = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described["/FontDescriptor"])


def test_it_says_what_the_page_says() -> None:
    said = text_of(read(assessment(), state="Georgia"))
    for words in (
        "More exposed than 51% of US workers;",
        "published measures range from 43 to 56.",
        "This is not the chance of losing a job",
        "Microsoft at 31",
        "Document medical information",
        "$97,550",
        "+4.9%",
        "Physician assistants",
        "Georgia",
        "CC BY 4.0",
        "exposure-1.0",
    ):
        assert words in said


@pytest.mark.parametrize("places", [NURSE, {"beta_human": 93.0, "microsoft": 95.0}, {"aioe": 40.0}, {}])
def test_it_takes_one_or_two_pages(places: dict[str, float]) -> None:
    assert len(read(assessment(places)).pages) in {1, 2}


def test_a_full_result_fits_on_two_pages() -> None:
    week = {Family.TASK: 94.6, Family.ABILITY: 56.1, Family.USAGE: 65.6}
    many = Moves((move(),) * 5, (move(missed=missed("pays 12.0% less")),) * 3, None)
    pay = PayPlace(68_940, 80_330, 97_550, 112_350, 137_470, "Georgia", "May 2025", 42.3)
    pdf = read(assessment(NURSE, week, moves=many, pay=pay), Answers("29-1141", salary=92_000), "Georgia")
    assert len(pdf.pages) == 2
    assert "Your $92,000 is higher than about 42%" in text_of(pdf)


def test_nothing_at_all_published_still_makes_a_page() -> None:
    bare = assessment({}, pay=None, outlook=None, activities=(), moves=Moves((), (), "Nothing to compare."))
    assert "The evidence is too thin" in text_of(read(bare))


def test_text_is_never_read_as_markup() -> None:
    title = '#panic("no") $x^2$ *bold* _it_ @ref <label> \\ //'
    assert title in text_of(read(replace(assessment(), title=title)))

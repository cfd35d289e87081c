from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Assessment, Education, Moves
from backend.assessments.job_impact.presentation.headline import Voice
from backend.assessments.job_impact.presentation.no_score import JobLink
from backend.assessments.job_impact.presentation.page import CountedAnswers, MoveChoice, ResultPage, Shown, result_page
from backend.assessments.job_impact.presentation.pdf import result_data, result_pdf
from backend.assessments.job_impact.presentation.share import head_of
from backend.assessments.job_impact.presentation.typesetting import document_of
from tests.factories_result import NURSE, assessment
from tests.sharing import shipped_reference

ADDRESS = "https://mingus.test/result/AbCdEfGhIjKlMnOpQrStUv"
MADE = datetime(2026, 11, 30, 9, tzinfo=UTC)
NEAREST = tuple(JobLink(f"Job number {n} with a name of some length", f"/jobs/{n}") for n in range(6))


def page_of(
    a: Assessment, answers: Answers | None = None, state: str | None = None, voice: Voice = Voice.OWN
) -> ResultPage:
    head = head_of(a, Voice.SHARED, ADDRESS, f"{ADDRESS}/card.png")
    shown = Shown(voice, ADDRESS, head, "/jobs/x", MADE, state, MoveChoice(), {}, NEAREST)
    return result_page(a, answers or Answers(a.code), shown, None, CountedAnswers("", "", "", ""))


def read(a: Assessment, answers: Answers | None = None, state: str | None = None) -> PdfReader:
    return PdfReader(BytesIO(result_pdf(page_of(a, answers, state))))


def text_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_the_same_result_gives_the_same_bytes() -> None:
    assert result_pdf(page_of(assessment())) == result_pdf(page_of(assessment()))


def test_it_is_tagged_and_says_its_title_and_language() -> None:
    pdf = read(assessment())
    assert pdf.metadata is not None
    assert pdf.metadata.title == "What AI means for a nurse’s work"
    assert pdf.root_object["/Lang"] == "en-US"
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in pdf.root_object


def test_it_brings_its_fonts_along() -> None:
    fonts = [font for page in read(assessment()).pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        described = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described["/FontDescriptor"])


def test_a_printed_copy_leads_back_and_says_when_it_was_made() -> None:
    pdf = read(assessment())
    links = [note.get_object()["/A"]["/URI"] for page in pdf.pages for note in page.get("/Annots", ())]

    assert ADDRESS in links
    for page in pdf.pages:
        assert f"{ADDRESS}, made November 30, 2026. Model exposure-1.0." in " ".join(page.extract_text().split())


def test_it_says_what_the_page_says() -> None:
    page = page_of(assessment(), state="Georgia")
    printed = text_of(PdfReader(BytesIO(result_pdf(page))))
    assert page.place is not None
    assert page.parts is not None
    assert page.groups is not None
    for words in (
        page.answer.sentence,
        page.place.heading,
        page.place.range,
        *(part.text.strip() for part in page.answer.lead),
        *(row.name for row in page.parts.rows),
        *(step.act for step in page.advice.steps),
        *(row.name for row in page.groups.rows),
        "Georgia",
        "$97,550",
        "+4.9%",
        "CC BY 4.0",
    ):
        assert words in printed


def test_tasks_are_no_week_unless_hours_were_entered() -> None:
    calculator = JobImpactCalculator(shipped_reference())
    typical = calculator.assess(Answers("29-1141"))
    own = calculator.assess(Answers("29-1141", activities={typical.activities[0].id: 30.0}))

    assert "week" not in text_of(read(typical)).lower()
    assert "your week" in text_of(read(own))


def test_a_copy_of_a_result_that_somebody_shared_speaks_of_them_and_advises_nobody() -> None:
    calculator = JobImpactCalculator(shipped_reference())
    activity = calculator.profile("29-1141").activities[0].id
    page = page_of(calculator.assess(Answers("29-1141", activities={activity: 30.0})), voice=Voice.SHARED)
    printed = text_of(PdfReader(BytesIO(result_pdf(page))))

    assert "of this person’s week" in printed
    assert "What to do with this" not in printed
    assert "no name, no pay, and no employer of the person who shared it" in printed
    assert not re.search(r"\byour?\b", printed, re.IGNORECASE)


def test_the_longest_results_fit_on_two_pages() -> None:
    """The jobs with the most to say, each with all that a visitor may add: a state, an industry, pay, and hours."""
    calculator = JobImpactCalculator(shipped_reference())
    results = [calculator.assess(Answers(code)) for code in shipped_reference().occupations]
    results.sort(key=lambda a: len(document_of(result_data(page_of(a)))))
    for typical in results[-12:]:
        hours = {activity.id: 9.5 for activity in typical.activities[1::2]}
        added = Answers(typical.code, hours, 7, Education.MASTERS, "62", "DC", 92_000)
        page = page_of(calculator.assess(added), added, "District of Columbia")
        assert len(PdfReader(BytesIO(result_pdf(page))).pages) == 2, typical.title


@pytest.mark.parametrize("places", [NURSE, {"beta_human": 93.0, "microsoft": 95.0}, {"aioe": 40.0}, {}])
def test_it_takes_at_most_two_pages_whatever_is_published(places: dict[str, float]) -> None:
    assert len(read(assessment(places)).pages) in {1, 2}


def test_nothing_at_all_published_still_makes_a_page() -> None:
    bare = assessment({}, pay=None, outlook=None, activities=(), parts=None, moves=Moves((), (), "Nothing to compare."))
    printed = text_of(read(bare))
    assert "There isn’t enough research to score nurses." in printed
    assert "The nearest jobs with a score: Job number 0" in printed


def test_text_is_never_read_as_markup() -> None:
    name = '#panic("no") $x^2$ *bold* _it_ @ref <label> \\ //'
    a = assessment()
    assert name in text_of(read(replace(a, job=replace(a.job, name=name))))

from __future__ import annotations

import re

import pytest

from backend.assessments.job_impact.model.result import Assessment, PayPlace
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.headline import Voice, headline_of
from backend.assessments.job_impact.presentation.next_steps import advice_section
from backend.assessments.job_impact.presentation.parts import groups_section, three_parts
from tests.factories_result import assessment

FORBIDDEN = re.compile(
    r"\brisks?\b|\bsafe\w*|be replaced|will replace|losing your job|probabilit|\bobsolete|\burgent|hurry|only today",
    re.IGNORECASE,
)
NOT_OUR_WORDS = re.compile(r"\breplac|\blean|\btouch|\bletter to\b|\brobots\b", re.IGNORECASE)


def of_the_job(a: Assessment) -> str:
    headline = headline_of(a, Voice.OWN)
    parts = (headline.sentence, headline.place, headline.agreement, headline.range, *(p.text for p in headline.lead))
    said = " ".join((*parts, *(step.act for step in advice_section(a).steps)))
    names = [a.job.one, a.job.many, *([a.moves.first.job.many] if a.moves.first else [])]
    return re.sub("|".join(map(re.escape, names)), "", said)


def test_no_result_promises_or_threatens(shipped_assessments: tuple[Assessment, ...]) -> None:
    """Safety and risks are some people's work: names of jobs and activities may say so, the rest may not."""
    for a in shipped_assessments:
        everything = f"{of_the_job(a)} {three_parts(a)} {groups_section(a)} {advice_section(a)}"
        assert not FORBIDDEN.search(of_the_job(a)), a.title
        assert not NOT_OUR_WORDS.search(everything), a.title
        assert "chance of" not in everything
        assert "confidence interval" not in everything


def test_numbers_are_written_the_american_way(shipped_assessments: tuple[Assessment, ...]) -> None:
    for a in shipped_assessments:
        steps = advice_section(a).steps
        for sentence in (headline_of(a, Voice.OWN).sentence, *(f"{step.act} {step.because}" for step in steps)):
            assert " %" not in sentence
            assert not re.search(r"(?<![\w’])-\d", sentence)
            assert "  " not in sentence
            assert "None" not in sentence
            assert not re.search(r"\bnan\b", sentence)


@pytest.mark.parametrize(("score", "among"), [(99.8, "over 99 of 100"), (0.2, "under 1 of 100"), (50.5, "51 of 100")])
def test_nobody_is_more_exposed_than_everyone(score: float, among: str) -> None:
    a = assessment({"aioe": score, "microsoft": score})
    assert headline_of(a, Voice.OWN).place == f"More exposed than {among} US workers"


def test_words_of_the_sources_are_set_as_those_of_the_page() -> None:
    assert wording.typeset("2 years' work, a bachelor's degree, 2024-34, 29-1141, 2019-2023, ages 25-34") == (
        "2 years’ work, a bachelor’s degree, 2024–34, 29-1141, 2019–2023, ages 25-34"
    )


def test_missing_pay_is_named() -> None:
    published = PayPlace(68_940, 80_330, 97_550, None, None, "United States", "May 2025", None)
    said = wording.pay_gap(published, "Georgia")
    assert said is not None
    assert "75th percentile and 90th percentile are not published" in said
    assert "in Georgia, so these are national figures" in said
    assert wording.pay_gap(None, None) is not None

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from backend.assessments.job_impact.model.result import Assessment, Family, Outlook, PayPlace
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.headline import Voice, headline_of
from backend.assessments.job_impact.presentation.next_steps import advice_section
from backend.assessments.job_impact.presentation.parts import groups_section, three_parts
from tests.factories_result import NURSE, assessment

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


def test_the_headline_of_registered_nurses() -> None:
    assert " ".join(wording.headline(assessment(NURSE))) == (
        "More exposed than 51% of US workers; published measures range from 43 to 56."
    )


@pytest.mark.parametrize(("score", "said"), [(99.8, "more than 99%"), (0.2, "fewer than 1%"), (50.5, "51%")])
def test_nobody_is_more_exposed_than_everyone(score: float, said: str) -> None:
    a = assessment({"aioe": score, "microsoft": score})
    assert said in wording.headline(a)[0]


def test_a_changed_week_speaks_of_the_week_and_of_both_places() -> None:
    a = assessment(NURSE, {Family.TASK: 94.6, Family.ABILITY: 56.1, Family.USAGE: 65.6})
    assert wording.headline(a)[0].startswith("With your week, more exposed than 72%")
    assert "A typical week is at 51." in wording.announcement(a)


def test_words_of_the_sources_are_set_as_those_of_the_page() -> None:
    assert wording.typeset("2 years' work, a bachelor's degree, 2024-34, 29-1141, 2019-2023, ages 25-34") == (
        "2 years’ work, a bachelor’s degree, 2024–34, 29-1141, 2019–2023, ages 25-34"
    )


def test_a_measure_outside_the_range_is_named() -> None:
    a = assessment(NURSE)
    assert a.yours is not None
    assert "One measure lies outside the range: Microsoft at 31." in wording.agreement_fact(a, a.yours).meaning


def test_a_measure_that_rounds_into_the_range_is_not_called_outside() -> None:
    assert wording.outside_note(assessment({"aioe": 71.0, "microsoft": 98.0, "anthropic": 99.2})) == ""


def test_evidence_across_levels_is_said() -> None:
    a = assessment({"beta_human": 10.0, "aioe": 40.0, "microsoft": 90.0})
    assert a.yours is not None
    assert "The evidence ranges from low to high." in wording.level_fact(a.yours).meaning
    assert wording.agreement_fact(a, a.yours).finding == "No"


def test_without_a_score_the_reason_stands_in_its_place() -> None:
    a = assessment({"aioe": 40.0})
    assert wording.headline(a) == ("The evidence is too thin for a score.", "Its pay and outlook are below.")
    assert wording.headline(replace(a, pay=None, outlook=None))[1] == ""


def test_a_shrinking_job_is_said_to_shrink() -> None:
    assert wording.outlook_sentence(Outlook(-5.5, 341_700, "", "2024-34", 3.1)) == (
        "Projected to shrink while all US jobs grow (+3.1%), with about 341,700 openings a year."
    )


def test_missing_pay_is_named() -> None:
    published = PayPlace(68_940, 80_330, 97_550, None, None, "United States", "May 2025", None)
    said = wording.pay_gap(published, "Georgia")
    assert said is not None
    assert "75th percentile and 90th percentile are not published" in said
    assert "in Georgia, so these are national figures" in said
    assert wording.pay_gap(None, None) is not None

"""The place figure says what the numbers say, for every occupation; its labels have columns of their own."""

from __future__ import annotations

import re

from backend.assessments.job_impact.model.result import Evidence
from backend.assessments.job_impact.presentation.headline import Voice, headline_of
from backend.assessments.job_impact.presentation.place import MEASURES, WORKERS, place_number, place_section
from tests.factories_result import NURSE, assessment

WEEK = {Evidence.TASK: 94.6, Evidence.ABILITY: 56.1, Evidence.USAGE: 65.6}


def section_of(a, voice):
    return place_section(a, voice, headline_of(a, voice))


def test_every_mark_of_every_occupation_lies_in_the_plot_and_in_the_shaded_band(shipped_assessments):
    scored = [a for a in shipped_assessments if a.yours]
    assert len(scored) > 700
    for a in scored:
        figure = section_of(a, Voice.JOB).figure
        assert 0 <= figure.low <= figure.score <= figure.high <= WORKERS
        assert all(figure.low <= row.x <= figure.high for row in figure.rows if row.x is not None)
        assert [row.name for row in figure.rows] == list(MEASURES.values())
        assert figure.before is None


def test_the_strokes_the_number_and_the_heading_say_the_same_place(shipped_assessments):
    for a in (a for a in shipped_assessments if a.yours):
        section = section_of(a, Voice.JOB)
        shown = section.heading.removeprefix("More exposed than ").removesuffix(" of 100 US workers")
        assert shown == section.figure.number.replace("<", "under ").replace(">", "over ")
        assert shown.startswith(("under", "over")) or int(shown) == section.figure.less
        assert section.figure.number in section.foot


def test_what_is_not_published_is_a_row_without_a_mark_and_is_said():
    figure = section_of(assessment({"beta_human": 93.0, "microsoft": 95.0}), Voice.OWN).figure

    assert [row.name for row in figure.rows if row.x is None] == [
        "GPT-4 rating each task",
        "Abilities that AI shares",
        "Use of Anthropic’s AI",
    ]
    assert "Not published for this job: GPT-4 rating each task; Abilities that AI shares" in figure.text


def test_a_week_of_ones_own_is_named_by_whose_it_is_and_keeps_the_typical_place():
    names = [section_of(assessment(NURSE, WEEK), voice).figure for voice in (Voice.OWN, Voice.SHARED)]

    assert [figure.who for figure in names] == ["Your week", "This person’s week"]
    assert all(51 <= figure.before < 52 for figure in names)
    assert section_of(assessment(), Voice.OWN).figure.who == "A nurse"


def test_the_figure_in_sentences_holds_every_number_of_the_figure():
    figure = section_of(assessment(), Voice.OWN).figure

    said = re.findall(r"\d+", figure.text.replace("GPT-4", ""))
    assert said == ["100", figure.number, *(row.value for row in figure.rows), "31", "56"]


def test_nobody_stands_below_or_above_all_workers():
    assert [place_number(score) for score in (0.2, 34.6, 99.8)] == ["<1", "34", ">99"]


def test_without_a_score_there_is_no_figure():
    assert section_of(assessment({"aioe": 40.0}), Voice.OWN) is None

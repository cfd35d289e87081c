"""What to do with a result: advice that follows from its largest parts, and that people of the job would take."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from math import fsum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Assessment, Level
from backend.assessments.job_impact.presentation.headline import Voice
from backend.assessments.job_impact.presentation.next_steps import SMALLEST_ADVISED, advice_section, next_steps
from backend.assessments.job_impact.presentation.parts import percent_words, three_parts
from backend.assessments.job_impact.presentation.topics import TOPICS

REVIEWED = json.loads((Path(__file__).parents[1] / "data" / "next_steps.json").read_text(encoding="utf-8"))
ON_A_TOPIC = re.compile(
    r"About (?P<share>.+%) of (?:.+ tasks involve|your week is counted as) (?P<label>.+), "
    r"and AI (?P<reach>.+?)(?:\. .*|\.)$"
)
LABELS = {topic.label[:1].lower() + topic.label[1:]: topic.id for topic in TOPICS.values()}
REACH = re.compile(r"(?:under |over )?\d+%")


@pytest.fixture(scope="module")
def assess(shipped):
    calculator = JobImpactCalculator(shipped)
    return lambda code, **activities: calculator.assess(Answers(code, activities=activities))


@pytest.mark.parametrize("reviewed", REVIEWED, ids=lambda reviewed: reviewed["job"])
def test_the_largest_jobs_get_the_lines_that_a_reader_approved(reviewed, assess):
    assert [asdict(step) for step in next_steps(assess(reviewed["code"]))] == reviewed["lines"]


def test_the_reviewed_jobs_are_the_40_largest_that_are_scored(shipped, shipped_assessments):
    scored = [shipped.occupation(a.code) for a in shipped_assessments if a.yours]
    largest = sorted(scored, key=lambda occupation: -(occupation.employment or 0))[:40]

    assert [reviewed["code"] for reviewed in REVIEWED] == [occupation.code for occupation in largest]


def test_every_scored_job_gets_three_pieces_of_advice_each_with_its_number(shipped_assessments):
    for a in shipped_assessments:
        steps = next_steps(a)
        assert len(steps) == 3 or a.yours is None
        assert len({step.act for step in steps}) == len(steps)
        assert all(re.search(r"\d", step.because) or "none of it" in step.because for step in steps)
        assert not any(step.act.endswith(".") or ";" in step.act for step in steps)


def check_numbers(a: Assessment) -> None:
    for said in filter(None, (ON_A_TOPIC.match(step.because) for step in next_steps(a))):
        activities = [x for x in a.activities if x.topic == LABELS[said["label"]]]
        share = fsum(x.share for x in activities)
        reach = percent_words(100 * (fsum(x.share * x.exposure for x in activities) / share))
        assert share >= SMALLEST_ADVISED
        assert said["share"] == percent_words(share)
        assert reach == (REACH.findall(said["reach"]) or ["0%"])[0]


def test_advice_on_a_part_of_the_work_says_that_parts_numbers_and_never_of_a_small_part(shipped_assessments):
    for a in shipped_assessments:
        check_numbers(a)


@given(st.data())
def test_advice_on_any_week_of_any_job_says_that_weeks_numbers(assess, shipped_assessments, data):
    job = data.draw(st.sampled_from([a for a in shipped_assessments if a.activities]))
    ids = st.sampled_from([activity.id for activity in job.activities])
    a = assess(job.code, **data.draw(st.dictionaries(ids, st.floats(0.1, 60), min_size=1)))

    check_numbers(a)
    assert len(next_steps(a)) == 3 or a.yours is None
    section = three_parts(a)
    assert section is not None
    assert sum(row.percent for row in section.rows) == 100
    assert all(row.what for row in section.rows)


def test_totals_in_the_advice_are_those_of_the_three_parts(shipped_assessments):
    for a in shipped_assessments:
        for step in next_steps(a):
            if step.act == "Be the one who checks the result" and a.parts:
                *_, out = a.parts.whole()
                assert f"about {100 - out}% of" in step.because
                assert f"The other {out}% is" in step.because


def test_a_job_of_low_exposure_is_told_that_it_need_not_move(shipped_assessments):
    for a in shipped_assessments:
        acts = [step.act for step in next_steps(a)]
        if a.yours and a.yours.level is Level.LOW:
            assert "No need to move because of AI" in acts
            assert not any(act.startswith("Thinking of a move?") for act in acts)


def test_a_move_that_is_advised_is_the_first_and_pays_no_less(shipped_assessments):
    for a in shipped_assessments:
        for step in next_steps(a):
            if step.act.startswith("Thinking of a move?"):
                assert step.act == f"Thinking of a move? Look at {a.moves.first.job.many}"
                assert not a.moves.first.flags
                assert a.moves.first.pay_change > -0.5


def test_nobody_is_sent_to_a_job_that_pays_less(assess):
    a = assess("29-1141")
    moves = [replace(a.moves, first=replace(a.moves.first, pay_change=change)) for change in (4.0, -4.0)]
    better, worse = (replace(a, moves=changed) for changed in moves)

    assert any("earn 4% more" in step.because for step in next_steps(better))
    assert not any(step.act.startswith("Thinking of a move?") for step in next_steps(worse))


def test_hours_that_were_entered_are_called_a_week_and_whose_it_is(assess):
    a = assess("53-3032", **{"4.A.3.a.4.I01": 30.0, "4.A.3.b.6.I08": 10.0})

    assert "of your week is counted as driving" in next_steps(a)[1].because
    assert "of this person’s week is counted as driving" in next_steps(a, Voice.SHARED)[1].because
    assert "week" not in str(next_steps(assess("53-3032")))


def test_a_job_without_reach_is_told_what_to_count_on_first(shipped_assessments):
    unreached = [a for a in shipped_assessments if a.yours and a.parts and a.parts.out == 100]

    assert unreached
    for a in unreached:
        assert next_steps(a)[0].act.startswith("Count on")


def test_a_job_of_which_nothing_is_published_gets_no_advice(assess):
    a = replace(assess("11-1031"), activities=(), pay=None, parts=None)

    assert a.yours is None
    assert advice_section(a).steps == ()

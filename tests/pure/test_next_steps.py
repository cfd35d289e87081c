"""What to do with a result: advice that follows from its largest parts, and that people of the job would take."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Assessment, Level
from backend.assessments.job_impact.presentation.headline import Voice
from backend.assessments.job_impact.presentation.next_steps import LARGE, SMALLEST_ADVISED, advice_section, next_steps
from backend.assessments.job_impact.presentation.occupation_advice import OF_OCCUPATIONS
from backend.assessments.job_impact.presentation.parts import groups_section, lower_first, three_parts
from backend.assessments.job_impact.presentation.topic_advice import ADVICE
from backend.assessments.job_impact.presentation.work_groups import groups_of

REVIEWED = json.loads((Path(__file__).parents[1] / "data" / "next_steps.json").read_text(encoding="utf-8"))
ON_A_PART = re.compile(
    r"(?:About (?P<share>.+?%) of .+? tasks involve (?P<name>.+?)"
    r"|You spend .+?% of your hours on (?P<own>.+) \(counted as (?P<counted>.+%), because .+\))"
    r"(?:, and|\.) AI (?P<reach>(?:software )?reaches .+)$"
)
REACH = re.compile(r"(?:under |over )?\d+%")
HAND_OVER = {advice.hand_over for advice in (*ADVICE.values(), *OF_OCCUPATIONS.values())}
COUNT_ON = {advice.count_on for advice in (*ADVICE.values(), *OF_OCCUPATIONS.values())}


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


def groups_advised(a: Assessment) -> list[str]:
    """The names of the groups that the advice is on, each once its numbers are found to be those the page shows."""
    shown = {row.name: row for row in groups_section(a).rows} if a.activities else {}
    names = {lower_first(name): name for name in shown}
    on = [(step, ON_A_PART.match(step.because)) for step in next_steps(a) if step.act in HAND_OVER | COUNT_ON]
    for step, part in on:
        assert part, step.because
        row = shown[names[part["name"] or part["own"]]]
        assert (part["share"] or part["counted"]) == row.share
        assert (REACH.findall(part["reach"]) or ["0%"])[0] == row.reach
    return [names[part["name"] or part["own"]] for _, part in on if part]


def test_advice_on_a_part_has_the_figures_of_that_group_on_the_page_and_no_two_tips_are_on_one(shipped_assessments):
    for a in shipped_assessments:
        advised = groups_advised(a)
        sizes = {group.name: group.share for group in groups_of(a.activities, a.code)}
        assert len(set(advised)) == len(advised)
        assert all(sizes[name] >= SMALLEST_ADVISED for name in advised)


def test_the_first_tip_is_on_a_large_group_unless_none_is_reached(shipped_assessments):
    for a in shipped_assessments:
        steps, sizes = next_steps(a), {group.name: group for group in groups_of(a.activities, a.code)}
        if steps and steps[0].act in HAND_OVER and sizes[groups_advised(a)[0]].share < LARGE:
            whole = [g for g in sizes.values() if all(x.topic != "further" for x in g.activities)]
            assert not [g for g in whole if g.share >= LARGE and g.reach >= 50]


@given(st.data())
def test_advice_on_any_week_of_any_job_says_that_weeks_numbers(assess, shipped_assessments, data):
    job = data.draw(st.sampled_from([a for a in shipped_assessments if a.activities]))
    ids = st.sampled_from([activity.id for activity in job.activities])
    a = assess(job.code, **data.draw(st.dictionaries(ids, st.floats(0.1, 60), min_size=1)))

    advised = groups_advised(a)
    assert len(set(advised)) == len(advised)
    assert all(group.entered > 0 for group in groups_of(a.activities, a.code) if group.name in advised)
    assert len(next_steps(a)) == 3 or a.yours is None
    section = three_parts(a)
    assert section is not None
    assert sum(row.percent for row in section.rows) == 100
    assert all(row.what for row in section.rows)


def test_nobody_is_told_to_check_what_ai_checks(shipped_assessments):
    assert "checks the result" not in str([next_steps(a) for a in shipped_assessments])


def test_a_job_of_low_exposure_is_told_that_it_need_not_move(shipped_assessments):
    for a in shipped_assessments:
        acts = [step.act for step in next_steps(a)]
        if a.yours and a.yours.level is Level.LOW:
            assert "No need to move because of AI software" in acts
            assert not any(act.startswith("Thinking of a move?") for act in acts)


def test_a_move_that_is_advised_is_the_first_is_worth_it_and_names_the_preparation_it_needs(shipped_assessments):
    for a in shipped_assessments:
        for step in next_steps(a):
            if step.act.startswith("Thinking of a move?"):
                first, today, growth = a.moves.first, a.outlook.openings, a.outlook.growth_percent
                assert step.act == f"Thinking of a move? Look at {first.job.many}"
                assert not first.flags
                assert first.pay_change >= 5 or (
                    first.pay_change >= 0 and ((first.openings or 0) > today or first.growth_percent >= max(10, growth))
                )
                assert ("more preparation" in step.because) == (first.extra_years > 0)


@pytest.mark.parametrize(
    ("pay_change", "openings", "growth", "advised"),
    [
        (39.0, 100, -1.0, True),
        (4.9, 100, 1.0, False),
        (0.0, 1_000_000, 1.0, True),
        (0.0, 100, 12.0, True),
        (-0.1, 1_000_000, 12.0, False),
    ],
)
def test_a_move_is_advised_for_more_pay_or_without_less_for_openings_or_growth(
    assess, pay_change, openings, growth, advised
):
    a = assess("29-1141")
    first = replace(a.moves.first, pay_change=pay_change, openings=openings, growth_percent=growth)
    steps = next_steps(replace(a, moves=replace(a.moves, first=first)))

    assert advised == any(step.act.startswith("Thinking of a move?") for step in steps)
    assert ("are projected to grow 12% in number" in str(steps)) == (advised and growth == 12)


def test_a_move_that_takes_years_says_so(assess):
    assert next_steps(assess("29-1141"))[2].because == (
        "Physician assistants are 19 places less exposed, earn 39% more at the median, have about 12,000 openings "
        "a year, and need about 2.5 years more preparation."
    )


def test_hours_that_were_entered_are_named_as_entered_and_by_what_they_count(assess):
    a = assess("53-3032", **{"4.A.3.a.4.I01": 60.0})
    (of_driving,) = (step.because for step in next_steps(a) if "driving" in step.because)

    assert of_driving == (
        "You spend 100% of your hours on driving and operating vehicles (counted as 34%, because the job’s tasks "
        "weigh in), and AI software reaches none of it."
    )
    assert "This person spends 100% of their hours on driving" in str(next_steps(a, Voice.SHARED))
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


def test_words_for_single_occupations_are_of_occupations_and_topics_that_exist(shipped):
    for (start, topic), advice in OF_OCCUPATIONS.items():
        assert any(code.startswith(start) for code in shipped.occupations)
        assert topic in ADVICE
        assert advice != ADVICE[topic]
        assert advice.check.endswith(".")


@pytest.mark.parametrize(
    ("code", "laughable"),
    [
        ("21-2011", "sums"),
        ("41-9012", "figures"),
        ("11-1031", "routine questions"),
        ("53-2011", "notes and reports"),
        ("27-2011", "search and summary"),
        ("35-3023", "routine questions"),
        ("43-3031", "check"),
        ("43-4171", "hands-on"),
        ("13-1161", "code"),
        ("43-4161", "learners"),
        ("43-9022", "hands-on"),
        ("43-2021", "in person"),
        ("13-2053", "on the spot"),
    ],
)
def test_people_of_the_job_would_not_laugh_at_the_advice(assess, code, laughable):
    assert laughable not in str([step.act for step in next_steps(assess(code))])

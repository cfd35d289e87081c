"""The answer in one sentence: every case of it over all occupations, and never against a number of its own result."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Evidence, Parts
from backend.assessments.job_impact.model.rounding import rounded
from backend.assessments.job_impact.presentation.headline import Voice, headline_of
from backend.reference.loading import load_reference
from tests.factories_result import NURSE, assessment

COMPARED = {"low": "less of {} than of most jobs", "medium": "about as much of {} as of the typical job"}
COMPARED["high"] = "more of {} than of most jobs"
# By level and lean: how many occupations' measures agree, agree in part, and disagree, and how the sentence ends.
CASES = {
    ("low", "help"): ((111, 41, 3), ", mostly to help."),
    ("low", "alone"): ((76, 34, 2), ", but could do about {alone}% of the job’s tasks by itself."),
    ("low", "none"): ((31, 1, 2), ", and raters found no task in it that AI could do or speed up."),
    ("medium", "help"): ((52, 94, 26), ", mostly to help."),
    ("medium", "alone"): ((15, 31, 14), ", and could do about {alone}% of the job’s tasks by itself."),
    ("medium", "none"): ((0, 0, 0), ", and raters found no task in it that AI could do or speed up."),
    ("high", "help"): ((67, 54, 31), ", mostly to help."),
    ("high", "alone"): ((52, 34, 12), ", and could do about {alone}% of the job’s tasks by itself."),
    ("high", "none"): ((0, 0, 0), ", and raters found no task in it that AI could do or speed up."),
}
HELPED_AS_MUCH_AS_ALONE = ", about half of it to help."  # helped by a little more, which whole percents do not show
LOW_AND_LITTLE_ALONE = ": about {reach}% of the job’s tasks."
AGREEMENTS = ("agree", "mixed", "disagree")


@pytest.fixture(scope="module")
def reference():
    return load_reference()


@pytest.fixture(scope="module")
def calculator(reference):
    return JobImpactCalculator(reference)


@pytest.fixture(scope="module")
def results(reference, calculator):
    return [calculator.assess(Answers(code)) for code in reference.occupations]


def case(a):
    """Level, lean and agreement by their definitions, from the published numbers of the result."""
    places = [measure.percentile for measure in a.measures]
    apart = max(places) - min(places)
    level = "low" if a.yours.score < 35 else "medium" if a.yours.score < 65 else "high"
    lean = "none" if a.lean.share is None else "alone" if a.lean.share >= 0.5 else "help"
    return level, lean, "agree" if apart <= 30 else "mixed" if apart <= 55 else "disagree"


def expected_sentence(a, level, lean, agreement):
    alone, helped, _ = a.parts.whole()
    little = (level, lean) == ("low", "alone") and alone < 10
    ending = LOW_AND_LITTLE_ALONE if little else CASES[level, lean][1]
    if lean == "help" and alone == helped:
        ending = HELPED_AS_MUCH_AS_ALONE
    ending = ending.format(alone=alone, reach=alone + helped)
    work = f"{a.job.one}’s work"
    if agreement == "disagree":
        return f"The measures disagree about {work}. On average, AI reaches {COMPARED[level].format('it')}{ending}"
    return f"AI {'probably ' if agreement == 'mixed' else ''}reaches {COMPARED[level].format(work)}{ending}"


def test_every_occupation_has_the_sentence_of_its_case(results):
    scored = [a for a in results if a.yours]
    for a in scored:
        assert headline_of(a, Voice.JOB).sentence == expected_sentence(a, *case(a)), a.title
    counts = Counter(case(a) for a in scored)
    table = {(*key, word): n for key, (row, _) in CASES.items() for word, n in zip(AGREEMENTS, row, strict=True)}
    assert {key: counts[key] for key in table} == table
    assert sum(table.values()) == len(scored) == 783


def test_an_occupation_without_a_score_says_so(results):
    unscored = [a for a in results if not a.yours]
    assert len(unscored) == 49
    for a in unscored:
        headline = headline_of(a, Voice.JOB)
        assert headline.sentence.startswith(f"There isn’t enough research to score {a.job.many}.")
        assert (headline.place, headline.agreement, headline.range) == ("", "", "")


def test_a_high_place_of_a_job_whose_own_tasks_ai_reaches_little_is_explained(results):
    told = {a.job.one: text for a in results if (text := headline_of(a, Voice.JOB).compared)}
    high = [a for a in results if a.yours and a.parts and case(a)[0] == "high"]
    reach = {a.job.one: sum(a.parts.whole()[:2]) for a in high}
    assert told == {
        one: f"“More” compares jobs, by all their measures. Of the job’s own tasks, AI reaches about {percent}%."
        for one, percent in reach.items()
        if percent < 35
    }
    assert {"a substitute teacher", "a judge"} <= told.keys()


def weeks(reference, calculator, number):
    """Results of invented weeks: of one activity up to all, in very unequal shares."""
    rng = random.Random(20261130)
    rows = [row for row in reference.occupations.values() if row.activities]
    for _ in range(number):
        row = rng.choice(rows)
        chosen = rng.sample(row.activities, rng.randint(1, min(len(row.activities), 12)))
        yield calculator.assess(Answers(row.code, {activity.id: 10 ** rng.uniform(-2, 1.6) for activity in chosen}))


def test_no_sentence_about_an_occupation_is_contradicted_by_its_numbers(results):
    for a in results:
        assert contradictions(a, Voice.JOB) == [], a.title


def test_no_sentence_about_ten_thousand_weeks_is_contradicted_by_their_numbers(reference, calculator):
    voices = random.Random(1)
    scored = 0
    for a in weeks(reference, calculator, 10_000):
        scored += a.yours is not None
        assert contradictions(a, voices.choice([Voice.OWN, Voice.SHARED])) == [], (a.title, a.activities)
    assert scored > 9_000


def contradictions(a, voice):
    """What a careful reader of sentence, place, measures and parts would object to."""
    headline = headline_of(a, voice)
    lead = "".join(part.text for part in headline.lead)
    objections = [*_about_parts(a, headline.sentence, lead)]
    if a.yours is not None:
        objections += _about_place(a, headline)
    spoken = f"{headline.sentence} {headline.range} {headline.week} {lead}"
    if ("week" in spoken) != (voice is not Voice.JOB):
        objections.append("a week where no hours were entered, or none where they were")
    return objections


def _about_parts(a, sentence, lead):
    if a.parts is None:
        return
    alone, helped, out = a.parts.whole()
    percents = [0 if number == "under 1" else int(number) for number in re.findall(r"(under 1|\d+)%", lead)]
    if percents and "The rest" not in lead and sum(percents) != 100:
        yield f"parts add up to {sum(percents)}"
    if "mostly to help" in sentence and not (
        helped > alone or (helped == alone == 0 and a.parts.helped > a.parts.alone)
    ):
        yield "mostly to help"
    share = f"about {alone}%" if alone else "under 1%"
    if "by itself" in sentence and not re.search(rf"{share} of (it|the job’s tasks) by itself", sentence):
        yield "by itself without its share"
    if "no task" in lead and out != 100:
        yield "no task"
    if "none of" in lead and alone:
        yield "none by itself"


def _about_place(a, headline):
    shown, (low, high) = rounded(a.yours), _span(headline.range)
    places = [int(place) for place in shown.places.values()]
    if not low <= shown.score <= high or (low, high) != (min(places), max(places)):
        yield f"range {low} to {high} against {places} and {shown.score}"
    if not any(word in headline.place for word in (f" {shown.score:.0f} of 100", "under 1 of", "over 99 of")):
        yield "place"
    width = high - low
    words = "agree:" if width <= 30 else "in part:" if width <= 55 else "disagree:"
    if not headline.agreement.endswith(words):
        yield f"{width} apart, but {headline.agreement}"
    probably, disagree = "probably" in headline.sentence, "disagree" in headline.sentence
    if (probably, disagree) != (words == "in part:", words == "disagree:"):
        yield "agreement of the sentence"
    compared = "less of" if shown.score < 35 else "about as much of" if shown.score < 65 else "more of"
    if f"reaches {compared}" not in headline.sentence:
        yield f"{shown.score} is not {headline.sentence}"
    if headline.week and not _moves_as_said(a, headline.week, shown.score):
        yield headline.week


def _span(words):
    """Names have numbers too: 911 operators."""
    numbers = re.search(r"between (\d+) and (\d+)\.|at ((\d+))\.", words).groups()
    return tuple(int(number) for number in numbers if number)


def _moves_as_said(a, words, score):
    start = rounded(a.typical).score
    if start == score:
        return words.endswith("leaves that unchanged.")
    spent = re.search(r"spend (more|less) of it on .*, which AI (reaches more|reaches less|does not reach)", words)
    up = spent and (spent[1] == "more") == (spent[2] == "reaches more")
    return (
        f"stands at {start:.0f};" in words
        and f"moves that to {score:.0f}" in words
        and (spent is None or up == (score > start))
    )


BY_ITSELF_AND_HELP = "Today’s AI software could do {} of the job’s tasks by itself and help with {}. {}"
BY_ITSELF = "Today’s AI software could do {} of the job’s tasks by itself. {}"
HELP = "Today’s AI software could help with {} of the job’s tasks, and do none of them by itself. {}"
REST = "The other {} is out of its reach."
NEARLY_ALL, NEARLY_NOTHING = "The rest is out of its reach.", "The rest, under 1%, is out of its reach."


@pytest.mark.parametrize(
    ("parts", "lead"),
    [
        (Parts(3, 33, 64), BY_ITSELF_AND_HELP.format("about 3%", "about 33%", REST.format("64%"))),
        (Parts(0.2, 40.1, 59.7), BY_ITSELF_AND_HELP.format("under 1%", "about 40%", REST.format("60%"))),
        (Parts(0, 40, 60), HELP.format("about 40%", REST.format("60%"))),
        (Parts(7, 0, 93), BY_ITSELF.format("about 7%", REST.format("93%"))),
        (Parts(0.1, 0.2, 99.7), BY_ITSELF_AND_HELP.format("under 1%", "under 1%", NEARLY_ALL)),
        (Parts(60, 39.8, 0.2), BY_ITSELF_AND_HELP.format("about 60%", "about 40%", NEARLY_NOTHING)),
    ],
)
def test_the_lead_names_the_three_parts(parts, lead):
    headline = headline_of(assessment(parts=parts), Voice.OWN)
    assert "".join(part.text for part in headline.lead) == lead
    assert all(part.text.endswith("%") for part in headline.lead if part.number)


def test_measures_that_are_not_published_are_counted():
    three = {key: place for key, place in NURSE.items() if key in {"beta_human", "aioe", "anthropic"}}
    headline = headline_of(assessment(three), Voice.OWN)
    assert headline.agreement == "The three measures published for this job agree:"
    assert headline.range == "they place nurses between 53 and 56."


def test_measures_that_disagree_make_the_place_a_rough_middle():
    headline = headline_of(assessment(NURSE | {"microsoft": 99.0, "anthropic": 12.0}), Voice.OWN)
    assert headline.agreement == "The five measures disagree:"
    assert headline.range == "they place nurses between 12 and 99. Treat the 55 as a rough middle."


def test_hours_of_ones_own_adjust_the_measures_of_the_job():
    week = {Evidence.TASK: 84.0, Evidence.ABILITY: 56.1, Evidence.USAGE: 60.0}
    assert headline_of(assessment(yours=week), Voice.OWN).range.startswith(
        "adjusted for these hours, they place nurses "
    )


@pytest.mark.parametrize(
    ("voice", "week"),
    [
        (Voice.OWN, "your week moves that to 72, because you spend more of it on health records and test "),
        (
            Voice.SHARED,
            "this person’s week moves that to 72, because they spend more of it on health records and test ",
        ),
    ],
)
def test_a_week_says_what_it_moved_and_why_to_whom_it_belongs(voice, week):
    charting, *rest = assessment().activities
    more = (replace(charting, topic="charting", share=40.0, points=20.0), *rest)
    a = assessment(yours={"task": 94.6, "ability": 56.1, "usage": 65.6}, activities=more)
    headline = headline_of(a, voice)
    assert headline.week.startswith(f"A typical nurse stands at 51; {week}")
    assert headline.week.endswith("which AI reaches more than the rest.")

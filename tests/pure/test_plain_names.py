"""Our own names of occupations: each has one, short enough for its place, and none is another's."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from backend.reference.loading import SHIPPED
from backend.reference.plain_names import PLAIN_NAMES, PlainNames
from backend.reference.shipped import ShippedTables

SPOKEN_VOWELS = ("hour", "honor", "heir", "HR ", "RV ", "MRI", "x-ray", "HVAC")
SPOKEN_CONSONANTS = ("user", "uni", "use", "one", "euro", "util")


@pytest.fixture(scope="module")
def jobs(shipped):
    return [(occupation, shipped.names.job(occupation)) for occupation in shipped.occupations.values()]


def test_every_occupation_has_a_plain_name_of_its_own(shipped, jobs):
    assert set(shipped.names.jobs) == set(shipped.occupations)
    assert len({job.name.casefold() for _, job in jobs}) == len(jobs)


def test_names_fit_their_places(jobs):
    assert [job.name for _, job in jobs if len(job.name) > 60 or "--" in job.name] == []
    assert [job for _, job in jobs if max(len(job.one), len(job.many)) > 50] == []
    assert [job.does for _, job in jobs if not 0 < len(job.does) <= 75 or job.does.endswith(".")] == []


def test_a_job_in_a_sentence_has_the_article_that_its_sound_asks_for(jobs):
    for _, job in jobs:
        article, word = re.fullmatch(r"(an?) (.+)", job.one).groups()
        vowel = word[0].lower() in "aeiou" and not word.lower().startswith(SPOKEN_CONSONANTS)
        assert article == ("an" if vowel or word.startswith(SPOKEN_VOWELS) else "a"), job.one


def test_people_of_a_job_are_named_without_article(jobs):
    assert [job.many for _, job in jobs if re.match(r"an? |the ", job.many)] == []


def test_apostrophes_are_typographic(jobs):
    assert [job for _, job in jobs if "'" in f"{job.name}{job.one}{job.many}{job.does}"] == []


def test_an_occupation_of_a_new_vintage_goes_by_its_official_title_at_first(shipped):
    added = replace(shipped.occupation("29-1141"), code="29-9999", title="Robot nurses")
    assert shipped.names.job(added).name == "Robot nurses"
    assert PlainNames({}, {}).activity(added.activities[0]).name == added.activities[0].title


def test_the_table_is_in_the_order_of_its_ids():
    lines = (SHIPPED / PLAIN_NAMES).read_text(encoding="utf-8").splitlines()[1:]
    codes = [line.split(",")[0] for line in lines if re.match(r"\d\d-\d{4},", line)]
    assert codes == sorted(codes)
    assert len(ShippedTables(SHIPPED).plain_names().jobs) == len(codes)

"""What the pages of all 832 jobs say to search engines, and the lists around them."""

from __future__ import annotations

import json
import re

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.rounding import rounded_place
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory, JobOrder, JobSort
from backend.assessments.job_impact.presentation.occupation_pages import OccupationPages
from backend.assessments.job_impact.presentation.state_pay import state_pay_section
from backend.assessments.job_impact.presentation.structured_data import structured_data
from backend.errors import InvalidRequest
from backend.reference.major_groups import GROUPS_BY_SLUG, MAJOR_GROUPS, major_group
from backend.routes.schemas.occupation_pages import address_query, job_order


@pytest.fixture(scope="module")
def directory(shipped):
    return JobDirectory(shipped, JobImpactCalculator(shipped))


@pytest.fixture(scope="module")
def pages(shipped, directory):
    """The page of every occupation by code."""
    made = OccupationPages(shipped, JobImpactCalculator(shipped), directory)
    return {code: made.page(code) for code in shipped.occupations}


def test_titles_and_descriptions_are_unique_and_short_enough_to_be_shown(pages):
    titles = {page.title.casefold() for page in pages.values()}
    descriptions = {page.description.casefold() for page in pages.values()}

    assert len(pages) == len(titles) == len(descriptions) == 832
    assert max(map(len, titles)) <= 100
    assert max(map(len, descriptions)) <= 180
    for page in pages.values():
        assert page.description.startswith(f"{page.row.name}: ")
        assert re.search(r"[a-z%]\.$", page.description), page.description
        assert " 0%" not in page.description


def test_structured_data_says_what_the_reference_says(shipped, pages):
    for code, page in pages.items():
        occupation = shipped.occupation(code)
        trail = {"Jobs": "https://m.example/jobs", page.row.name: f"https://m.example/jobs/{page.row.slug}"}
        data = json.loads(json.dumps(structured_data(page, occupation, trail, trail[page.row.name])))
        crumbs, job = data["@graph"]

        assert [step["position"] for step in crumbs["itemListElement"]] == [1, 2]
        assert (job["occupationalCategory"], job["alternateName"]) == (code, occupation.title)
        salary = job.get("estimatedSalary", [{}])[0]
        assert salary.get("median") == (occupation.pay.p50 if occupation.pay else None)
        assert None not in salary.values()
        assert job["description"]


def test_every_job_has_lists_that_lead_to_others_with_pages(shipped, pages):
    for code, page in pages.items():
        related, nearest = page.related.similar + page.related.passing, [link.address for link in page.nearest]
        assert code not in {row.code for row in related}
        assert {row.slug for row in related + page.large} <= shipped.slugs.codes.keys()
        assert {address.removeprefix("/jobs/") for address in nearest} <= shipped.slugs.codes.keys() - {page.row.slug}
        assert bool(nearest) == (page.row.place is None)
        assert all(link.place.strip("<>").isdigit() for link in page.nearest)
        assert related or nearest or page.large[1:], page.row.name


def test_jobs_that_pay_as_well_keep_the_rule_that_is_printed_below_them(shipped, pages):
    compared = 0
    for code, page in pages.items():
        here = shipped.occupation(code)
        for row in page.related.passing:
            there = shipped.occupation(row.code)
            more_exposed = rounded_place(row.place) - rounded_place(page.row.place)  # as the page shows them
            if page.row.place < 35:
                assert page.related.heading.startswith("Also low exposure")
                assert more_exposed <= 5
                assert row.place < 35
            else:
                assert page.related.heading.startswith("Less exposed")
                assert more_exposed <= -10
            assert row.pay >= 0.95 * page.row.pay
            assert there.job_zone - here.job_zone <= 1
            compared += 1
    assert compared > 500


def test_every_job_belongs_to_one_of_22_major_groups(shipped, directory):
    assert len(MAJOR_GROUPS) == len(GROUPS_BY_SLUG) == len({group.title for group in MAJOR_GROUPS}) == 22
    assert sum(row.jobs for row in directory.groups()) == 832
    assert all(major_group(code).holds(code) for code in shipped.occupations)
    assert {row.group for row in directory.groups()} == set(MAJOR_GROUPS)


@pytest.mark.parametrize("sort", list(JobSort))
@pytest.mark.parametrize("falling", [True, False])
def test_what_is_not_published_stands_last_in_any_order(directory, sort, falling):
    for group in MAJOR_GROUPS:
        values = [getattr(row, sort) for row in directory.group(group, JobOrder(sort, falling))]
        published = [value for value in values if value is not None]
        assert published == sorted(published, reverse=falling)
        assert values[: len(published)] == published


def test_pay_by_state_names_its_ends_and_says_of_how_many(shipped):
    nurses = state_pay_section(shipped, "29-1141")

    assert (len(nurses.highest), len(nurses.lowest)) == (5, 5)
    assert nurses.highest[0].state == "California"
    assert nurses.highest[0].width == 100
    widths = [row.width for row in nurses.highest + nurses.lowest]
    assert widths == sorted(widths, reverse=True)
    assert nurses.note.startswith("The five highest and the five lowest of 50 states and DC")
    assert "US median: $97,550." in nurses.note
    assert state_pay_section(shipped, "11-1031") is None  # legislators


def test_where_few_states_publish_pay_all_are_named(shipped):
    sections = (state_pay_section(shipped, code) for code in shipped.occupations)
    few = [section for section in sections if section and not section.lowest]

    assert few
    for section in few:
        assert 1 <= len(section.highest) <= 10
        assert section.note.startswith("Every state with a published median.")


class TestTheOrderOfAList:
    @pytest.mark.parametrize("falling", [True, False])
    @pytest.mark.parametrize("sort", list(JobSort))
    def test_it_comes_back_from_the_address_it_makes(self, sort, falling):
        order = JobOrder(sort, falling)
        assert job_order(address_query(order)) == order

    def test_whatever_else_an_address_carries_is_none_of_its_business(self):
        assert job_order({"utm_source": "newsletter"}) == JobOrder()

    def test_all_bad_fields_are_named(self):
        with pytest.raises(InvalidRequest) as refusal:
            job_order({"sort": "", "order": "down"})
        assert [error.field for error in refusal.value.errors] == ["sort", "order"]

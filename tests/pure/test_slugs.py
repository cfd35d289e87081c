"""Each occupation has one address of its own, and is found by what people make of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from backend.reference.slugs import Slugs, slug_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Registered nurses", "registered-nurses"),
        ("Police and sheriff's patrol officers", "police-and-sheriffs-patrol-officers"),
        ("Driver/sales workers", "driver-sales-workers"),
        ("Lawyers, judges, and related workers, all other", "lawyers-judges-and-related-workers-all-other"),
        ("Maîtres d’hôtel", "maitres-dhotel"),
    ],
)
def test_a_slug_is_the_words_of_the_title(title, slug):
    assert slug_of(title) == slug


def test_the_832_slugs_are_unique_lead_back_and_are_their_own_slugs(shipped):
    slugs = shipped.slugs

    assert len(slugs.codes) == len(slugs.by_code) == len(shipped.occupations) == 832
    for code, slug in slugs.by_code.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert slugs.code_of(slug) == code
        assert slug_of(slug) == slug


@pytest.mark.parametrize(
    "written", ["Registered_Nurses", "REGISTERED-NURSES", "registered nurses", "registered-nurses-", "29-1141"]
)
def test_an_occupation_is_found_by_what_people_make_of_its_slug(shipped, written):
    assert shipped.slugs.code_of(written) == "29-1141"


@pytest.mark.parametrize("written", ["", "-", "nurses", "29-9999", "registered-nurses/pay"])
def test_what_is_no_slug_means_no_occupation(shipped, written):
    assert shipped.slugs.code_of(written) is None


def test_titles_that_differ_in_signs_alone_keep_addresses_of_their_own(shipped):
    nurse = shipped.occupation("29-1141")
    slugs = Slugs.of({"29-1141": nurse, "29-1142": replace(nurse, code="29-1142", title="Registered-nurses")})

    assert slugs.by_code == {"29-1141": "registered-nurses-29-1141", "29-1142": "registered-nurses-29-1142"}
    assert slugs.code_of("registered-nurses-29-1142") == "29-1142"

"""Facts about a person's context: true, sourced, and silent where nothing is published."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from backend.assessments.job_impact.model.context import facts
from backend.assessments.job_impact.model.result import Answers, Education
from backend.reference.tables import Occupation, Source

JOB = Occupation(
    code="00-0000",
    title="Job",
    employment=None,
    pay=None,
    growth_percent=None,
    openings=None,
    entry_education="Bachelor's degree",
    related_experience="Less than 5 years",
    on_the_job_training=None,
    job_zone=None,
    lean=None,
    measures={},
    activities=(),
    related=(),
    industries={"62": 0.624, "91": 0.004},
    attainment={"bachelors": 0.54},
)
REFERENCE = SimpleNamespace(
    industries={
        "62": "Health Care and Social Assistance",
        "91": "Federal Government and the U.S. Postal Service",
        "23": "Construction",
    },
    states={"GA": "Georgia", "CA": "California", "PR": "Puerto Rico"},
    price_parities={"GA": 97.0, "CA": 112.6},
    sources=tuple(
        Source(identifier, identifier.upper(), "2024", "", "", "")
        for identifier in ("bls_oews_industry", "bls_projections", "bea_rpp")
    ),
)


@pytest.mark.parametrize(
    ("said", "text", "source"),
    [
        (
            {"industry": "62"},
            "62% of employees in this job work in health care and social assistance.",
            "BLS_OEWS_INDUSTRY, 2024",
        ),
        (
            {"industry": "91"},
            "Fewer than 1% of employees in this job work in federal government and the U.S. postal service.",
            "BLS_OEWS_INDUSTRY, 2024",
        ),
        (
            {"education": Education.BACHELORS},
            "54% of people aged 25 and over in this job have a bachelor's degree as their highest level of education.",
            "BLS_PROJECTIONS, 2024",
        ),
        (
            {"experience_years": 6.0},
            "People usually need less than 5 years of work in a related job to start.",
            "BLS_PROJECTIONS, 2024",
        ),
        ({"state": "GA"}, "In Georgia, $100 buys what $103 buys in the country as a whole.", "BEA_RPP, 2024"),
        ({"state": "CA"}, "In California, $100 buys what $89 buys in the country as a whole.", "BEA_RPP, 2024"),
    ],
)
def test_each_part_of_the_context_has_its_fact(said, text, source):
    [fact] = facts(REFERENCE, JOB, Answers(JOB.code, **said))
    assert (fact.text, fact.source) == (text, source)


@pytest.mark.parametrize("said", [{}, {"industry": "23"}, {"education": Education.MASTERS}, {"state": "PR"}])
def test_nothing_is_said_where_nothing_is_published(said):
    assert facts(REFERENCE, JOB, Answers(JOB.code, **said)) == ()

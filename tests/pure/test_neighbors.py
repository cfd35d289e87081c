"""An occupation without a score leads to scored ones of its kind."""

from __future__ import annotations

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.neighbors import nearest_scored


def test_each_of_the_49_without_a_score_has_scored_neighbors_of_its_major_group_or_related_ones(shipped):
    calculator = JobImpactCalculator(shipped)
    is_scored = {code: calculator.typical(code) is not None for code in shipped.occupations}
    unscored = [shipped.occupation(code) for code, scored in is_scored.items() if not scored]

    assert len(unscored) == 49
    for occupation in unscored:
        nearest = nearest_scored(occupation, shipped.occupations, is_scored.__getitem__)
        assert 3 <= len({one.code for one in nearest}) == len(nearest) <= 6, occupation.title
        assert all(is_scored[one.code] for one in nearest)
        assert all(one.code in occupation.related or one.code[:2] == occupation.code[:2] for one in nearest)


def test_related_work_comes_first_and_otherwise_the_largest_of_the_closest_kind(shipped):
    calculator = JobImpactCalculator(shipped)

    def nearest(code):
        found = nearest_scored(
            shipped.occupation(code), shipped.occupations, lambda other: calculator.typical(other) is not None
        )
        return [occupation.code for occupation in found]

    assert nearest("11-1031") == list(shipped.occupation("11-1031").related[:6])  # legislators
    social_workers = nearest("21-1029")
    assert social_workers[:3] == ["21-1021", "21-1022", "21-1023"]

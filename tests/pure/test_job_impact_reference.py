"""The exposure model on the shipped figures: every reference value of the published model."""

from __future__ import annotations

import csv
from collections import Counter

import numpy as np
import pytest

from backend.assessments.job_impact.model.job_impact import (
    FAMILIES,
    JOINED_LINES,
    ExposureModel,
    TooLittleEvidence,
    week,
    weekly_exposure,
    weekly_usage,
)
from backend.assessments.job_impact.model.result import Agreement, Evidence, Exposure, Level
from backend.reference.loading import SHIPPED, load_reference
from backend.reference.tables import Measure

TENTH = 0.05 + 1e-9
PAPERWORK = ("4.A.4.a.3.I02", "4.A.4.a.5.I01", "4.A.3.b.6.I06")
BEDSIDE = ("4.A.1.b.2.I10", "4.A.3.b.4.I09", "4.A.3.a.2.I24")


@pytest.fixture(scope="module")
def reference():
    return load_reference()


@pytest.fixture(scope="module")
def model(reference):
    return ExposureModel.of(reference.occupations.values())


@pytest.fixture(scope="module")
def scored(model):
    return {code: found for code, found in model.typicals.items() if isinstance(found, Exposure)}


def shares(model, codes):
    """Percent of the employment of `codes` that each group holds."""

    def among(key):
        total = sum(model.occupations[code].employment for code in codes)
        held = {}
        for code, found in codes.items():
            group = getattr(found, key)
            held[group] = held.get(group, 0) + 100 * model.occupations[code].employment / total
        return held

    return among


@pytest.mark.parametrize(
    ("code", "score", "band", "families", "lean"),
    [
        ("15-1252", 83.8, (78.7, 86.6), (86.0, 86.6, 78.7), 0.360),
        ("43-4051", 86.7, (70.6, 98.6), (90.9, 70.6, 98.6), 0.786),
        ("29-1141", 51.0, (42.6, 56.1), (54.3, 56.1, 42.6), 0.080),
        ("23-2011", 70.5, (45.5, 90.3), (75.7, 90.3, 45.5), None),
        ("47-2111", 27.7, (25.4, 32.1), (25.5, 25.4, 32.1), 0.333),
        ("15-2051", 94.5, (93.5, 95.6), (93.5, None, 95.6), None),
    ],
)
def test_matches_the_reference_table(model, code, score, band, families, lean):
    found = model.typical(code)
    known = {family: place for family, place in zip(Evidence, families, strict=True) if place is not None}
    assert (found.score, found.band.low, found.band.high) == pytest.approx((score, *band), abs=TENTH)
    assert found.families == pytest.approx(known, abs=TENTH)
    if lean is not None:
        assert model.lean(code, {}).share == pytest.approx(lean, abs=0.0005)


def test_783_of_832_occupations_are_scored(model, scored):
    every = sum(row.employment or 0 for row in model.occupations.values())
    held = sum(model.occupations[code].employment for code in scored)
    assert len(model.occupations) == 832
    assert len(scored) == 783
    assert sum(len(found.families) == 3 for found in scored.values()) == 776
    assert 100 * held / every == pytest.approx(98.7, abs=TENTH)


def test_workers_by_level(model, scored):
    expected = {Level.LOW: 35.6, Level.MEDIUM: 30.5, Level.HIGH: 33.9}
    assert shares(model, scored)("level") == pytest.approx(expected, abs=TENTH)


def test_workers_by_range_of_the_kinds_of_evidence(model, scored):
    workers = {code: model.occupations[code].employment for code in scored}
    apart = {code: found.band.high - found.band.low for code, found in scored.items()}
    upto_20, upto_40 = (sum(workers[code] for code in scored if apart[code] <= points) for points in (20, 40))
    every = sum(workers.values())
    held = [upto_20 / every, (upto_40 - upto_20) / every, 1 - upto_40 / every]
    assert [100 * share for share in held] == pytest.approx([58.8, 37.0, 4.2], abs=TENTH)


def test_workers_by_agreement_of_the_single_measures(model, scored):
    expected = {Agreement.AGREE: 53.7, Agreement.MIXED: 40.1, Agreement.DISAGREE: 6.2}
    assert shares(model, scored)("agreement") == pytest.approx(expected, abs=TENTH)


def test_agreement_follows_from_the_published_files_by_counting(scored):
    """Each measure's percentile counted anew, straight from the shipped files, one occupation after the other."""
    workers = {row["code"]: int(row["employment"]) for row in _rows("occupations.csv") if row["employment"]}
    values = {}
    for row in _rows("measures.csv"):
        code = row.pop("code")
        for measure, value in row.items():
            if value and code in workers:
                values.setdefault(measure, {})[code] = float(value)
    apart = {}
    for code in scored:
        places = [_counted(held, code, workers) for held in values.values() if code in held]
        apart[code] = max(places) - min(places)
    words = {code: "agree" if x <= 30 else "mixed" if x <= 55 else "disagree" for code, x in apart.items()}
    assert {code: found.agreement.value for code, found in scored.items()} == words
    assert Counter(words.values()) == {"agree": 404, "mixed": 289, "disagree": 90}


def _rows(name):
    with (SHIPPED / name).open(newline="") as file:
        return list(csv.DictReader(file))


def _counted(values, code, workers):
    below = sum(workers[other] for other, value in values.items() if value < values[code])
    same = sum(workers[other] for other, value in values.items() if value == values[code])
    return 100 * (below + same / 2) / sum(workers[other] for other in values)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Evidence.TASK, Evidence.ABILITY, 0.871),
        (Evidence.TASK, Evidence.USAGE, 0.815),
        (Evidence.ABILITY, Evidence.USAGE, 0.740),
    ],
)
def test_spearman_correlations_of_the_families(scored, one, other, expected):
    pairs = [found.families for found in scored.values() if one in found.families and other in found.families]
    ranks = [_ranks([families[family] for families in pairs]) for family in (one, other)]
    assert np.corrcoef(*ranks)[0, 1] == pytest.approx(expected, abs=0.0005)


def _ranks(values):
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which]


@pytest.mark.parametrize(
    ("chosen", "beta", "task_change", "score", "low", "high"),
    [(PAPERWORK, 0.6430, 40.3, 72.1, 56.1, 94.6), (BEDSIDE, 0.1430, -30.7, 38.6, 23.6, 56.1)],
)
def test_matches_the_personalised_nurse(model, chosen, beta, task_change, score, low, high):
    equal = dict.fromkeys(chosen, 1.0)
    activities = model.occupations["29-1141"].activities
    found = model.personal("29-1141", equal)
    assert weekly_exposure(activities, week(activities, {})) == pytest.approx(0.3576, abs=5e-5)
    assert weekly_exposure(activities, week(activities, equal)) == pytest.approx(beta, abs=5e-5)
    assert found.families[Evidence.TASK] - model.typical("29-1141").families[Evidence.TASK] == pytest.approx(
        task_change, abs=TENTH
    )
    assert (found.score, found.band.low, found.band.high) == pytest.approx((score, low, high), abs=TENTH)


def test_paperwork_moves_a_nurses_usage_by_45_9_points(model):
    activities = model.occupations["29-1141"].activities
    usual, paperwork = week(activities, {}), week(activities, dict.fromkeys(PAPERWORK, 1.0))
    change = model.usage_scale.place(weekly_usage(activities, paperwork)) - model.usage_scale.place(
        weekly_usage(activities, usual)
    )
    assert change == pytest.approx(45.9, abs=TENTH)


@pytest.mark.parametrize("chosen", [PAPERWORK, BEDSIDE])
def test_the_points_of_the_activities_are_the_points_of_the_week(model, chosen):
    equal = dict.fromkeys(chosen, 1.0)
    change = model.personal("29-1141", equal).score - model.typical("29-1141").score
    assert sum(model.points("29-1141", equal)) == pytest.approx(change, abs=1e-9)
    assert sum(abs(points) for points in model.points("29-1141", {})) == 0


def test_activity_shares_reproduce_the_occupations_beta(model):
    for row in model.occupations.values():
        if row.code in JOINED_LINES or not row.activities:
            continue
        beta = (row.measures[Measure.BETA_HUMAN] + row.measures[Measure.BETA_GPT4]) / 2
        assert weekly_exposure(row.activities, week(row.activities, {})) == pytest.approx(beta, abs=1e-10), row.code


def test_the_lean_of_the_activities_is_the_lean_of_the_occupation(model):
    for row in model.occupations.values():
        exposed = sum(a.share * a.exposure for a in row.activities)
        if row.lean is None or not exposed:
            continue
        alone = sum(a.share * a.exposure * (a.automation or 0) for a in row.activities)
        assert alone / exposed == pytest.approx(row.lean, abs=1e-9), row.code


def test_the_whole_economy_stands_at_the_middle(model):
    """A weighted mid-rank averages 50 over the workers it ranks."""
    for measure in Measure:
        held = [(places[measure], code) for code, places in model.places.items() if measure in places]
        workers = [model.occupations[code].employment for _, code in held]
        assert np.average([place for place, _ in held], weights=workers) == pytest.approx(50)


def test_every_unscored_occupation_says_why(model):
    unscored = [found for found in model.typicals.values() if isinstance(found, TooLittleEvidence)]
    assert len(unscored) == 49
    assert sum("too thin" in found.reason for found in unscored) == 47
    assert sum("no place among US workers" in found.reason for found in unscored) == 2


def test_every_measure_belongs_to_one_family():
    assert sorted(measure for measures in FAMILIES.values() for measure in measures) == sorted(Measure)

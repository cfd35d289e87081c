"""What the papers published about their own measures comes out of the raw files again."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

from backend.reference.rows import SourceFolder
from backend.reference.sources.crosswalk import read_crosswalk
from backend.reference.sources.exposure import betas_by_onet, read_aioe, read_usage_of_activities
from backend.reference.sources.tasks import (
    read_activities_of_tasks,
    read_tasks,
    weights_in_occupations,
    work_by_activity,
    work_by_occupation,
)
from backend.reference.tables import Measure

ALPHA = {"E0": 0.0, "E1": 1.0, "E2": 0.0}
BETA = {"E0": 0.0, "E1": 1.0, "E2": 0.5}
ZETA = {"E0": 0.0, "E1": 1.0, "E2": 1.0}
SPINE_COLUMNS = {
    Measure.BETA_HUMAN: "gpt_human_rating_beta",
    Measure.BETA_GPT4: "gpt_dv_rating_beta",
    Measure.AIOE: "aioe",
    Measure.MICROSOFT: "ms_applicability",
    Measure.ANTHROPIC: "anthropic_observed_exposure",
}
TWELVE_DIGITS = 1e-12


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def folder(shared_data):
    return SourceFolder(shared_data)


@pytest.fixture(scope="module")
def tasks(folder):
    return read_tasks(folder)


@pytest.fixture(scope="module")
def weighted(folder, tasks):
    return weights_in_occupations(tasks, read_crosswalk(folder))


@pytest.fixture(scope="module")
def activities(folder):
    return read_activities_of_tasks(folder)


@pytest.mark.parametrize(
    ("rubric", "agreement", "pearson"),
    [(ALPHA, 80.8, 0.223), (BETA, 65.6, 0.591), (ZETA, 82.1, 0.654)],
    ids=["alpha", "beta", "zeta"],
)
def test_people_and_gpt4_agree_on_tasks_as_published(tasks, rubric, agreement, pearson):
    """Eloundou et al. (2024): alpha counts E1, beta E1 + E2/2, zeta E1 + E2."""
    human = np.array([rubric[task.human] for task in tasks])
    gpt4 = np.array([rubric[task.gpt4] for task in tasks])
    assert 100 * (human == gpt4).mean() == pytest.approx(agreement, abs=0.05)
    assert np.corrcoef(human, gpt4)[0, 1] == pytest.approx(pearson, abs=0.0005)


def test_task_ratings_reproduce_the_published_occupation_file(shared_data, tasks):
    betas = betas_by_onet(tasks)
    published = rows_of(shared_data / "gpts_are_gpts" / "occ_level.csv")
    assert len(published) == len(betas) == 923
    for row in published:
        found = betas[row["O*NET-SOC Code"]]
        assert found.human == pytest.approx(float(row["human_rating_beta"]), abs=1e-15)
        assert found.gpt4 == pytest.approx(float(row["dv_rating_beta"]), abs=1e-15)


def test_aioe_ranks_genetic_counselors_financial_examiners_and_actuaries_highest(folder):
    """Felten, Raj, Seamans (2021), the first three of the ten most exposed."""
    aioe = read_aioe(folder)
    assert sorted(aioe, key=aioe.get, reverse=True)[:3] == ["29-9092", "13-2061", "15-2011"]


def test_microsofts_scores_follow_from_its_activities(shared_data, folder):
    """Tomlinson et al. (2025): mean over activities, by weight, of completion x scope x coverage."""
    usage = read_usage_of_activities(folder)
    weights = rows_of(shared_data / "ms_working_with_ai" / "soc_iwa_weights.csv")
    scores = rows_of(shared_data / "ms_working_with_ai" / "soc_ai_applicability_scores.csv")
    published = {row["SOC Code"]: float(row["ai_applicability_score"]) for row in scores}
    for row in weights:
        code = row.pop("SOC Code")
        weight = {activity: float(cell) for activity, cell in row.items()}
        score = sum(weight[activity] * usage[activity] for activity in weight) / sum(weight.values())
        assert score == pytest.approx(published[code], abs=1e-15)


def test_microsofts_top_three_are_interpreters_historians_and_passenger_attendants(shipped):
    scores = {code: found.measures.get(Measure.MICROSOFT, 0) for code, found in shipped.occupations.items()}
    top = sorted(scores, key=scores.get, reverse=True)[:3]
    assert top == ["27-3091", "19-3093", "53-6061"]
    assert [round(scores[code], 3) for code in top] == [0.492, 0.477, 0.473]


def test_97_3_percent_of_tasks_map_to_an_activity(tasks, activities):
    mapped = sum(task.id in activities for task in tasks) / len(tasks)
    assert 100 * mapped == pytest.approx(97.3, abs=0.05)


def test_activities_reproduce_the_exposure_of_their_occupation(weighted, activities):
    whole = work_by_occupation(weighted)
    for code, parts in work_by_activity(weighted, activities).items():
        assert sum(part.weight for part in parts.values()) == pytest.approx(1, abs=2e-15)
        assert sum(part.exposed for part in parts.values()) == pytest.approx(whole[code].exposed, abs=1e-15)


def test_shipped_activities_reproduce_the_shipped_measures(shipped):
    """Twelve decimals are shipped, and an occupation has up to a hundred activities."""
    for found in shipped.occupations.values():
        if found.activities:
            human, gpt4 = (found.measures[beta] for beta in (Measure.BETA_HUMAN, Measure.BETA_GPT4))
            total = sum(activity.share * activity.exposure for activity in found.activities)
            assert total == pytest.approx((human + gpt4) / 2, abs=1e-11)
            assert sum(activity.share for activity in found.activities) == pytest.approx(1, abs=1e-11)


@pytest.mark.parametrize("measure", list(Measure))
def test_measures_equal_the_tested_join(shared_data, shipped, measure):
    spine = rows_of(shared_data / "joined" / "spine_nem832.csv")
    expected = {row["nem"]: float(row[SPINE_COLUMNS[measure]]) for row in spine if row[SPINE_COLUMNS[measure]]}
    found = {code: row.measures[measure] for code, row in shipped.occupations.items() if measure in row.measures}
    assert found == pytest.approx(expected, abs=TWELVE_DIGITS)


def test_pay_outlook_and_preparation_equal_the_tested_join(shared_data, shipped):
    for row in rows_of(shared_data / "joined" / "spine_nem832.csv"):
        found = shipped.occupations[row["nem"]]
        assert found.employment == (round(float(row["oews25_tot_emp"])) if row["oews25_tot_emp"] else None)
        median = found.pay.p50 if found.pay else None
        assert median == (round(float(row["oews25_a_median"])) if row["oews25_a_median"] else None)
        assert found.growth_percent == float(row["proj_change_pct"])
        assert found.openings == pytest.approx(1000 * float(row["proj_openings_k"]))
        assert found.entry_education == row["entry_education"]
        assert (found.related_experience or "") == row["related_experience"]
        assert (found.on_the_job_training or "") == row["ojt"]
        assert (found.job_zone is None) == (row["job_zone"] == "")
        if found.job_zone is not None:
            assert found.job_zone == pytest.approx(float(row["job_zone"]), abs=0.051)


def test_price_parities_equal_the_derived_state_file(shared_data, shipped):
    states = rows_of(shared_data / "geo" / "us_states.csv")
    expected = {row["postal"]: float(row["rpp_all_items_2023"]) for row in states if row["rpp_all_items_2023"]}
    assert shipped.price_parities == pytest.approx(expected)


@pytest.mark.parametrize(
    ("code", "lean"), [("15-1252", 0.360), ("43-4051", 0.786), ("29-1141", 0.080), ("47-2111", 0.333)]
)
def test_lean_has_its_reference_value(shipped, code, lean):
    assert shipped.occupation(code).lean == pytest.approx(lean, abs=0.0005)


def test_every_onet_child_of_an_occupation_counts_equally(weighted):
    totals = defaultdict(float)
    for code, weight, task in weighted:
        if code == "15-1252":
            totals[task.onet] += weight
    assert sum(totals.values()) == pytest.approx(1)
    assert len({round(total, 12) for total in totals.values()}) == 1

"""The tables as the running app reads them: whole, small, and refused by name when damaged."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from backend.errors import NotFound
from backend.reference.errors import ShippedDataError, UnknownOccupation, UnknownState
from backend.reference.loading import SHIPPED, load_reference
from backend.reference.tables import Measure, Pay

PROJECT = Path(__file__).resolve().parents[2]
MEASURE_MEMORY = """
import gc
import psutil
import backend.reference.loading as loading
gc.collect()
before = psutil.Process().memory_info().rss
kept = loading.load_reference()
gc.collect()
print((psutil.Process().memory_info().rss - before) / 1e6)
"""


def test_there_are_832_occupations_under_their_codes(shipped):
    assert len(shipped.occupations) == 832
    assert all(code == found.code for code, found in shipped.occupations.items())


@pytest.mark.parametrize(
    ("measure", "count"), [*((one, 785) for one in Measure if one != "anthropic"), (Measure.ANTHROPIC, 756)]
)
def test_each_measure_covers_as_many_occupations_as_in_the_tested_join(shipped, measure, count):
    assert sum(measure in found.measures for found in shipped.occupations.values()) == count


def test_a_registered_nurse_has_all_that_is_published(shipped):
    nurse = shipped.occupation("29-1141")
    assert nurse.title == "Registered nurses"
    assert nurse.pay is not None
    assert nurse.pay.p10 < nurse.pay.p50 < nurse.pay.p90
    assert nurse.entry_education == "Bachelor's degree"
    assert set(nurse.measures) == set(Measure)
    assert nurse.industries["62"] > 0.8
    assert sum(nurse.attainment.values()) == pytest.approx(1, abs=0.002)
    assert {activity.id for activity in nurse.activities} >= {"4.A.4.a.3.I02", "4.A.1.b.2.I10"}
    assert "29-1141" not in nurse.related
    assert len(set(nurse.related)) == len(nurse.related) > 5


def test_activities_hold_shares_of_one(shipped):
    for found in shipped.occupations.values():
        for activity in found.activities:
            assert 0 < activity.share <= 1
            assert 0 <= activity.exposure <= 1
            assert (activity.automation is None) == (activity.exposure == 0)
            assert 0 <= activity.usage <= 1


def test_shares_of_industries_sum_to_one(shipped):
    for found in shipped.occupations.values():
        if found.industries:
            assert sum(found.industries.values()) == pytest.approx(1, abs=2e-5)
            assert found.industries.keys() <= shipped.industries.keys()


def test_related_occupations_are_known_and_never_the_occupation_itself(shipped):
    for found in shipped.occupations.values():
        assert found.code not in found.related
        assert set(found.related) <= shipped.occupations.keys()
        assert len(set(found.related)) == len(found.related)


@pytest.mark.parametrize("code", ["27-2011", "27-2031", "27-2042", "27-2091", "27-2099"])
def test_occupations_paid_by_the_hour_only_have_no_annual_pay(shipped, code):
    assert shipped.occupation(code).pay is None


def test_occupations_outside_the_wage_survey_have_neither_pay_nor_employment(shipped):
    for code in ("11-1031", "45-3031"):
        assert shipped.occupation(code).pay is None
        assert shipped.occupation(code).employment is None
        assert shipped.occupation(code).openings > 0


def test_no_figure_is_zero_where_nothing_was_published(shipped):
    for found in shipped.occupations.values():
        assert found.employment != 0
        if found.pay is not None:
            assert 0 not in (found.pay.p10, found.pay.p25, found.pay.p50, found.pay.p75, found.pay.p90)


def test_state_pay_is_the_published_row(shipped):
    assert shipped.state_pay("AL", "11-1011") == Pay(101670, 134650, 166420, 222490, 317400)


def test_state_pay_is_nothing_where_none_was_published(shipped):
    assert shipped.state_pay("AL", "27-2011") is None
    assert shipped.state_pay("AL", "11-1031") is None


def test_an_unknown_state_or_occupation_is_not_found(shipped):
    with pytest.raises(UnknownState):
        shipped.state_pay("PR", "29-1141")
    with pytest.raises(UnknownOccupation):
        shipped.state_pay("AL", "29-9999")
    with pytest.raises(NotFound, match="there is no occupation '00-0000'"):
        shipped.occupation("00-0000")


def test_there_are_51_states_with_names_and_price_parities(shipped):
    assert len(shipped.states) == 51
    assert shipped.states["DC"] == "District of Columbia"
    assert shipped.price_parities.keys() == shipped.states.keys()


def test_there_are_twenty_sectors(shipped):
    assert len(shipped.industries) == 20
    assert shipped.industries["62"] == "Health Care and Social Assistance"


def test_all_jobs_are_projected_to_grow_by_3_1_percent(shipped):
    assert shipped.all_jobs_growth_percent == 3.1


def test_every_vintage_is_told(shipped):
    assert shipped.vintages["bls_oews_national"] == "May 2025"
    assert shipped.vintages.keys() == {source.id for source in shipped.sources}
    assert shipped.data_version


def test_the_reference_cannot_be_changed(shipped):
    with pytest.raises(FrozenInstanceError):
        shipped.data_version = "mine"


@pytest.mark.parametrize(
    ("name", "line", "text", "message"),
    [
        ("occupations.csv", 3, "11-1021,short", "occupations.csv, row 3: has 2 cells instead of 15"),
        ("measures.csv", 2, "11-1011,x,0,0,0,0", "measures.csv, row 2: cannot be read"),
        ("occupation_activities.csv", 2, "11-1011,9.Z,1,1,1", "occupation_activities.csv, row 2: cannot be read"),
        ("titles.csv", 2, "99-9999,reported,Title", "titles.csv, row 2: cannot be read"),
        ("state_pay.csv", 2, "ZZ,11-1011,1,1,1,1,1,1", "state_pay.csv, row 2: cannot be read"),
        ("manifest.json", 1, "[", "manifest.json: is malformed"),
        ("sources.json", 1, '[{"id": ', "sources.json: is malformed"),
    ],
)
def test_a_damaged_table_is_named(tmp_path, name, line, text, message):
    folder = shutil.copytree(SHIPPED, tmp_path / "data")
    lines = (folder / name).read_text(encoding="utf-8").split("\n")
    lines[line - 1] = text
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ShippedDataError, match=message):
        load_reference(folder)


def test_a_missing_table_is_named(tmp_path):
    folder = shutil.copytree(SHIPPED, tmp_path / "data")
    (folder / "related.csv").unlink()
    with pytest.raises(ShippedDataError, match=r"related\.csv: cannot be read"):
        load_reference(folder)


def test_the_tables_take_twenty_megabytes_at_most():
    done = subprocess.run(
        [sys.executable, "-c", MEASURE_MEMORY], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    assert float(done.stdout) <= 20


@pytest.mark.parametrize("code", ["29-1141", "29-1212", "11-1031"])
def test_medians_by_state_are_those_of_each_states_pay(shipped, code):
    pay = {state: shipped.state_pay(state, code) for state in shipped.states}

    assert shipped.pay_by_state.medians(code) == {
        state: published.p50 for state, published in pay.items() if published and published.p50
    }

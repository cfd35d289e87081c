"""Where units go by their hash alone. EXP-2"""

from __future__ import annotations

from backend.analytics.experiments.definition import Experiment, ExperimentStatus, WeightPeriod
from backend.analytics.experiments.placing import place, shipped_to
from tests.experiments import STARTED, config


def experiment(status=ExperimentStatus.RUNNING, *, shipped=None, share=0.0, **fields):
    periods = (WeightPeriod(1, {"a": 0.5, "b": 0.5}, 1.0, STARTED),)
    return Experiment(
        test_id="price", config=config(**fields), status=status, phase=1, periods=periods, created_at=STARTED,
        updated_at=STARTED, started_at=STARTED, shipped=shipped, shipped_share=share,
    )  # fmt: skip


def test_two_experiments_share_no_buckets():
    """Chi-square of the two variants of a thousand units: 10.8 is the 99.9th percentile of one degree of freedom."""
    pair = experiment(seed="first"), experiment(seed="second")
    counts = dict.fromkeys(((a, b) for a in "ab" for b in "ab"), 0)
    for number in range(1_000):
        one, two = (place(each, f"s-{number}", {}).key for each in pair)
        counts[one, two] += 1

    ones = {a: sum(counts[a, b] for b in "ab") for a in "ab"}
    twos = {b: sum(counts[a, b] for a in "ab") for b in "ab"}
    expected = {(a, b): ones[a] * twos[b] / 1_000 for a, b in counts}
    assert sum((counts[cell] - expected[cell]) ** 2 / expected[cell] for cell in counts) < 10.8


def test_a_shipped_variant_reaches_more_units_with_each_step_and_takes_it_from_none():
    steps = [experiment(ExperimentStatus.STOPPED, shipped="b", share=share) for share in (0.0, 0.1, 0.5, 1.0)]
    reached = [{number for number in range(200) if shipped_to(step, f"s-{number}").key == "b"} for step in steps]

    assert reached[0] == set() < reached[1] < reached[2] < reached[3] == set(range(200))
    assert [shipped_to(step, None).key for step in steps] == ["a", "a", "a", "b"]

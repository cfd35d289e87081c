"""The reference values of experiments, by id, and how an answer is compared with them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from backend.analytics.experiments.statistics.answers import Alternative
from backend.analytics.experiments.statistics.samples import Mean, Proportion, Ratio

RECORDS = json.loads((Path(__file__).parent / "data/experiment_reference.json").read_text())
VALUES = {record["id"]: record for record in RECORDS}
SIDES = {"greater": Alternative.GREATER, "lesser": Alternative.LESS}


def expected(key):
    return VALUES[key]["out"]


def near(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-12)


def sample(numbers):
    """A proportion of two numbers (n, successes), a mean of three (n, sum, sum of squares)."""
    if isinstance(numbers, dict):
        names = ("n", "sum_m", "sum_m2", "sum_d", "sum_d2", "sum_md")
        return Ratio(*(numbers[name] for name in names))
    return Proportion(*map(int, numbers)) if len(numbers) == 2 else Mean(*numbers)


def arms(key):
    inputs = VALUES[key]["inputs"]
    if "raw_a" in inputs:
        values = (np.array(inputs["raw_a"]), np.array(inputs["raw_b"]))
        return [Mean(len(own), float(own.sum()), float(own @ own)) for own in values]
    return [sample(inputs["a"]), sample(inputs["b"])]


def told(comparison):
    """A comparison as the file of values writes it."""
    bounds = [comparison.interval.lower, comparison.interval.upper]
    return {
        "estimate": comparison.estimate,
        "se": comparison.se,
        "df": comparison.df,
        "ci": [None if abs(bound) == float("inf") else bound for bound in bounds],
        "p": comparison.p,
        "log_e": comparison.log_e,
        "halfwidth": comparison.multiplier * comparison.se,
    }


def agrees(comparison, values):
    shown = told(comparison)
    compared = [name for name in values if name in shown]
    for name in compared:
        if name == "ci":
            for bound, value in zip(shown["ci"], values["ci"], strict=True):
                assert bound == (value if value is None else near(value)), name
        else:
            assert shown[name] == near(values[name]), name
    return len(compared) >= 2

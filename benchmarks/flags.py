"""`python -m benchmarks.flags`: evaluating a flag, beside GrowthBook's own SDK for Python, in turns."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from itertools import cycle, islice
from statistics import median
from time import process_time
from typing import Any

from growthbook import GrowthBook

from backend.analytics.experiments.evaluator import evaluate_feature, hash_bucket

TURNS, BLOCK = 40, 500
MICROSECONDS = 1e6
EXPERIMENT = {"variations": ["a", "b", "c"], "weights": [0.5, 0.3, 0.2], "seed": "offer-2027", "hashVersion": 2}
CONDITION = {"country": {"$in": ["DE", "AT", "CH"]}, "device": {"$ne": "phone"}, "path": {"$regex": "^/jobs/"}}
FEATURES: Mapping[str, Mapping[str, Any]] = {
    "default value": {"defaultValue": "red"},
    "roll-out": {"defaultValue": "red", "rules": [{"force": "blue", "coverage": 0.5, "hashVersion": 2}]},
    "experiment": {"defaultValue": "red", "rules": [EXPERIMENT]},
    "three conditions, then an experiment": {
        "defaultValue": "red",
        "rules": [{"condition": CONDITION, "force": "x"}, EXPERIMENT | {"condition": {"is_member": False}}],
    },
    "a prerequisite, then an experiment": {
        "defaultValue": "red",
        "rules": [
            EXPERIMENT | {"parentConditions": [{"id": "roll-out", "condition": {"value": "blue"}, "gate": True}]}
        ],
    },
}
PEOPLE = [
    {"id": f"visitor-{n:032d}", "country": "US", "device": "desktop", "path": "/jobs/nurses", "is_member": False}
    for n in range(BLOCK)
]


def print_flags() -> None:
    print("| µs an evaluation | Mingus | GrowthBook’s SDK |\n|---|---|---|")
    for key in FEATURES:
        ours, theirs = _in_turns(_ours(key), _theirs(key))
        print(f"| {key} | {ours:.1f} | {theirs:.1f} |")
    hashed, _ = _in_turns(lambda person: hash_bucket("offer-2027", person["id"], 2), lambda _: None)
    print(f"| the hash alone | {hashed:.1f} | |\n")


def _ours(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda person: evaluate_feature(key, {"attributes": person, "features": FEATURES})


def _theirs(key: str) -> Callable[[dict[str, Any]], object]:
    sdk = GrowthBook(features={name: dict(feature) for name, feature in FEATURES.items()})

    def evaluate(person: dict[str, Any]) -> object:
        sdk.set_attributes(person)
        return sdk.eval_feature(key)

    return evaluate


def _in_turns(*subjects: Callable[[dict[str, Any]], object]) -> list[float]:
    """Medians of the processor's time, in turns, so that a busy moment meets both."""
    times: list[list[float]] = [[] for _ in subjects]
    gc.disable()
    for turn in islice(cycle(range(len(subjects))), TURNS * len(subjects)):
        began = process_time()
        for person in PEOPLE:
            subjects[turn](person)
        times[turn].append((process_time() - began) / BLOCK * MICROSECONDS)
    gc.enable()
    return [median(taken) for taken in times]


if __name__ == "__main__":
    print_flags()

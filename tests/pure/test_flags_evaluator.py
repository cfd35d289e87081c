"""The evaluator of flags and experiments, in Python and in the browser: EXP-2, EXP-7."""

from __future__ import annotations

import json
from hashlib import sha256

import brotli
import pytest
from scipy.stats import chi2_contingency

from backend.analytics.experiments.evaluation.patterns import PatternRefused, compiled
from backend.analytics.experiments.evaluator import (
    bucket_ranges,
    choose_variation,
    equal_weights,
    evaluate_condition,
    evaluate_feature,
    hash_bucket,
    in_namespace,
    run_experiment,
)
from tests.flag_cases import SENT, SOURCE, in_node, questions

PUBLISHED = 311
RANDOM_CASES = 10_000
TOLERANCE = 1e-8
# Section A1 of the model page: two seeds, six identifiers, both versions of the hash
SEEDS = ("mingus-offer-2027", "week-order")
IDENTIFIERS = ("m-0001", "m-0002", "visitor_9f", "Zürich", "😀7", "")
BUCKETS = {
    1: (0.504, 0.631, 0.279, 0.215, 0.087, 0.335, 0.713, 0.784, 0.488, 0.792, 0.424, 0.168),
    2: (0.6677, 0.49, 0.2727, 0.0034, 0.217, 0.8354, 0.3226, 0.3225, 0.8899, 0.9677, 0.973, 0.5615),
}
IN_PYTHON = {
    "meets": evaluate_condition,
    "bucketOf": hash_bucket,
    "ranges": bucket_ranges,
    "choose": choose_variation,
    "inNamespace": in_namespace,
    "equalWeights": equal_weights,
}


def _published(shared_data):
    """GrowthBook's own cases: (question, expected answer)."""
    cases = json.loads((shared_data / "growthbook_sdk_cases" / "cases.json").read_text())
    for _, condition, attributes, expected, *groups in cases["evalCondition"]:
        yield ["meets", condition, attributes, *(groups or [{}])], expected
    for seed, value, version, expected in cases["hash"]:
        yield ["bucketOf", seed, value, version], expected
    for _, arguments, expected in cases["getBucketRange"]:
        yield ["ranges", *arguments], expected
    for _, bucket, ranges, expected in cases["chooseVariation"]:
        yield ["choose", bucket, ranges], expected
    for _, unit, namespace, expected in cases["inNamespace"]:
        yield ["inNamespace", unit, namespace], expected
    for variations, expected in cases["getEqualWeights"]:
        yield ["equalWeights", variations], expected


def _is_close(answer, expected):
    if isinstance(expected, list):
        return len(answer) == len(expected) and all(map(_is_close, answer, expected))
    return answer == pytest.approx(expected, abs=TOLERANCE) if isinstance(expected, float) else answer == expected


def _in_python(question):
    what, *arguments = question
    if what != "evaluate":
        return IN_PYTHON[what](*arguments)
    asked, context, sticky = arguments
    return (evaluate_feature if isinstance(asked, str) else run_experiment)(asked, context, sticky)


def test_every_published_case_passes_in_python_and_in_the_browsers_script(shared_data):
    cases = list(_published(shared_data))
    scripted = in_node([question for question, _ in cases])

    assert len(cases) == PUBLISHED
    assert [question for question, expected in cases if not _is_close(_in_python(question), expected)] == []
    assert [case[0] for case, answer in zip(cases, scripted, strict=True) if not _is_close(answer, case[1])] == []


def test_ten_thousand_random_configurations_give_the_same_json_in_both():
    asked = questions(RANDOM_CASES, seed=16)
    scripted = in_node(asked)

    different = [
        (question, answer)
        for question, answer in zip(asked, scripted, strict=True)
        if json.loads(json.dumps(_in_python(question))) != answer
    ]

    assert different[:3] == []
    assert sum(bool(answer["exposures"]) for answer in scripted) > RANDOM_CASES / 20
    assert sum(answer.get("source") == "force" for answer in scripted) > RANDOM_CASES / 20


def test_what_browsers_get_is_made_of_the_source_and_costs_at_most_three_kilobytes():
    made = SENT.read_bytes()

    assert made.startswith(b"// " + sha256(SOURCE.read_bytes()).hexdigest()[:12].encode()), "run make flags"
    assert len(brotli.compress(made, quality=11)) <= 3_000


@pytest.mark.parametrize("version", [1, 2])
def test_buckets_are_those_of_the_model_page(version):
    assert tuple(hash_bucket(seed, one, version) for seed in SEEDS for one in IDENTIFIERS) == BUCKETS[version]


@pytest.mark.parametrize("weights", [[1 / 3] * 3, [0.1] * 10, [0.5, 0.5], [0.7, 0.2, 0.1]])
def test_every_bucket_finds_a_variation_when_weights_add_up_to_one(weights):
    ranges = bucket_ranges(len(weights), 1, weights)

    assert all(choose_variation(bucket / 10_000, ranges) >= 0 for bucket in range(10_000))


def test_more_traffic_moves_nobody_to_another_variation():
    half, whole = bucket_ranges(3, 0.5, [0.2, 0.3, 0.5]), bucket_ranges(3, 1, [0.2, 0.3, 0.5])
    buckets = [bucket / 10_000 for bucket in range(10_000)]

    assert {
        choose_variation(one, whole) - choose_variation(one, half)
        for one in buckets
        if choose_variation(one, half) >= 0
    } == {0}


@pytest.mark.parametrize("seeds", [("offer", "offer-copy"), ("test", "holdout:test"), ("a", "b")])
def test_two_seeds_split_units_independently(seeds):
    # GrowthBook's hash of 40,000 fixed ids: a share of one seed's variants says nothing of the other's
    table = [[0] * 4 for _ in range(4)]
    for number in range(40_000):
        row, column = (int(hash_bucket(seed, f"visitor-{number}", 2) * 4) for seed in seeds)
        table[row][column] += 1

    assert chi2_contingency(table).pvalue > 0.001


def test_a_roll_out_of_a_tenth_still_holds_every_variation():
    # A share and a variation drawn from one hash would leave only the first variations in it
    rule = {"variations": list("abcd"), "seed": "test", "hashVersion": 2}
    inside = [n for n in range(4_000) if hash_bucket("holdout:test", f"u{n}", 2) < 0.1]
    variations = [run_experiment(rule | {"key": "t"}, {"attributes": {"id": f"u{n}"}})["variationId"] for n in inside]

    assert min(variations.count(one) for one in range(4)) > len(inside) / 4 * 0.7


def test_an_address_overrides_a_variation_only_where_that_is_allowed():
    experiment = {"key": "price", "variations": ["9", "1"], "urlPatterns": [{"type": "simple", "pattern": "/offers/*"}]}
    context = {"attributes": {}, "url": "https://mingus.example/offers/now?price=1"}

    assert run_experiment(experiment, context | {"allowUrlOverride": True})["value"] == "1"
    assert not run_experiment(experiment, context)["inExperiment"]
    elsewhere = context | {"allowUrlOverride": True, "url": "https://mingus.example/jobs?price=1"}
    assert not run_experiment(experiment, elsewhere)["inExperiment"]


@pytest.mark.parametrize(
    "pattern",
    ["(?=a)", "(?<!a)b", r"(a)\1", "(?i)a", "(?P<n>a)", r"\pL", r"\Aa", "[[:alpha:]]", "a**", "^*", "a{", "(", "[]a]",
     r"[\d-x]", r"\-", r"\b+", "a" * 201, "\\", "[a", "(a{1000}){1000}"],
)  # fmt: skip
def test_a_pattern_is_refused_that_one_of_the_two_would_not_read_alike(pattern):
    with pytest.raises(PatternRefused):
        compiled(pattern)
    assert not evaluate_condition({"a": {"$regex": pattern}}, {"a": pattern})


def test_patterns_take_linear_time():
    # 30 of these would take Python's own engine longer than the age of the universe
    assert not evaluate_condition({"a": {"$regex": "^(a+)+$"}}, {"a": "a" * 10_000 + "!"})


@pytest.mark.parametrize("chain", [29, 5_000])
def test_a_long_chain_of_prerequisites_ends_with_an_answer(chain):
    asked = [{"id": f"f{number + 1}", "condition": {"value": True}} for number in range(chain)]
    features = {
        f"f{n}": {"defaultValue": n, "rules": [{"parentConditions": [one], "force": True}]}
        for n, one in enumerate(asked)
    }
    features[f"f{chain}"] = {"defaultValue": True}

    answer = evaluate_feature("f0", {"features": features})

    assert answer["source"] == ("force" if chain == 29 else "cyclicPrerequisite")

"""Every reason to refuse the design of an experiment, by the path of the field: pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from math import fsum, isfinite

from backend.analytics.experiments.condition_checks import condition_problems
from backend.analytics.experiments.definition import ExperimentConfig, TestType, Variant
from backend.analytics.experiments.families import ProductNames, payload_problems
from backend.analytics.experiments.plain_json import json_fault
from backend.analytics.experiments.unit_measures import measure_faults
from backend.errors import FieldError

KEY = "[a-z0-9][a-z0-9_-]{0,39}"
LONGEST_NAME, LONGEST_HYPOTHESIS, LONGEST_WHY, LONGEST_VARIANT_NAME = 120, 1000, 400, 80
FEWEST_VARIANTS, MOST_VARIANTS, MOST_SECONDARY, MOST_GUARDRAILS = 2, 10, 20, 10
LARGEST_ALPHA, LARGEST_MDE, LARGEST_DROP = 0.2, 5.0, 0.9
MOST_DAYS, MOST_UNITS = 365, 1_000_000_000
LONGEST_WINDOW_HOURS = 90 * 24
LARGEST_JSON = 4096
OFF_BY = 1e-9
# What a page knows of a request. Never race, sex, or age, nor anything typed into the calculator.
ATTRIBUTES = frozenset({"country", "region", "device", "is_member", "path", "source"})
ATTRIBUTES_OF_PERSONALIZATION = ATTRIBUTES | {"occupation_group"}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
Problems = Iterator[FieldError]


def config_problems(config: ExperimentConfig, names: ProductNames) -> tuple[FieldError, ...]:
    """All of them, in the order of the fields."""
    return (
        *_texts(config),
        *_variants(config.variants),
        *_payloads(config, names),
        *traffic_problems(config.traffic),
        *_targeting(config),
        *_namespace(config),
        *_measures(config),
        *_plan(config),
        *_dates(config),
    )


def why_problems(why: str) -> Problems:
    """A reason may be left out."""
    if len(why) > LONGEST_WHY or CONTROL.search(why):
        yield FieldError("why", f"Write one line of up to {LONGEST_WHY} characters.")


def traffic_problems(traffic: float) -> Problems:
    if not (isfinite(traffic) and 0 < traffic <= 1):
        yield FieldError("traffic", "must be more than 0 and at most 1")


def share_problems(share: float) -> Problems:
    if not (isfinite(share) and 0 <= share <= 1):
        yield FieldError("share", "must be from 0 to 1")


def weight_problems(weights: Mapping[str, float], config: ExperimentConfig) -> Problems:
    """Of weights while it runs: a treatment may be taken out by the weight 0, but never the control."""
    keys = [variant.key for variant in config.variants]
    for key in weights:
        if key not in keys:
            yield FieldError(f"weights.{key[:40]}", "is not a variant of this experiment")
    for key in keys:
        if key not in weights:
            yield FieldError(f"weights.{key}", "is missing")
        elif not (isfinite(weights[key]) and weights[key] >= 0):
            yield FieldError(f"weights.{key}", "must not be negative")
        elif key == keys[0] and weights[key] == 0:
            yield FieldError(f"weights.{key}", "must be more than 0: this is the control")
    if sum(1 for weight in weights.values() if weight > 0) < FEWEST_VARIANTS:
        yield FieldError("weights", "must leave two variants at least. Stop the experiment to end it.")
    yield from _sum(list(weights.values()), "weights")


def _sum(weights: Sequence[float], field: str) -> Problems:
    total = fsum(weight for weight in weights if isfinite(weight))
    if abs(total - 1) > OFF_BY:
        yield FieldError(field, f"The weights must add up to 1, and they add up to {total:.10g}.")


def _texts(config: ExperimentConfig) -> Problems:
    yield from _line(config.name, "name", LONGEST_NAME)
    hypothesis = config.hypothesis.replace("\n", " ").replace("\r", " ")
    yield from _line(hypothesis, "hypothesis", LONGEST_HYPOTHESIS)


def _line(text: str, field: str, longest: int) -> Problems:
    if not text.strip() or len(text) > longest or CONTROL.search(text):
        yield FieldError(field, f"must be a text of 1 to {longest} characters")


def _variants(variants: Sequence[Variant]) -> Problems:
    if not FEWEST_VARIANTS <= len(variants) <= MOST_VARIANTS:
        yield FieldError("variants", f"must be {FEWEST_VARIANTS} to {MOST_VARIANTS}, the control first")
    counts = Counter(variant.key for variant in variants)
    for index, variant in enumerate(variants):
        if not re.fullmatch(KEY, variant.key):
            message = "must be up to 40 lowercase letters, digits, - and _, and begin with a letter or digit"
            yield FieldError(f"variants.{index}.key", message)
        elif counts[variant.key] > 1:
            yield FieldError(f"variants.{index}.key", "is used more than once", "duplicate")
        yield from _line(variant.name, f"variants.{index}.name", LONGEST_VARIANT_NAME)
        if not (isfinite(variant.weight) and variant.weight > 0):
            yield FieldError(f"variants.{index}.weight", "must be more than 0")
    yield from _sum([variant.weight for variant in variants], "variants")


def _payloads(config: ExperimentConfig, names: ProductNames) -> Problems:
    for index, variant in enumerate(config.variants):
        if fault := json_fault(dict(variant.payload), LARGEST_JSON):
            yield FieldError(f"variants.{index}.payload", fault)
    for problem in payload_problems(config.type, config.variants, names):
        yield replace(problem, field=problem.field.replace("[", ".").replace("]", ""))


def _targeting(config: ExperimentConfig) -> Problems:
    personal = config.type is TestType.PERSONALIZATION
    attributes = ATTRIBUTES_OF_PERSONALIZATION if personal else ATTRIBUTES
    if fault := json_fault(dict(config.targeting), LARGEST_JSON):
        yield FieldError("targeting", fault)
        return
    yield from condition_problems(config.targeting, "targeting", attributes)


def _namespace(config: ExperimentConfig) -> Problems:
    namespace = config.namespace
    if namespace is None:
        return
    if not re.fullmatch(KEY, namespace.name):
        yield FieldError("namespace.name", "must be up to 40 lowercase letters, digits, - and _")
    for field, value in (("start", namespace.start), ("end", namespace.end)):
        if not (isfinite(value) and 0 <= value <= 1):
            yield FieldError(f"namespace.{field}", "must be from 0 to 1")
    if namespace.start >= namespace.end:
        yield FieldError("namespace.end", "must be more than the start")


def _measures(config: ExperimentConfig) -> Problems:
    yield from measure_faults("primary", [config.primary])
    if len(config.secondary) > MOST_SECONDARY:
        yield FieldError("secondary", f"must be at most {MOST_SECONDARY}")
    for index, measure in enumerate(config.secondary):
        yield from measure_faults(f"secondary.{index}", [measure])
        if measure == config.primary or measure in config.secondary[:index]:
            yield FieldError(f"secondary.{index}", "is named twice", "duplicate")
    if len(config.guardrails) > MOST_GUARDRAILS:
        yield FieldError("guardrails", f"must be at most {MOST_GUARDRAILS}")
    names = [guardrail.measure for guardrail in config.guardrails]
    for index, guardrail in enumerate(config.guardrails):
        yield from measure_faults(f"guardrails.{index}.measure", [guardrail.measure])
        if guardrail.measure in names[:index]:
            yield FieldError(f"guardrails.{index}.measure", "is named twice", "duplicate")
        if not (isfinite(guardrail.max_drop) and 0 < guardrail.max_drop <= LARGEST_DROP):
            yield FieldError(f"guardrails.{index}.max_drop", f"must be more than 0 and at most {LARGEST_DROP}")


def _plan(config: ExperimentConfig) -> Problems:
    if not (isfinite(config.statistics.alpha) and 0 < config.statistics.alpha <= LARGEST_ALPHA):
        yield FieldError("statistics.alpha", f"must be more than 0 and at most {LARGEST_ALPHA}")
    if not (isfinite(config.mde) and 0 < config.mde <= LARGEST_MDE):
        yield FieldError("mde", f"must be more than 0 and at most {LARGEST_MDE:g}: 0.1 is a lift of 10%")
    if not 1 <= config.minimum.days <= MOST_DAYS:
        yield FieldError("minimum.days", f"must be from 1 to {MOST_DAYS}")
    if not 1 <= config.minimum.users_per_variant <= MOST_UNITS:
        yield FieldError("minimum.users_per_variant", f"must be from 1 to {MOST_UNITS}")
    if config.planned_units is not None and not 1 <= config.planned_units <= MOST_UNITS:
        yield FieldError("planned_units", f"must be from 1 to {MOST_UNITS}")
    window = config.conversion_window
    if window is not None and not timedelta(hours=1) <= window <= timedelta(hours=LONGEST_WINDOW_HOURS):
        yield FieldError("conversion_window_hours", f"must be from 1 to {LONGEST_WINDOW_HOURS}")


def _dates(config: ExperimentConfig) -> Problems:
    starts_at, ends_at = config.schedule.starts_at, config.schedule.ends_at
    if starts_at is not None and ends_at is not None and starts_at >= ends_at:
        yield FieldError("schedule.ends_at", "must be after the start")

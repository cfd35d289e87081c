"""Which value of a flag, and which variation of an experiment, a unit gets: JSON in, JSON out, no clock, no app.

`app/static/js/flags.js` is the same evaluator in a browser; tests hold the two together. A context is
`{"attributes", "features", "savedGroups", "forcedVariations", "url", "enabled", "qaMode", "allowUrlOverride"}`, all of
them optional. `sticky` are stored assignments: documents `<attribute>||<value>` with entries `<key>__<version>`, whose
values are keys of variations; None: nothing sticks. Answers hold references into what was passed in, to be read only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.analytics.experiments.evaluation.addresses import is_targeted, override_in
from backend.analytics.experiments.evaluation.conditions import evaluate_condition
from backend.analytics.experiments.evaluation.hashing import (
    COARSE,
    FINE,
    bucket_ranges,
    choose_variation,
    equal_weights,
    hash_bucket,
    in_namespace,
)
from backend.analytics.experiments.evaluation.javascript import double, is_number, is_true, number_text

__all__ = [
    "bucket_ranges",
    "choose_variation",
    "equal_weights",
    "evaluate_condition",
    "evaluate_feature",
    "hash_bucket",
    "in_namespace",
    "run_experiment",
]

LONGEST_CHAIN = 30  # prerequisites of prerequisites: what is longer counts as a cycle
FEWEST_VARIATIONS = 2

Answer = dict[str, Any]


def evaluate_feature(key: str, context: Mapping[str, Any], sticky: Mapping[str, Any] | None = None) -> Answer:
    """A flag's value with its source; `exposures` to log, and the `sticky` documents that changed."""
    evaluation = _Evaluation(context, sticky)
    return {**evaluation.feature(key), "exposures": evaluation.exposures, "sticky": evaluation.stuck}


def run_experiment(
    experiment: Mapping[str, Any], context: Mapping[str, Any], sticky: Mapping[str, Any] | None = None
) -> Answer:
    """A unit's variation; `exposures` to log, and the `sticky` documents that changed."""
    evaluation = _Evaluation(context, sticky)
    result = evaluation.experiment(experiment, None)
    return {**result, "exposures": evaluation.exposures, "sticky": evaluation.stuck}


class _Evaluation:
    """One question for one unit: what was answered on the way to it is answered once."""

    __slots__ = ("answers", "attributes", "context", "exposures", "features", "groups", "path", "sticky", "stuck")

    def __init__(self, context: Mapping[str, Any], sticky: Mapping[str, Any] | None) -> None:
        self.context = context
        self.attributes = context.get("attributes") or {}
        self.features = context.get("features") or {}
        self.groups = context.get("savedGroups") or {}
        self.sticky = sticky
        self.stuck: dict[str, dict[str, str]] = {}
        self.exposures: list[Answer] = []
        self.answers: dict[str, Answer] = {}
        self.path: set[str] = set()

    def feature(self, key: str) -> Answer:
        if key in self.answers:
            return self.answers[key]
        if key in self.path or len(self.path) >= LONGEST_CHAIN:
            return _value(None, "cyclicPrerequisite")
        definition = self.features.get(key)
        if definition is None:
            return _value(None, "unknownFeature")
        self.path.add(key)
        answer = self._by_rules(key, definition)
        self.path.discard(key)
        self.answers[key] = answer
        return answer

    def _by_rules(self, key: str, definition: Mapping[str, Any]) -> Answer:
        for rule in definition.get("rules") or ():
            answer = self._by_rule(key, rule)
            if answer is not None:
                return answer
        return _value(definition.get("defaultValue"), "defaultValue")

    def _by_rule(self, key: str, rule: Mapping[str, Any]) -> Answer | None:
        """What a rule decides; None: the next rule is asked."""
        failed = self._failed_prerequisite(rule.get("parentConditions"))
        if failed in {"cyclicPrerequisite", "prerequisite"}:
            return _value(None, failed)
        if failed or not self._passes(rule.get("filters")):
            return None
        if "force" in rule:
            is_met = self._meets(rule.get("condition")) and self._in_roll_out(key, rule)
            return _value(rule["force"], "force", rule.get("id")) if is_met else None
        if not isinstance(rule.get("variations"), list):
            return None
        experiment = {**rule, "key": rule.get("key") or key, "parentConditions": None, "urlPatterns": None}
        result = self.experiment(experiment, key)
        if not result["inExperiment"] or result["passthrough"]:
            return None
        return _value(result["value"], "experiment", rule.get("id"), experiment["key"], result)

    def _failed_prerequisite(self, prerequisites: Any) -> str:
        """Empty: none failed; "skip": one that is no gate did."""
        for prerequisite in prerequisites or ():
            answer = self.feature(prerequisite["id"])
            if answer["source"] == "cyclicPrerequisite":
                return "cyclicPrerequisite"
            condition = prerequisite.get("condition") or {}
            if not evaluate_condition(condition, {"value": answer["value"]}, self.groups):
                return "prerequisite" if is_true(prerequisite.get("gate")) else "skip"
        return ""

    def _meets(self, condition: Any) -> bool:
        return not condition or evaluate_condition(condition, self.attributes, self.groups)

    def _passes(self, filters: Any) -> bool:
        for one in filters or ():
            _, unit = self.unit(one.get("attribute"), None)
            bucket = hash_bucket(one.get("seed") or "", unit, one.get("hashVersion") or FINE) if unit else None
            if bucket is None or choose_variation(bucket, one.get("ranges") or ()) < 0:
                return False
        return True

    def _in_roll_out(self, key: str, rule: Mapping[str, Any]) -> bool:
        span, coverage = rule.get("range"), rule.get("coverage")
        if span is None and coverage is None:
            return True
        _, unit = self.unit(rule.get("hashAttribute"), self._fallback(rule))
        bucket = hash_bucket(rule.get("seed") or key, unit, rule.get("hashVersion") or COARSE) if unit else None
        if bucket is None:
            return False
        if span is not None:
            return bool(span[0] <= bucket < span[1])
        return coverage is not None and bool(coverage > 0 and bucket <= coverage)

    def unit(self, attribute: str | None, fallback: str | None) -> tuple[str, str]:
        """The attribute that identifies the unit, and its value as text; empty: it has none."""
        name = attribute or "id"
        value = _identifier(self.attributes.get(name))
        if value or not fallback:
            return name, value
        other = _identifier(self.attributes.get(fallback))
        return (fallback, other) if other else (name, "")

    def _fallback(self, rule: Mapping[str, Any]) -> str | None:
        return rule.get("fallbackAttribute") if self._sticks(rule) else None

    def _sticks(self, rule: Mapping[str, Any]) -> bool:
        return self.sticky is not None and not rule.get("disableStickyBucketing")

    def experiment(self, experiment: Mapping[str, Any], feature: str | None) -> Answer:
        attribute, unit = self.unit(experiment.get("hashAttribute"), self._fallback(experiment))
        variation, bucket, is_stored = self._without_hash(experiment, unit), None, False
        if variation is None:
            variation, bucket, is_stored = self._by_hash(experiment, unit)
        result = _result(experiment, variation, attribute=attribute, unit=unit)
        result |= {
            "hashUsed": bucket is not None,
            "bucket": bucket,
            "stickyBucketUsed": is_stored,
            "featureId": feature,
        }
        if bucket is not None:
            self._store(experiment, attribute, unit, result["key"])
            self.exposures.append({"experiment": experiment["key"], "result": result})
        return result

    def _by_hash(self, experiment: Mapping[str, Any], unit: str) -> tuple[int, float | None, bool]:
        """The variation, -1 for none; the bucket, if that is what decided; whether storage had a say."""
        stored, is_blocked = self._stored(experiment)
        if stored < 0 and not self._is_eligible(experiment, unit):
            return -1, None, False
        bucket = hash_bucket(experiment.get("seed") or experiment["key"], unit, experiment.get("hashVersion") or COARSE)
        if bucket is None or is_blocked:
            return -1, None, bucket is not None
        variation = stored if stored >= 0 else choose_variation(bucket, _ranges(experiment))
        if variation >= 0 and experiment.get("force") is not None:
            return _position(experiment["force"]), None, False
        if variation < 0 or self.context.get("qaMode") or experiment.get("status") == "stopped":
            return -1, None, False
        return variation, bucket, stored >= 0

    def _without_hash(self, experiment: Mapping[str, Any], unit: str) -> int | None:
        """A variation that no bucket decides; -1: the unit is not included; None: its bucket decides."""
        variations, context, key = experiment["variations"], self.context, experiment["key"]
        if len(variations) < FEWEST_VARIATIONS or context.get("enabled") is False:
            return -1
        url = context.get("url") or ""
        if experiment.get("urlPatterns") and not is_targeted(url, experiment["urlPatterns"]):
            return -1
        if context.get("allowUrlOverride"):
            override = override_in(url, key, len(variations))
            if override is not None:
                return override
        forced = (context.get("forcedVariations") or {}).get(key)
        if forced is not None:
            return _position(forced)
        is_inactive = experiment.get("status") == "draft" or experiment.get("active") is False
        return -1 if is_inactive or not unit else None

    def _is_eligible(self, experiment: Mapping[str, Any], unit: str) -> bool:
        if experiment.get("filters"):
            if not self._passes(experiment["filters"]):
                return False
        elif experiment.get("namespace") and not in_namespace(unit, experiment["namespace"]):
            return False
        return self._meets(experiment.get("condition")) and not self._failed_prerequisite(
            experiment.get("parentConditions")
        )

    def _stored(self, experiment: Mapping[str, Any]) -> tuple[int, bool]:
        """The variation of an earlier assignment, -1 without one, and whether an old version excludes the unit."""
        if not self._sticks(experiment):
            return -1, False
        entries = self._entries(experiment)
        key = experiment["key"]
        if any(f"{key}__{version}" in entries for version in range(experiment.get("minBucketVersion") or 0)):
            return -1, True
        variation = entries.get(f"{key}__{experiment.get('bucketVersion') or 0}")
        names = [_key(experiment, position) for position in range(len(experiment["variations"]))]
        return (names.index(variation) if variation in names else -1), False

    def _entries(self, experiment: Mapping[str, Any]) -> Mapping[str, str]:
        """What is stored for the unit; its own attribute wins over the fallback."""
        entries: dict[str, str] = {}
        for attribute in (experiment.get("fallbackAttribute"), experiment.get("hashAttribute") or "id"):
            if attribute:
                entries.update(self._document(f"{attribute}||{self.unit(attribute, None)[1]}"))
        return entries

    def _document(self, name: str) -> Mapping[str, str]:
        return self.stuck.get(name) or (self.sticky or {}).get(name) or {}

    def _store(self, experiment: Mapping[str, Any], attribute: str, unit: str, variation: str) -> None:
        if not self._sticks(experiment):
            return
        name, entry = f"{attribute}||{unit}", f"{experiment['key']}__{experiment.get('bucketVersion') or 0}"
        document = self._document(name)
        if document.get(entry) != variation:
            self.stuck[name] = {**document, entry: variation}


def _identifier(value: Any) -> str:
    if isinstance(value, str):
        return value
    return number_text(value) if is_number(value) and value != 0 else ""


def _ranges(experiment: Mapping[str, Any]) -> Any:
    coverage = experiment.get("coverage")
    ranges = experiment.get("ranges")
    if ranges:
        return ranges
    return bucket_ranges(
        len(experiment["variations"]), 1.0 if coverage is None else coverage, experiment.get("weights")
    )


def _meta(experiment: Mapping[str, Any], position: int) -> Mapping[str, Any]:
    meta = experiment.get("meta") or ()
    return meta[position] if position < len(meta) else {}


def _key(experiment: Mapping[str, Any], position: int) -> str:
    return _meta(experiment, position).get("key") or str(position)


def _position(forced: Any) -> int:
    return int(forced) if is_number(forced) and double(forced).is_integer() else -1


def _result(experiment: Mapping[str, Any], variation: int, *, attribute: str, unit: str) -> Answer:
    variations = experiment["variations"]
    is_included = 0 <= variation < len(variations)
    position = variation if is_included else 0
    meta = _meta(experiment, position)
    return {
        "key": _key(experiment, position),
        "name": meta.get("name"),
        "passthrough": bool(meta.get("passthrough")),
        "variationId": position,
        "value": variations[position] if variations else None,
        "inExperiment": is_included,
        "hashAttribute": attribute,
        "hashValue": unit,
    }


def _value(
    value: Any, source: str, rule: str | None = None, experiment: str | None = None, result: Answer | None = None
) -> Answer:
    is_on = is_true(value)
    return {
        "value": value,
        "on": is_on,
        "off": not is_on,
        "source": source,
        "ruleId": rule,
        "experiment": experiment,
        "experimentResult": result,
    }

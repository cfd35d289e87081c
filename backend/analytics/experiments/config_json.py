"""An experiment's configuration as JSON, as the API takes it and the table keeps it: there and back without a loss."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.analytics.experiments.definition import (
    Allocation,
    Automation,
    Correction,
    ExperimentConfig,
    ExperimentSchedule,
    ExperimentUnit,
    Guardrail,
    Minimum,
    Namespace,
    StatisticsEngine,
    StatisticsPlan,
    TestType,
    Variant,
)

HOUR = timedelta(hours=1)
Json = dict[str, Any]


def config_json(config: ExperimentConfig) -> Json:
    """The body of `create`, with the seed."""
    return {
        "name": config.name,
        "type": config.type.value,
        "hypothesis": config.hypothesis,
        "unit": config.unit.value,
        "variants": [_variant_json(variant) for variant in config.variants],
        "traffic": config.traffic,
        "targeting": dict(config.targeting),
        "namespace": _namespace_json(config.namespace),
        "primary": config.primary,
        "secondary": list(config.secondary),
        "guardrails": [{"measure": rail.measure, "max_drop": rail.max_drop} for rail in config.guardrails],
        "statistics": _statistics_json(config.statistics),
        "minimum": {"days": config.minimum.days, "users_per_variant": config.minimum.users_per_variant},
        "mde": config.mde,
        "allocation": config.allocation.value,
        "schedule": _schedule_json(config.schedule),
        "automation": {"roll_out": config.automation.roll_out, "roll_back": config.automation.roll_back},
        "conversion_window_hours": _hours(config.conversion_window),
        "planned_units": config.planned_units,
        "seed": config.seed,
    }


def config_of(stored: Mapping[str, Any]) -> ExperimentConfig:
    """The configuration that `config_json` wrote; what a shorter body leaves out is as by default."""
    window = stored.get("conversion_window_hours")
    return ExperimentConfig(
        name=stored["name"],
        type=TestType(stored["type"]),
        hypothesis=stored["hypothesis"],
        unit=ExperimentUnit(stored["unit"]),
        variants=tuple(_variant_of(variant) for variant in stored["variants"]),
        traffic=stored.get("traffic", 1.0),
        targeting=dict(stored.get("targeting") or {}),
        namespace=_namespace_of(stored.get("namespace") or {}),
        primary=stored["primary"],
        secondary=tuple(stored.get("secondary") or ()),
        guardrails=tuple(Guardrail(rail["measure"], rail["max_drop"]) for rail in stored.get("guardrails") or ()),
        statistics=_statistics_of(stored.get("statistics") or {}),
        minimum=Minimum(**(stored.get("minimum") or {})),
        mde=stored.get("mde", 0.1),
        allocation=Allocation(stored.get("allocation", Allocation.FIXED)),
        schedule=_schedule_of(stored.get("schedule") or {}),
        automation=Automation(**(stored.get("automation") or {})),
        conversion_window=None if window is None else timedelta(hours=window),
        planned_units=stored.get("planned_units"),
        seed=stored.get("seed", ""),
    )


def _variant_json(variant: Variant) -> Json:
    return {"key": variant.key, "name": variant.name, "weight": variant.weight, "payload": dict(variant.payload)}


def _variant_of(stored: Mapping[str, Any]) -> Variant:
    return Variant(stored["key"], stored["name"], stored["weight"], dict(stored.get("payload") or {}))


def _namespace_json(namespace: Namespace | None) -> Json:
    return {"name": namespace.name, "start": namespace.start, "end": namespace.end} if namespace else {}


def _namespace_of(stored: Mapping[str, Any]) -> Namespace | None:
    return Namespace(stored["name"], stored["start"], stored["end"]) if stored else None


def _statistics_json(plan: StatisticsPlan) -> Json:
    return {
        "engine": plan.engine.value,
        "sequential": plan.sequential,
        "alpha": plan.alpha,
        "correction": plan.correction.value,
    }


def _statistics_of(stored: Mapping[str, Any]) -> StatisticsPlan:
    default = StatisticsPlan()
    return StatisticsPlan(
        StatisticsEngine(stored.get("engine", default.engine)),
        stored.get("sequential", default.sequential),
        stored.get("alpha", default.alpha),
        Correction(stored.get("correction", default.correction)),
    )


def _schedule_json(schedule: ExperimentSchedule) -> Json:
    instants = {"starts_at": schedule.starts_at, "ends_at": schedule.ends_at}
    return {name: at.astimezone(UTC).isoformat() for name, at in instants.items() if at is not None}


def _schedule_of(stored: Mapping[str, Any]) -> ExperimentSchedule:
    return ExperimentSchedule(_instant(stored.get("starts_at")), _instant(stored.get("ends_at")))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _hours(window: timedelta | None) -> float | int | None:
    if window is None:
        return None
    return window // HOUR if window % HOUR == timedelta() else window / HOUR

"""What the form of an experiment sends, parsed once: five questions in, a configuration out, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from backend.analytics.experiments.definition import (
    Allocation,
    Automation,
    ExperimentConfig,
    ExperimentSchedule,
    ExperimentUnit,
    Guardrail,
    Minimum,
    StatisticsEngine,
    StatisticsPlan,
    TestType,
    Variant,
)
from backend.analytics.experiments.unit_measures import UNIT_MEASURES
from backend.analytics.metrics.catalogue.measures import Unit
from backend.dashboards.experiments.power import TodaysFigures
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.instants import local_instant

Form = MultiDict[str, str]
T = TypeVar("T")
MOST_VARIANTS, MOST_GUARDRAILS = 4, 3
FIRST_YEAR, LAST_YEAR = 2000, 2200  # as the API takes them
JUDGED = {
    "sequential": "Look as often as you like (recommended)",
    "fixed": "One look, at the planned number",
    "bayesian": "Bayesian, decided at the planned number",
}
PLANS = {
    "sequential": StatisticsPlan(),
    "fixed": StatisticsPlan(sequential=False),
    "bayesian": StatisticsPlan(StatisticsEngine.BAYESIAN, sequential=False),
}
OFFER_FIELDS = ("offer", "name", "price", "features")


class FormReader:
    """Fields as they were typed, and what is wrong with them."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.faults: list[FieldError] = []

    def text(self, name: str) -> str:
        return self.form.get(name, "").strip()

    def number(self, name: str, default: float | None, label: str, scale: float = 1.0) -> float | None:
        """A number with or without a percent sign or commas, divided by `scale`; `default` where nothing is typed."""
        text = self.text(name).removesuffix("%").removeprefix("$").replace(",", "").strip()
        if not text:
            return default
        if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
            self.faults.append(FieldError(name, f"{label}: enter a number, such as 10."))
            return default
        return float(text) / scale

    def choice(self, name: str, of: Callable[[str], T], default: T, label: str) -> T:
        text = self.text(name)
        try:
            return of(text) if text else default
        except (ValueError, KeyError):
            self.faults.append(FieldError(name, f"{label}: choose one of the list."))
            return default

    def instant(self, name: str, zone: str, label: str) -> datetime | None:
        text = self.text(name)
        if not text:
            return None
        instant = local_instant(text, zone)
        if instant is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
            self.faults.append(FieldError(name, f"{label}: enter a day and a time."))
            return None
        return instant


def config_of_form(form: Form, zone: str) -> ExperimentConfig:
    """Raises InvalidRequest for what cannot be read; the service says what is wrong with the rest."""
    reader = FormReader(form)
    config = _config(reader, zone)
    if reader.faults:
        raise InvalidRequest(reader.faults)
    return config


def _config(reader: FormReader, zone: str) -> ExperimentConfig:
    family = reader.choice("type", TestType, TestType.CUSTOM, "What it changes")
    schedule = ExperimentSchedule(reader.instant("starts_at", zone, "Start"), reader.instant("ends_at", zone, "End"))
    window = reader.number("conversion_window_hours", None, "Conversion window")
    planned = reader.number("planned_units", None, "Planned number")
    return ExperimentConfig(
        name=reader.text("name"), type=family, hypothesis=reader.text("hypothesis"),
        unit=reader.choice("unit", ExperimentUnit, ExperimentUnit.VISITOR, "Who"),
        variants=tuple(_variants(reader, family)), primary=reader.text("primary"), seed="",
        traffic=reader.number("traffic", 1.0, "Traffic", 100) or 0.0, targeting=_targeting(reader),
        secondary=tuple(reader.form.getlist("secondary")), guardrails=tuple(_guardrails(reader)),
        statistics=reader.choice("judged", PLANS.__getitem__, StatisticsPlan(), "How it is judged"),
        minimum=Minimum(int(reader.number("minimum_days", 7, "Days") or 0),
                        int(reader.number("minimum_units", 500, "At least in each version") or 0)),
        mde=reader.number("mde", 0.1, "Smallest gain worth having", 100) or 0.0,
        allocation=reader.choice("allocation", Allocation, Allocation.FIXED, "Weights"), schedule=schedule,
        automation=Automation("roll_out" in reader.form, "roll_back" in reader.form),
        conversion_window=None if window is None else timedelta(hours=window),
        planned_units=None if planned is None else int(planned),
    )  # fmt: skip


def today_of_form(form: Form, config: ExperimentConfig) -> TodaysFigures:
    """Today's figures as they were typed: a rate in percent, an amount in dollars."""
    reader = FormReader(form)
    scale = {Unit.FRACTION: 100.0, Unit.CENTS: 0.01}.get(UNIT_MEASURES[config.primary].unit, 1.0)
    value = reader.number("baseline", None, "Today’s value", scale)
    return TodaysFigures(value, reader.number("units_per_day", None, "How many come in a day"))


def rows_of(form: Form) -> list[int]:
    """The numbers of the variants that were filled in; the first is the control."""
    return [row for row in range(MOST_VARIANTS) if form.get(f"v{row}-label", "").strip()]


def _variants(reader: FormReader, family: TestType) -> Iterator[Variant]:
    rows, keys = rows_of(reader.form), set[str]()
    typed = {row: reader.number(f"v{row}-weight", None, "Weight", 100) for row in rows}
    left = max(1 - sum(weight for weight in typed.values() if weight), 0.0)
    empty = [row for row, weight in typed.items() if weight is None]
    for row in rows:
        label, weight = reader.text(f"v{row}-label"), typed[row]
        key = _key(label, keys)
        keys.add(key)
        share = weight if weight is not None else left / len(empty)
        yield Variant(key, label, share, payload_of(reader, family, row))


def _key(label: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:36] or "variant"
    return next(key for key in (base, *(f"{base}-{number}" for number in range(2, 9))) if key not in taken)


def payload_of(reader: FormReader, family: TestType, row: int) -> Mapping[str, Any]:
    """What a variant changes; nothing: it is as today."""
    match family:
        case TestType.RISK_ALGORITHM:
            return _chosen(reader, row, "weighting")
        case TestType.PERSONALIZATION:
            return _chosen(reader, row, "next_steps", "moves")
        case TestType.URGENCY_MESSAGING:
            source, _, text = reader.text(f"v{row}-statement").partition("|")
            return {"text": text, "source": source} if source else {}
        case TestType.CONVERSION_OFFER:
            return _offer(reader, row)
    return _json(reader, row)


def _chosen(reader: FormReader, row: int, *names: str) -> dict[str, str]:
    return {name: reader.text(f"v{row}-{name}") for name in names if reader.text(f"v{row}-{name}")}


def _offer(reader: FormReader, row: int) -> dict[str, Any]:
    typed = {name: reader.text(f"v{row}-{name}") for name in OFFER_FIELDS}
    if not any(typed.values()):
        return {}
    price = reader.number(f"v{row}-price", None, "Price")
    features = [line.strip() for line in typed["features"].splitlines() if line.strip()]
    cents = None if price is None else round(price * 100)
    return {
        "offer": typed["offer"],
        "name": typed["name"],
        "price_cents": cents,
        "currency": "USD",
        "features": features,
    }


def _json(reader: FormReader, row: int) -> Mapping[str, Any]:
    text = reader.text(f"v{row}-payload")
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    reader.faults.append(FieldError(f"v{row}-payload", 'Enter a JSON object, such as {"color": "blue"}.'))
    return {}


def _targeting(reader: FormReader) -> Mapping[str, Any]:
    countries = [code.strip().upper() for code in reader.text("country").split(",") if code.strip()]
    devices = [device for device in reader.form.getlist("device") if device]
    chosen = {"country": countries, "device": devices}
    return {name: {"$in": values} for name, values in chosen.items() if values}


def _guardrails(reader: FormReader) -> Iterator[Guardrail]:
    for number in range(MOST_GUARDRAILS):
        measure = reader.text(f"g{number}-measure")
        drop = reader.number(f"g{number}-drop", 0.05, "Guardrail", 100)
        if measure:
            yield Guardrail(measure, drop or 0.0)


PATHS = (
    (re.compile(r"variants\.(\d+)\.payload\.price_cents"), "v{}-price"),
    (re.compile(r"variants\.(\d+)\.payload\.(?:source|text)"), "v{}-statement"),
    (re.compile(r"variants\.(\d+)\.payload\.features.*"), "v{}-features"),
    (re.compile(r"variants\.(\d+)\.payload\.(\w+)"), "v{}-{}"),
    (re.compile(r"variants\.(\d+)\.payload"), "v{}-payload"),
    (re.compile(r"variants\.(\d+)\.weight"), "v{}-weight"),
    (re.compile(r"variants\.(\d+)\.(?:key|name)"), "v{}-label"),
    (re.compile(r"variants"), "v0-label"),
    (re.compile(r"guardrails\.(\d+)\.measure"), "g{}-measure"),
    (re.compile(r"guardrails\.(\d+)\.max_drop"), "g{}-drop"),
    (re.compile(r"guardrails"), "g0-measure"),
    (re.compile(r"minimum\.days"), "minimum_days"),
    (re.compile(r"minimum\.users_per_variant"), "minimum_units"),
    (re.compile(r"statistics.*"), "judged"),
    (re.compile(r"schedule\.(\w+)"), "{}"),
    (re.compile(r"targeting.*"), "country"),
    (re.compile(r"secondary.*"), "secondary"),
)
LABELS = {
    "name": "The name", "hypothesis": "The question", "primary": "The measure", "mde": "The smallest gain",
    "traffic": "The traffic", "minimum_days": "The days", "minimum_units": "The least in each version",
    "planned_units": "The planned number", "country": "The countries", "ends_at": "The end", "secondary": "A measure",
    "conversion_window_hours": "The conversion window", "label": "The version’s name", "weight": "The weight",
    "price": "The price", "features": "The features", "offer": "The key of the offer", "payload": "What it shows",
    "measure": "The guardrail", "drop": "The largest drop", "statement": "The statement", "weighting": "The weighting",
    "next_steps": "The order of next steps", "moves": "The order of moves",
}  # fmt: skip


def at_its_field(error: FieldError, form: Form) -> FieldError:
    """The error of a configuration at the field of the form where it was typed."""
    field, rows = error.field, rows_of(form)
    for pattern, name in PATHS:
        match = pattern.fullmatch(field)
        if match:
            numbers = list(match.groups())
            if field.startswith("variants.") and int(numbers[0]) < len(rows):
                numbers[0] = str(rows[int(numbers[0])])
            field = name.format(*numbers)
            break
    label = LABELS.get(field.rpartition("-")[2], "")
    is_fragment = error.message[:1].islower()
    message = f"{label or 'This'} {error.message}." if is_fragment else error.message
    return replace(error, field=field, message=message)


@contextmanager
def told_at_fields(form: Form) -> Iterator[None]:
    """What is wrong with a design is told where it was typed."""
    try:
        yield
    except InvalidRequest as refused:
        raise InvalidRequest([at_its_field(error, form) for error in refused.errors]) from refused


def readable(form: Form, zone: str) -> ExperimentConfig | tuple[str, ...]:
    """The design in a form, or why it cannot be read yet."""
    try:
        return config_of_form(form, zone)
    except InvalidRequest as unread:
        return tuple(error.message for error in unread.errors)


def fits_form(config: ExperimentConfig) -> bool:
    """Whether the form can show the whole design, so that saving it loses nothing; the API can say more."""
    is_listed = all(
        name in ("country", "device")
        and isinstance(condition, Mapping)
        and set(condition) == {"$in"}
        and all(isinstance(value, str) for value in condition["$in"])
        for name, condition in config.targeting.items()
    )
    is_short = len(config.variants) <= MOST_VARIANTS and len(config.guardrails) <= MOST_GUARDRAILS
    return is_listed and is_short and config.namespace is None and config.statistics in PLANS.values()


def with_keys_of(draft: ExperimentConfig, config: ExperimentConfig) -> ExperimentConfig:
    """The design with the keys that the draft gave to versions of the same name: code asks for them."""
    keys = {variant.name: variant.key for variant in draft.variants}
    variants = tuple(replace(variant, key=keys.get(variant.name, variant.key)) for variant in config.variants)
    return replace(config, variants=variants)


def typed(config: ExperimentConfig, zone: str) -> dict[str, Any]:
    """A configuration as one would type it again."""
    judged = _judged(config.statistics)
    window = config.conversion_window
    fields: dict[str, Any] = {
        "name": config.name, "hypothesis": config.hypothesis, "type": config.type.value, "unit": config.unit.value,
        "primary": config.primary, "traffic": _percent(config.traffic), "mde": _percent(config.mde), "judged": judged,
        "allocation": config.allocation.value, "minimum_days": config.minimum.days,
        "minimum_units": config.minimum.users_per_variant, "planned_units": config.planned_units or "",
        "conversion_window_hours": "" if window is None else f"{window / timedelta(hours=1):g}",
        "country": ", ".join(config.targeting.get("country", {}).get("$in", [])),
        "starts_at": _local(config.schedule.starts_at, zone), "ends_at": _local(config.schedule.ends_at, zone),
    }  # fmt: skip
    for row, variant in enumerate(config.variants):
        fields |= {f"v{row}-label": variant.name, f"v{row}-weight": _percent(variant.weight)}
        fields |= {f"v{row}-{name}": text for name, text in _payload_typed(config.type, variant.payload).items()}
    for number, rail in enumerate(config.guardrails):
        fields |= {f"g{number}-measure": rail.measure, f"g{number}-drop": _percent(rail.max_drop)}
    return fields


def _judged(plan: StatisticsPlan) -> str:
    if plan.engine is StatisticsEngine.BAYESIAN:
        return "bayesian"
    return "sequential" if plan.sequential else "fixed"


def _payload_typed(family: TestType, payload: Mapping[str, Any]) -> dict[str, str]:
    if not payload:
        return {}
    if family is TestType.CUSTOM:
        return {"payload": json.dumps(payload, ensure_ascii=False)}
    if family is TestType.URGENCY_MESSAGING:
        return {"statement": f"{payload['source']}|{payload['text']}"}
    if family is TestType.CONVERSION_OFFER:
        price = f"{payload['price_cents'] / 100:.2f}"
        return {"offer": payload["offer"], "name": payload["name"], "price": price,
                "features": "\n".join(payload["features"])}  # fmt: skip
    return {name: str(value) for name, value in payload.items()}


def _percent(share: float) -> str:
    """As many digits as the form reads, so that a third comes back as a third and weights still add up."""
    return f"{share * 100:.9f}".rstrip("0").rstrip(".")


def _local(instant: datetime | None, zone: str) -> str:
    return "" if instant is None else f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"

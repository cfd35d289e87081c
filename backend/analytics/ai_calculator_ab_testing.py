"""The plugin of experiments: makes, starts, and reads them, for Python callers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from backend.analytics.experiments.assignment import WITHOUT_ID, Assigner
from backend.analytics.experiments.definition import ExperimentConfig, ExperimentUnit, TestType, Variant
from backend.analytics.experiments.models import LONGEST_UNIT_ID
from backend.analytics.experiments.result_service import ResultService
from backend.analytics.experiments.results import Results
from backend.analytics.experiments.service import CLI, ExperimentService
from backend.analytics.experiments.units import UnitIds, Viewer
from backend.errors import FieldError, InvalidRequest
from backend.plugins import Health, current, get

if TYPE_CHECKING:
    from flask import Flask

CURRENCY = "USD"
PRIMARY = "conversion_rate"
Choice = Mapping[str, Any]


class AiCalculatorAbTesting:
    """Has no background work of its own: the schedule looks at experiments, and requests assign."""

    name = "ai_calculator_ab_testing"

    def init_app(self, app: Flask) -> None:
        pass

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def health(self) -> Health:
        return Health(ok=True, vital=False)

    def create_conversion_offer_test(self, name: str, offers: Sequence[Choice], **design: Any) -> str:
        """A draft that compares offers, each `{'name', 'price', 'features'}` with the price in dollars; its ID.

        The first is the control, and all have equal weights. `design`: fields of `ExperimentConfig` to set otherwise,
        such as the unit: it is the user, whom `get_variant` asks about, unless pages are to show it to strangers too.
        Raises InvalidRequest with every reason, as the others do too.
        """
        payloads = [
            {
                "offer": _key(index),
                "name": offer["name"],
                "price_cents": int((Decimal(str(offer["price"])) * 100).to_integral_value()),
                "currency": CURRENCY,
                "features": list(offer["features"]),
            }
            for index, offer in enumerate(offers)
        ]
        return _created(name, TestType.CONVERSION_OFFER, [str(offer["name"]) for offer in offers], payloads, design)

    def create_risk_algorithm_test(self, name: str, weightings: Sequence[str], **design: Any) -> str:
        """A draft that compares named weightings of the published measures; the first is the control."""
        payloads = [{"weighting": weighting} for weighting in weightings]
        return _created(name, TestType.RISK_ALGORITHM, weightings, payloads, design)

    def create_personalization_test(self, name: str, orders: Sequence[Choice], **design: Any) -> str:
        """A draft that compares orders, each `{'next_steps', 'moves'}` or a part of it; the first is the control."""
        names = [" and ".join(str(value) for value in order.values()) or "as it is" for order in orders]
        return _created(name, TestType.PERSONALIZATION, names, [dict(order) for order in orders], design)

    def create_urgency_test(self, name: str, messages: Sequence[Choice], **design: Any) -> str:
        """A draft that compares texts, each `{'text', 'source'}`; the first is the control, and may be empty."""
        names = [str(message.get("source", "no text")) for message in messages]
        return _created(name, TestType.URGENCY_MESSAGING, names, [dict(message) for message in messages], design)

    def start_test(self, test_id: str) -> None:
        """Raises NotFound, ExperimentConflict with all that stands against it."""
        get(ExperimentService).start(test_id, CLI)

    def get_variant(
        self,
        test_id: str,
        user_id: str | None = None,
        *,
        visitor_id: str | None = None,
        session_id: str | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> str | None:
        """The key of a unit's variant, which is on record from then on as seen; None: it is not in the experiment.

        The IDs are those of its later events; the experiment's own unit needs one. `attributes`: what targeting asks.
        Raises NotFound, InvalidRequest.
        """
        ids = UnitIds(user_id, visitor_id, session_id, session_key="session_id")
        _demand_ids({"user_id": user_id, "visitor_id": visitor_id, "session_id": session_id})
        assignment = get(Assigner).variant(test_id, Viewer(ids), attributes or {})
        if assignment.reason in WITHOUT_ID.values():
            unit = get(ExperimentService).get(test_id).config.unit
            raise InvalidRequest(
                [FieldError(f"{unit}_id", f"This experiment splits by {unit}: give its ID.", "missing")]
            )
        return assignment.variant.key if assignment.variant else None

    def get_results(self, test_id: str) -> Results:
        """All that the page of an experiment shows. Raises NotFound, InvalidRequest of a draft."""
        return get(ResultService).results(test_id)


def _demand_ids(ids: Mapping[str, str | None]) -> None:
    message = f"must be 1 to {LONGEST_UNIT_ID} printable characters"
    wrong = [name for name, value in ids.items() if value is not None and not _is_id(value)]
    if wrong:
        raise InvalidRequest([FieldError(name, message) for name in wrong])


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= LONGEST_UNIT_ID and value.isprintable()


def _created(
    name: str, family: TestType, names: Sequence[str], payloads: Sequence[dict[str, Any]], design: Mapping[str, Any]
) -> str:
    share = 1 / max(len(payloads), 1)
    variants = tuple(
        Variant(_key(index), label, share, payload)
        for index, (label, payload) in enumerate(zip(names, payloads, strict=True))
    )
    fields = {"unit": ExperimentUnit.USER, "hypothesis": f"{name} changes conversion.", "primary": PRIMARY}
    config = ExperimentConfig(name=name, type=family, variants=variants, seed="", **(fields | dict(design)))
    return get(ExperimentService).create(config, CLI).test_id


def _key(index: int) -> str:
    return "control" if index == 0 else f"variant-{index}"


ai_calculator_ab_testing = current(AiCalculatorAbTesting)

"""The form of an experiment: its five questions with what was answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.analytics.experiments.definition import Allocation, TestType
from backend.analytics.experiments.families import ProductNames
from backend.dashboards.experiments.detail import ALLOCATIONS
from backend.dashboards.experiments.listing import FAMILIES
from backend.dashboards.experiments.power import ShownPower
from backend.plugins import get
from backend.routes.pages.experiment_parts import MEASURES
from backend.routes.pages.forms import Errors, form_page
from backend.routes.schemas.experiment_forms import JUDGED

AS_TODAY = {"": "As today"}
ORDERS = {
    "published": "As published",
    "by_share": "Largest share first",
    "by_pay": "Best pay first",
    "by_speed": "Quickest first",
    "balanced": "Balanced",
    "pay": "Best pay first",
    "similarity": "Most alike first",
    "openings": "Most openings first",
}


def experiment_form(
    action: str, sent: Any, errors: Errors, power: ShownPower | None, chosen: dict[str, Any] | None = None
) -> str:
    """The five questions, with what was answered, and what the answers take."""
    family = TestType(sent["type"]) if sent.get("type") in list(TestType) else TestType.CUSTOM
    return form_page(
        "experiments/wizard.html", errors, action=action, values=sent, chosen=chosen or ticked(sent), power=power,
        family=family,
        families=FAMILIES, options=_options(), measures=MEASURES, judged=JUDGED,
        allocations={kind.value: words for kind, words in ALLOCATIONS.items() if kind in Allocation},
    )  # fmt: skip


def ticked(sent: Any) -> dict[str, Any]:
    """The boxes that were ticked in what was sent."""
    many: Callable[[str], list[str]] = getattr(sent, "getlist", lambda _: [])
    lists = {"secondary": many("secondary"), "device": many("device")}
    return lists | {name: name in sent for name in ("roll_out", "roll_back")}


def _options() -> dict[str, dict[str, str]]:
    """What the product offers to choose from, each with today's first."""
    names = get(ProductNames)
    lists = {"weightings": names.weightings, "next_steps": names.next_steps, "moves": names.moves}
    options = {name: AS_TODAY | {key: ORDERS.get(key, key) for key in keys} for name, keys in lists.items()}
    statements = {f"{source}|{text}": text for source, texts in names.statements.items() for text in texts}
    return options | {"statements": AS_TODAY | statements, "guardrails": {"": "None"} | MEASURES}

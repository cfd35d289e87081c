"""A result as a PDF, for whoever decides away from the screen."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from threading import Lock

from backend.dashboards.experiments.detail import ExperimentPage

EPOCH = 0
TEMPLATE = Path(__file__).with_name("result.typ")
_press = Lock()


def result_pdf(page: ExperimentPage) -> bytes:
    """Tagged, and the same bytes for the same result; nothing in it is read as markup."""
    import typst

    data = json.dumps(document_of(page), ensure_ascii=False, allow_nan=False)
    with _press:
        made = typst.compile(
            _source(), format="pdf", ignore_system_fonts=True, sys_inputs={"data": data}, pdf_standards=["ua-1"],
            timestamp=EPOCH,
        )  # fmt: skip
    if not isinstance(made, bytes):
        raise TypeError("a document is one file")
    return made


def document_of(page: ExperimentPage) -> dict[str, object]:
    """What is printed: the verdict, who saw what, the checks, the guardrails, and the plan."""
    counted = page.counted
    return {
        "name": page.name,
        "status": page.badge,
        "headline": page.verdict.headline,
        "text": " ".join(page.verdict.text),
        "arms": [[arm.name, arm.units, arm.events, arm.value, arm.lift] for arm in (counted.arms if counted else ())],
        "left_out": counted.left_out if counted else "",
        "checks": [[check.title, check.text] for check in (counted.health.checks if counted else ())],
        "guardrails": [
            [row.measure, row.arm, row.difference or "–", row.interval or row.why, row.verdict]
            for row in (counted.guardrails if counted else ())
        ],
        "plan": [list(row) for row in page.plan],
        "as_of": counted.as_of if counted else "",
    }


@cache
def _source() -> bytes:
    return TEMPLATE.read_bytes()

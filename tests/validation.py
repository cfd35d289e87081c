"""The checks on the methodology page: `python -m tests.validation` writes them, a test compares them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from backend.assessments.job_impact.model.job_impact import JOINED_LINES, ExposureModel, weekly_exposure
from backend.assessments.job_impact.model.result import Agreement, Evidence, Exposure, Level
from backend.reference.loading import load_reference
from backend.reference.tables import Measure
from backend.routes.pages.methodology import VALIDATION

OCCUPATIONS = {
    "15-1252": ("Software developers", 83.8, 78.7, 86.6),
    "43-4051": ("Customer service representatives", 86.7, 70.6, 98.6),
    "29-1141": ("Registered nurses", 51.0, 42.6, 56.1),
    "23-2011": ("Paralegals and legal assistants", 70.5, 45.5, 90.3),
    "47-2111": ("Electricians", 27.7, 25.4, 32.1),
    "15-2051": ("Data scientists (two kinds of evidence)", 94.5, 93.5, 95.6),
}
LEVELS = {Level.LOW: 35.6, Level.MEDIUM: 30.5, Level.HIGH: 33.9}
KINDS_APART = {"at most 20": 58.8, "20 to 40": 37.0, "more than 40": 4.2}
AGREEMENTS = {Agreement.AGREE: 53.7, Agreement.MIXED: 40.1, Agreement.DISAGREE: 6.2}
SPEARMAN = dict(zip(combinations(Evidence, 2), (".871", ".815", ".740"), strict=True))
NAMES = {Evidence.TASK: "tasks", Evidence.ABILITY: "abilities", Evidence.USAGE: "usage"}
WIDTHS = {
    Agreement.AGREE: "at most 30",
    Agreement.MIXED: "30 to 55",
    Agreement.DISAGREE: "more than 55",
}
PAPERWORK = ("4.A.4.a.3.I02", "4.A.4.a.5.I01", "4.A.3.b.6.I06")
BEDSIDE = ("4.A.1.b.2.I10", "4.A.3.b.4.I09", "4.A.3.a.2.I24")
Row = tuple[str, str, str]


def checks() -> list[dict[str, str]]:
    model = ExposureModel.of(load_reference().occupations.values())
    rows = [*_scores(model), *_coverage(model), *_agreement_of_families(model), *_weeks(model), _beta(model)]
    return [{"check": check, "reference": reference, "found": value} for check, reference, value in rows]


def _scored(model: ExposureModel) -> dict[str, Exposure]:
    return {code: exposure for code, exposure in model.typicals.items() if isinstance(exposure, Exposure)}


def _score(exposure: object) -> str:
    assert isinstance(exposure, Exposure)
    return _written(exposure.score, exposure.band.low, exposure.band.high)


def _written(score: float, low: float, high: float) -> str:
    return f"{score:.1f} ({low:.1f} to {high:.1f})"


def _scores(model: ExposureModel) -> Iterator[Row]:
    for code, (name, *expected) in OCCUPATIONS.items():
        yield f"{name}: score and range", _written(*expected), _score(model.typical(code))


def _coverage(model: ExposureModel) -> Iterator[Row]:
    scored = _scored(model)
    workers = {code: model.occupations[code].employment or 0 for code in model.occupations}
    held = sum(workers[code] for code in scored)
    yield "Occupations with a score", "783 of 832", f"{len(scored)} of {len(model.occupations)}"
    three = sum(len(exposure.families) == len(Evidence) for exposure in scored.values())
    yield "Occupations with all three kinds of evidence", "776", str(three)
    yield "US employment with a score", "98.7%", f"{100 * held / sum(workers.values()):.1f}%"
    for level, expected in LEVELS.items():
        share = sum(workers[code] for code, exposure in scored.items() if exposure.level is level) / held
        yield f"Workers at the {level} level", f"{expected}%", f"{100 * share:.1f}%"
    apart = {code: _apart(exposure) for code, exposure in scored.items()}
    for words, expected in KINDS_APART.items():
        share = sum(workers[code] for code in scored if apart[code] == words) / held
        yield f"Workers whose kinds of evidence lie {words} points apart", f"{expected:.1f}%", f"{100 * share:.1f}%"
    for agreement, expected in AGREEMENTS.items():
        share = sum(workers[code] for code, exposure in scored.items() if exposure.agreement is agreement) / held
        yield f"Workers whose measures lie {WIDTHS[agreement]} points apart", f"{expected:.1f}%", f"{100 * share:.1f}%"


def _apart(exposure: Exposure) -> str:
    """How far the kinds of evidence lie apart, in the words of KINDS_APART."""
    points = exposure.band.high - exposure.band.low
    closest, middle, widest = KINDS_APART
    return closest if points <= 20 else middle if points <= 40 else widest


def _agreement_of_families(model: ExposureModel) -> Iterator[Row]:
    for (one, other), expected in SPEARMAN.items():
        pairs = [exposure.families for exposure in _scored(model).values() if {one, other} <= exposure.families.keys()]
        ranks = [_ranks([families[family] for families in pairs]) for family in (one, other)]
        correlation = f"{np.corrcoef(*ranks)[0, 1]:.3f}".removeprefix("0")
        yield f"Spearman correlation of {NAMES[one]} and {NAMES[other]}", expected, correlation


def _ranks(values: list[float]) -> npt.NDArray[np.float64]:
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle: npt.NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[which]
    return middle


def _weeks(model: ExposureModel) -> Iterator[Row]:
    for name, chosen, expected in (
        ("paperwork", PAPERWORK, (72.1, 56.1, 94.6)),
        ("bedside work", BEDSIDE, (38.6, 23.6, 56.1)),
    ):
        exposure = model.personal("29-1141", dict.fromkeys(chosen, 1.0))
        yield f"A nurse’s week of {name}: score and range", _written(*expected), _score(exposure)


def _beta(model: ExposureModel) -> Row:
    """The activities of an occupation, put together again, against its published task measures."""
    apart = [
        abs(weekly_exposure(row.activities, tuple(a.share for a in row.activities)) - (people + machine) / 2)
        for row in model.occupations.values()
        if row.activities
        and row.code not in JOINED_LINES
        and (people := row.measures.get(Measure.BETA_HUMAN)) is not None
        and (machine := row.measures.get(Measure.BETA_GPT4)) is not None
    ]
    below = next(power for power in (-14, -12, -9, -6, -3, 0) if max(apart) < 10.0**power)
    name = "Activities against published task exposure, largest difference (shipped shares are rounded)"
    return name, "1e-15", f"below 1e{below}"


if __name__ == "__main__":
    VALIDATION.write_text(json.dumps(checks(), indent=2, ensure_ascii=False) + "\n")

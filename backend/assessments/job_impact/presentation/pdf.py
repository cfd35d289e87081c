"""A result on paper: tagged, titled, and the same bytes for the same result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from backend.assessments.job_impact.model.result import ActivityPlace, Answers, Assessment, Level, Move
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.figure import (
    FAMILY_NAMES,
    ExposureFigure,
    Label,
    PayFigure,
    ScoreInRange,
    exposure_figure,
    growth_bars,
    pay_figure,
)
from backend.assessments.job_impact.presentation.moves import NEAREST, moves_section
from backend.assessments.job_impact.presentation.next_steps import next_steps
from backend.assessments.job_impact.presentation.pay_outlook import pay_position
from backend.assessments.job_impact.presentation.typesetting import Data, document_of, pdf
from backend.formats import count, dollars, percent, signed, whole

MOST_MOVES = 5
ZONES = ((Level.LOW, 0.0, 34.8), (Level.MEDIUM, 35.1, 29.8), (Level.HIGH, 65.2, 34.8))


def result_pdf(assessment: Assessment, answers: Answers, state_name: str | None) -> bytes:
    """One or two US letter pages."""
    return pdf("result.typ", document_of(result_data(assessment, answers, state_name)))


def result_data(a: Assessment, answers: Answers, state_name: str | None) -> Data:
    """The content of the PDF, in the words of the result page."""
    figure = exposure_figure(a)
    return {
        "title": f"{a.title}: AI job impact",
        "code": a.code,
        "job": a.title,
        "place": state_name or "United States",
        "headline": [clause for clause in wording.headline(a) if clause],
        "lead": wording.lead(a) if a.yours else f"{wording.lead(a)} {a.reason or ''}".strip(),
        "figure": _figure(a, figure) if figure else None,
        "facts": _facts(a),
        "not_this": wording.NOT_THIS,
        "measures": [
            [m.name, FAMILY_NAMES[m.family][0], f"{m.source}, {m.year}", f"{m.value:.3f}", f"{m.percentile:.1f}%"]
            for m in a.measures
        ],
        "week": _week(a),
        "pay": _pay(a, answers.salary, state_name),
        "outlook": _outlook(a),
        "context": [{"text": wording.typeset(fact.text), "source": wording.typeset(fact.source)} for fact in a.context],
        "moves": _moves(a),
        "steps": [asdict(step) for step in next_steps(a)],
        "method": wording.METHOD,
        "vintages": [list(pair) for pair in wording.vintages(a)]
        + [["Model", a.provenance.model], ["Inputs", f"{a.code}, hash {a.provenance.input_hash[:12]}"]],
        "notice": wording.ONET_NOTICE,
        "footer": f"Mingus · {a.title} · {a.provenance.model} · inputs {a.provenance.input_hash[:12]}",
    }


def _figure(a: Assessment, figure: ExposureFigure) -> Data:
    level = a.yours.level if a.yours else None
    return {
        "alt": f"Exposure among all US workers, 0 to 100. {wording.announcement(a)}",
        "height": figure.height,
        "axis": figure.axis,
        "zones": [{"name": zone, "x": x, "width": width, "on": zone is level} for zone, x, width in ZONES],
        "guides": [asdict(guide) for guide in figure.guides],
        "standings": [_standing(s) for s in (figure.yours, figure.typical) if s is not None],
        "rows": [
            {
                "top": row.top,
                "title": row.title,
                "hint": row.hint,
                "score": row.score,
                "y": row.y,
                "rings": row.rings,
                "labels": _labels(row.labels.wide),
            }
            for row in figure.rows
        ],
    }


def _standing(standing: ScoreInRange) -> Data:
    return {
        "top": standing.top,
        "title": asdict(standing.title),
        "score": standing.score,
        "number": asdict(standing.number),
        "low": standing.band.low,
        "high": standing.band.high,
        "y": standing.y,
        "labels": _labels(standing.labels.wide),
    }


def _labels(labels: Iterable[Label]) -> list[Mapping[str, object]]:
    return [asdict(label) for label in labels]


def _facts(a: Assessment) -> list[Data]:
    if a.yours is None:
        return []
    facts = {
        "Level": wording.level_fact(a.yours),
        "Do the measures agree?": wording.agreement_fact(a, a.yours),
        "Which way it leans": wording.lean_fact(a),
    }
    return [{"name": name, "finding": fact.finding, "meaning": fact.meaning} for name, fact in facts.items()]


def _week(a: Assessment) -> Data | None:
    most, least = wording.most_exposed(a), wording.least_exposed(a)
    if not most or not least:
        return None
    whose = "your week" if wording.changed(a) else "a typical week"
    return {
        "heading": wording.week_heading(a),
        "lead": wording.week_lead_on_paper(a),
        "most_title": f"Most exposed part of {whose}",
        "least_title": f"Least exposed part of {whose}",
        "most": [_activity(activity) for activity in most],
        "least": [_activity(activity) for activity in least],
        "note": wording.notable_note(a),
    }


def _activity(activity: ActivityPlace) -> Data:
    return {
        "title": activity.title,
        "share": f"{percent(activity.share)} of the week",
        "exposure": 100.0 * activity.exposure,
        "note": f"AI can touch about {percent(100.0 * activity.exposure)} of it",
    }


def _pay(a: Assessment, salary: float | None, state_name: str | None) -> Data:
    sentences = [pay_position(a, salary), wording.pay_gap(a.pay, state_name)]
    if a.pay is None:
        return {"title": "Pay", "stat": "Not published", "text": [text for text in sentences if text], "drawing": None}
    strip = pay_figure(a.pay, salary)
    return {
        "title": f"Median pay, {a.pay.area}, {a.pay.vintage}",
        "stat": "Not published" if a.pay.p50 is None else dollars(a.pay.p50),
        "text": [text for text in sentences if text] or [wording.pay_description(a.pay)],
        "kind": "strip",
        "alt": wording.pay_description(a.pay),
        "drawing": _strip(strip) if strip else None,
    }


def _strip(figure: PayFigure) -> Data:
    you = None if figure.you is None else asdict(Label("You", figure.you, 24.0, 0.0, figure.you_anchor))
    labels = [asdict(Label(mark.amount, mark.label_x, 72.0, 0.0, "middle")) for mark in figure.marks]
    return asdict(figure) | {"you": you, "labels": labels}


def _outlook(a: Assessment) -> Data:
    if a.outlook is None:
        return {"title": "Projected growth", "stat": "Not published", "text": [wording.NO_OUTLOOK], "drawing": None}
    values = (a.outlook.growth_percent, a.outlook.all_jobs_growth_percent)
    bars = zip(("This job", "All US jobs"), values, growth_bars(a.outlook), strict=True)
    return {
        "title": f"Projected growth, {wording.years(a.outlook.horizon)}",
        "stat": signed(a.outlook.growth_percent),
        "text": [
            wording.outlook_sentence(a.outlook),
            f"Usual entry: {wording.lower_first(wording.typeset(a.outlook.education))}.",
        ],
        "kind": "bars",
        "alt": f"This job {signed(values[0])}, all US jobs {signed(values[1])}.",
        "drawing": [{"name": name, "value": signed(value)} | asdict(bar) for name, value, bar in bars],
    }


def _moves(a: Assessment) -> Data:
    moves = a.moves.passing or a.moves.near_misses[:NEAREST]
    left = len(moves) - MOST_MOVES
    more = f" {left} more on the page." if left > 0 else ""
    return {
        "lead": moves_section(a).lead,
        "growth": f"Growth {wording.years(a.outlook.horizon)}" if a.outlook else "Growth",
        "rows": [_move(move) for move in moves[:MOST_MOVES]],
        "area": f"{moves_section(a).note}{more}",
    }


def _move(move: Move) -> list[str]:
    misses = wording.typeset(", ".join((*move.flags, *(miss.words for miss in move.missed))))
    near = f" ({misses})" if misses else ""
    entry = f"\n{wording.typeset(move.education)}" if move.education else ""
    return [
        f"{move.job.name}{near}{entry}",
        str(move.place),
        f"{whole(move.band.low)} to {whole(move.band.high)}",
        dollars(move.median_pay),
        signed(move.pay_change, 0),
        "not published" if move.growth_percent is None else signed(move.growth_percent),
        "not published" if move.openings is None else count(move.openings),
    ]

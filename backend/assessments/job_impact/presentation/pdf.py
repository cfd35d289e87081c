"""A result on two pages of paper, from the sections of its page: tagged, titled, with the address that leads back."""

from __future__ import annotations

from dataclasses import asdict

from backend.assessments.job_impact.presentation.moves import MoveRow, MovesSection
from backend.assessments.job_impact.presentation.page import ResultPage
from backend.assessments.job_impact.presentation.sections import MeasureRow
from backend.assessments.job_impact.presentation.typesetting import Data, document_of, pdf
from backend.assessments.job_impact.presentation.wording import NATION

MOST_MOVES = 5
NOT_PUBLISHED = "not published"


def result_pdf(page: ResultPage) -> bytes:
    return pdf("result.typ", document_of(result_data(page)))


def result_data(page: ResultPage) -> Data:
    """The content of the PDF, in the words of the page."""
    sources = page.sources
    return {
        "title": page.head.title,
        "code": page.code,
        "job": page.answer.job,
        "area": page.answer.area or NATION,
        "sentence": page.answer.sentence,
        "lead": [asdict(part) for part in page.answer.lead],
        "place": asdict(page.place) if page.place else None,
        "no_score": [text for text in (page.no_score.reason, page.no_score.published) if text],
        "nearest": [job.name for job in page.nearest],
        "parts": asdict(page.parts) if page.parts else None,
        "advice": asdict(page.advice),
        "not_this": page.not_this,
        "groups": asdict(page.groups) | {"activities": []} if page.groups else None,
        "moves": _moves(page.moves),
        "pay": asdict(page.pay),
        "sources": {
            "measures": [_measure(row) for row in sources.measures],
            "scores": [[row.sentence, row.score] for row in sources.scores],
            "vintages": [list(pair) for pair in sources.vintages],
            "notes": list(sources.notes),
        },
        "address": page.head.address,
        "footer": page.printed,
    }


def _measure(row: MeasureRow) -> list[str]:
    return [row.name, f"{row.evidence}; {row.source}, {row.year}", row.value, row.percentile]


def _moves(section: MovesSection) -> Data:
    shown = [row for row in section.rows if row.shown]
    left = len(shown) - MOST_MOVES
    more = f" {left} more on the web." if left > 0 else ""
    return {
        "heading": section.heading,
        "lead": section.lead,
        "years": section.years,
        "rows": [_move(row) for row in shown[:MOST_MOVES]],
        "note": f"{section.note}{more}".strip(),
    }


def _move(row: MoveRow) -> list[str]:
    badges = ", ".join(badge.text for badge in row.badges)
    name = f"{row.name} ({badges})" if badges else row.name
    return [
        f"{name}\n{row.entry}".strip(),
        row.place,
        f"{row.median_pay} {row.area}".strip(),
        row.change,
        row.growth or NOT_PUBLISHED,
        row.openings or NOT_PUBLISHED,
    ]

from __future__ import annotations

from backend.assessments.visit.service import DraftRetention
from backend.plugins import get


def clean() -> None:
    get(DraftRetention).clean()

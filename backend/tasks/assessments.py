from __future__ import annotations

from backend.assessments.visit.drafts import DraftRetention
from backend.plugins import get


def clean() -> None:
    get(DraftRetention).clean()

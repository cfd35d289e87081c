"""Who changes experiments, flags, and holdouts, by the API and on the pages."""

from __future__ import annotations

from backend.analytics.experiments.service import Editor
from backend.routes.access import caller_name


def editor() -> Editor:
    return Editor(caller_name())

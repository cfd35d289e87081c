"""An error of a script, as a browser tells it: its type and its stack, and no word of the page or of the error."""

from __future__ import annotations

from collections.abc import Sequence

from backend.analytics.monitoring.errors.group import ErrorSample, ErrorSource, Frame
from backend.analytics.monitoring.errors.stack import ErrorFacts, known_facts


def facts_of_browser(kind: str, frames: Sequence[Frame]) -> ErrorFacts:
    """The facts; `frames`: the outermost first. A script and a function tell errors apart, a line does not."""
    return known_facts(ErrorSource.BROWSER, kind, ErrorSample("", tuple(frames)), frames)

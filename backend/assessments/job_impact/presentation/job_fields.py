"""The one question: the jobs that a typed title may mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.reference.plain_names import JobName
from backend.reference.titles import TitleMatch, TitleSearch

CLOSE, FAINT = 0.4, 0.1
EXACT_MATCH = "Exact match"
NO_SCORE = "Not enough research for a score; its pay and outlook are known."


@dataclass(frozen=True, slots=True)
class JobChoice:
    """An occupation that a typed title may mean; `note` says what it is, or why it is here."""

    code: str
    name: str
    badge: str
    exact: bool
    note: str
    checked: bool


@dataclass(frozen=True, slots=True)
class JobFields:
    """`sure`: there is one choice, and it is an exact match. `faint` is for the script that searches."""

    text: str
    choices: tuple[JobChoice, ...]
    sure: bool
    notice: str = ""
    faint: float = FAINT


def job_fields(text: str, search: TitleSearch | None, chosen: str, name_of: Callable[[str], JobName]) -> JobFields:
    """`search`: what a title search for `text` came to; `chosen`: the code that was chosen before, or empty."""
    matches = tuple(match for match in search.matches if match.confidence >= FAINT) if search else ()
    exact = search.exact if search else False
    if chosen not in {match.code for match in matches}:
        chosen = matches[0].code if exact else ""
    choices = tuple(
        _choice(match, name_of(match.code), exact and rank == 0, match.code == chosen)
        for rank, match in enumerate(matches)
    )
    return JobFields(text, choices, sure=exact and len(matches) == 1)


def one_job(code: str, job: JobName) -> JobFields:
    """The job whose public page led here."""
    return JobFields(job.name, (JobChoice(code, job.name, "", False, job.does, True),), sure=True)


def _choice(match: TitleMatch, job: JobName, exact: bool, checked: bool) -> JobChoice:
    badge = EXACT_MATCH if exact else "Close" if match.confidence >= CLOSE else "Possible"
    return JobChoice(match.code, job.name, badge, exact, job.does or _reason(match), checked)


def _reason(match: TitleMatch) -> str:
    return "" if match.matched.casefold() == match.title.casefold() else f"“{match.matched}” is one of its titles."

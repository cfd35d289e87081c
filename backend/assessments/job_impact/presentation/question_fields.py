"""The form fields of the four questions: their options and current values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Education
from backend.assessments.job_impact.presentation.week import WeekLine
from backend.reference.titles import TitleMatch, TitleSearch

CLOSE, FAINT = 0.4, 0.1
EXACT_MATCH = "Exact match"


@dataclass(frozen=True, slots=True)
class JobChoice:
    """An occupation that a typed title may mean; `sentence` says why, where its own title does not."""

    code: str
    title: str
    badge: str
    sentence: str
    checked: bool


@dataclass(frozen=True, slots=True)
class JobFields:
    """`sure`: there is one choice, and it is an exact match. `close` and `faint` are for the script that searches."""

    text: str
    choices: tuple[JobChoice, ...]
    sure: bool
    close: float = CLOSE
    faint: float = FAINT


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a list or of radio buttons."""

    value: str
    text: str
    selected: bool


@dataclass(frozen=True, slots=True)
class PlaceFields:
    states: tuple[Option, ...]
    industries: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class BackgroundFields:
    """`unanswered`: no level of education was chosen."""

    experience_years: str
    levels: tuple[Option, ...]
    unanswered: bool


@dataclass(frozen=True, slots=True)
class WeekFields:
    """`typed`: the form as it was sent, by field name, where it has to be shown again."""

    week: tuple[WeekLine, ...]
    typed: Mapping[str, str]


QuestionFields = JobFields | PlaceFields | BackgroundFields | WeekFields


def job_fields(text: str, search: TitleSearch | None, chosen: str) -> JobFields:
    """`search`: what a title search for `text` came to; `chosen`: the code that was chosen before, or empty."""
    matches = tuple(match for match in search.matches if match.confidence >= FAINT) if search else ()
    exact = search.exact if search else False
    if chosen not in {match.code for match in matches}:
        chosen = matches[0].code if exact else ""
    choices = tuple(
        JobChoice(match.code, match.title, _badge(match, exact and rank == 0), _reason(match), match.code == chosen)
        for rank, match in enumerate(matches)
    )
    return JobFields(text, choices, sure=exact and len(matches) == 1)


def _badge(match: TitleMatch, exact: bool) -> str:
    if exact:
        return EXACT_MATCH
    return "Close" if match.confidence >= CLOSE else "Possible"


def _reason(match: TitleMatch) -> str:
    return "" if match.matched.casefold() == match.title.casefold() else f"“{match.matched}” is one of its titles."


def place_fields(values: Mapping[str, str], states: Mapping[str, str], industries: Mapping[str, str]) -> PlaceFields:
    """`values` by field name; `states` and `industries` by code, offered in the order of their names."""
    return PlaceFields(_by_name(states, values.get("state")), _by_name(industries, values.get("industry")))


def _by_name(names: Mapping[str, str], selected: str | None) -> tuple[Option, ...]:
    ordered = sorted(names.items(), key=lambda item: item[1])
    return tuple(Option(code, name, code == selected) for code, name in ordered)


def background_fields(values: Mapping[str, str], levels: Mapping[Education, str]) -> BackgroundFields:
    education = values.get("education")
    options = tuple(Option(level, name, level == education) for level, name in levels.items())
    return BackgroundFields(values.get("experience_years", ""), options, unanswered=not education)

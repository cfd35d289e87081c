"""The calculator's forms: parsed once, every bad field reported together, in the words the page shows."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from math import isfinite

from backend.analytics.events.server_streams import RESERVED_STREAMS
from backend.assessments.job_impact.model.calculator import HIGHEST_SALARY, LONGEST_CAREER
from backend.assessments.job_impact.model.result import Education
from backend.assessments.job_impact.presentation.week import WeekGroup, stated
from backend.assessments.job_impact.questions import BackgroundReply, JobReply, PlaceReply, WeekReply
from backend.errors import FieldError, InvalidRequest

Form = Mapping[str, str]

LONGEST_TITLE = 100
LONGEST_NUMBER = 40
HOURS_IN_A_WEEK = 168
LEAST_PAY = 1_000
SESSION_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
PAY = re.compile(
    r"(?:usd?)?\$?(?P<amount>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<thousands>k)?(?:usd|dollars)?"
    r"(?:(?:/|per|an?)(?P<period>hour|hr|h|week|wk|w|month|mo|m|year|yr|y|annum)\.?"
    r"|(?P<adverb>hourly|weekly|monthly|yearly|annually))?",
    re.IGNORECASE | re.ASCII,
)
NOT_BETWEEN_DIGITS = re.compile(r"(?<![0-9]) | (?![0-9])")
A_YEAR: Mapping[str, float] = {"year": 1, "month": 12, "week": 52, "hour": 52 * 40}
PERIODS: Mapping[str, str] = {"h": "hour", "w": "week", "m": "month", "y": "year", "a": "year"}


class Problems:
    """The bad fields of a form, reported to the visitor all at once."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def add(self, field: str, message: str) -> None:
        self._errors.append(FieldError(field, message))

    def check(self) -> None:
        if self._errors:
            raise InvalidRequest(self._errors)


def searched(text: str) -> str:
    """A job title as typed, with its blanks made single; no database takes every control character."""
    return " ".join(CONTROL.sub(" ", text).split())[:LONGEST_TITLE]


def search_problems(query: Form) -> tuple[FieldError, ...]:
    """An empty search is an error; a page without a search is not."""
    empty = "q" in query and not searched(query["q"])
    return (FieldError("q", "Enter a job title"),) if empty else ()


def job_reply(form: Form, occupations: Container[str]) -> JobReply:
    problems = Problems()
    title, code = searched(form.get("job_title", "")), form.get("occupation", "")
    if not title and not code:
        problems.add("q", "Enter a job title")
    elif code not in occupations:
        problems.add("occupation", "Choose the job that is closest to yours")
    problems.check()
    return JobReply(code, title)


def session_of(form: Form) -> str | None:
    """The visit this draft belongs to, where the browser keeps one under a name that a visit may have."""
    session_id = form.get("session_id", "")
    is_visit = SESSION_ID.fullmatch(session_id) and not session_id.startswith(RESERVED_STREAMS)
    return session_id if is_visit else None


def place_reply(form: Form, states: Container[str], industries: Container[str]) -> PlaceReply:
    problems = Problems()
    state, industry = form.get("state") or None, form.get("industry") or None
    if state is not None and state not in states:
        problems.add("state", "Choose a state from the list")
    if industry is not None and industry not in industries:
        problems.add("industry", "Choose an industry from the list")
    problems.check()
    return PlaceReply(state, industry)


def background_reply(form: Form) -> BackgroundReply:
    problems = Problems()
    years = _number(form.get("experience_years", ""))
    if years is not None and not 0 <= years <= LONGEST_CAREER:
        problems.add("experience_years", f"Enter years of experience as a number from 0 to {LONGEST_CAREER}, such as 6")
    education = form.get("education") or None
    if education is not None and education not in set(Education):
        problems.add("education", "Choose a level of education from the list")
    problems.check()
    return BackgroundReply(years, Education(education) if education else None)


def week_reply(form: Form, week: Sequence[WeekGroup]) -> WeekReply:
    """A field left out keeps its hours, an empty one means none, and nothing but empty ones a typical week."""
    if "typical" in form:
        return WeekReply({})
    problems = Problems()
    groups = _hours(form, {f"hours.{group.id}": (group.id, group.name) for group in week}, problems)
    lines = {f"activities.{line.id}": (line.id, line.name) for group in week for line in group.lines}
    activities = _hours(form, lines, problems)
    problems.check()
    if groups.keys() | activities.keys() and all(hours is None for hours in (*groups.values(), *activities.values())):
        return WeekReply({})
    hours = stated(week, *({key: typed or 0.0 for key, typed in each.items()} for each in (groups, activities)))
    if hours and not any(hours.values()):
        problems.add(f"hours.{week[0].id}", "Enter hours for at least one group, or go back to the job’s tasks")
    if sum(hours.values()) > HOURS_IN_A_WEEK:
        problems.add(f"hours.{week[0].id}", "A week has 168 hours, and these add up to more")
    problems.check()
    return WeekReply(hours)


def _hours(form: Form, fields: Mapping[str, tuple[str, str]], problems: Problems) -> dict[str, float | None]:
    """The fields that were sent, by id of a group or an activity; None where nothing was typed."""
    typed = {}
    for field, (key, name) in fields.items():
        if field in form:
            typed[key] = hours = _number(form[field])
            if hours is not None and not 0 <= hours <= HOURS_IN_A_WEEK:
                problems.add(field, f"{name}: enter hours as a number from 0 to 168, such as 4.5")
    return typed


def annual_pay(form: Form) -> float:
    """US dollars a year, from “52,000”, “$52k” or “$25 an hour”; by the hour, a year has 52 weeks of 40 hours."""
    problems = Problems()
    parsed = _pay(form.get("salary", ""))
    if parsed is None:
        problems.add("salary", "Enter your pay as an amount, such as “$52,000” or “$25 an hour”")
    problems.check()
    assert parsed is not None
    written = parsed["period"] or parsed["adverb"]
    period = PERIODS[written[0].lower()] if written else "year"
    amount = float(parsed["amount"].replace(",", "")) * (1000 if parsed["thousands"] else 1)
    pay = amount * A_YEAR[period]
    if not LEAST_PAY <= pay <= HIGHEST_SALARY:
        problems.add(
            "salary", f"That comes to ${pay:,.0f} a year. Check the amount, and say “an hour” if it is by the hour"
        )
    problems.check()
    return pay


def carried_pay(form: Form) -> float | None:
    """Pay that was compared before another menu was used: its page hands it on, for it is kept nowhere."""
    return annual_pay(form) if form.get("salary") else None


def _pay(text: str) -> re.Match[str] | None:
    """Blanks go first, except between digits, so that the pattern has no choice to make about them."""
    if len(text) > LONGEST_NUMBER:
        return None
    return PAY.fullmatch(NOT_BETWEEN_DIGITS.sub("", " ".join(text.split())))


def _number(text: str) -> float | None:
    """None where nothing was typed; what cannot be read is no number at all, which no range holds."""
    text = text.strip()
    if not text:
        return None
    if len(text) > LONGEST_NUMBER:
        return float("nan")
    try:
        value = float(text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", text) else text)
    except ValueError:
        return float("nan")
    return value if isfinite(value) else float("nan")

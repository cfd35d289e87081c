"""What makes a result a visitor's own: the menus beside it, with the values that they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Education
from backend.assessments.job_impact.presentation.share import ShareRow
from backend.assessments.job_impact.presentation.week import WeekLine
from backend.assessments.job_impact.questions import EDUCATION, JobImpactAnswers
from backend.formats import counted, dollars

Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a list."""

    value: str
    text: str
    selected: bool


@dataclass(frozen=True, slots=True)
class PlaceMenu:
    label: str
    states: tuple[Option, ...]
    industries: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class HoursField:
    field: str
    name: str
    shown: str


@dataclass(frozen=True, slots=True)
class WeekMenu:
    """`lines` is empty where no activities are published; `entered`: hours of one's own are in the result."""

    label: str
    lines: tuple[HoursField, ...]
    entered: bool


@dataclass(frozen=True, slots=True)
class PayMenu:
    """`offered`: enough pay is published to compare with."""

    label: str
    salary: str
    offered: bool


@dataclass(frozen=True, slots=True)
class BackgroundMenu:
    label: str
    experience_years: str
    levels: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ResultForms:
    """The forms of a result for whom it belongs to. `errors` are by field name; `refused` names their menu."""

    address: str
    place: PlaceMenu
    week: WeekMenu
    pay: PayMenu
    background: BackgroundMenu
    errors: Mapping[str, str]
    refused: str
    share: ShareRow
    in_my_account: bool


def place_menu(
    answers: JobImpactAnswers, typed: Typed, states: Mapping[str, str], industries: Mapping[str, str]
) -> PlaceMenu:
    """`states` and `industries` by code, offered in the order of their names."""
    return PlaceMenu(
        label=states.get(answers.state or "", "United States"),
        states=_by_name(states, typed.get("state", answers.state)),
        industries=_by_name(industries, typed.get("industry", answers.industry)),
    )


def week_menu(week: list[WeekLine], typed: Typed, *, entered: bool) -> WeekMenu:
    lines = tuple(
        HoursField(f"activities.{line.id}", line.title, typed.get(f"activities.{line.id}", line.shown)) for line in week
    )
    return WeekMenu("Your own week" if entered else "Your week", lines, entered)


def pay_menu(a: Assessment, salary: float | None, typed: Typed) -> PayMenu:
    published = a.pay is not None and a.pay.p50 is not None
    return PayMenu("Your pay" if salary is None else dollars(salary), typed.get("salary", ""), published)


def background_menu(answers: JobImpactAnswers, typed: Typed) -> BackgroundMenu:
    years = "" if answers.experience_years is None else f"{answers.experience_years:g}"
    chosen = typed.get("education", answers.education)
    return BackgroundMenu(
        label=_background(answers.experience_years, answers.education),
        experience_years=typed.get("experience_years", years),
        levels=tuple(Option(level, name, level == chosen) for level, name in EDUCATION.items()),
    )


def _background(years: float | None, education: Education | None) -> str:
    if years is not None:
        return counted(int(years), "year") if years == int(years) else f"{years:g} years"
    return EDUCATION[education] if education else "Experience"


def _by_name(names: Mapping[str, str], selected: str | None) -> tuple[Option, ...]:
    ordered = sorted(names.items(), key=lambda item: item[1])
    return tuple(Option(code, name, code == selected) for code, name in ordered)

"""What makes a result a visitor's own: the menus beside it, with the values that they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Answers, Assessment, Education
from backend.assessments.job_impact.presentation.share import ShareRow
from backend.assessments.job_impact.presentation.week import WeekGroup, WeekLine, total_sentence
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
    """The hours of a group, or of an activity of the field `group`."""

    field: str
    name: str
    shown: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class WeekMenu:
    """Empty where no activities are published. `entered`: hours of one's own are in the result.

    `activities` are the details behind `groups`, in their order; `total` says how much of the week they hold.
    """

    label: str
    groups: tuple[HoursField, ...]
    activities: tuple[HoursField, ...]
    total: str
    entered: bool


@dataclass(frozen=True, slots=True)
class PayMenu:
    """`offered`: enough pay is published to compare with. `compared`: what was typed is placed on this page.

    It is kept nowhere: the other menus hand it on, so that using one does not lose it.
    """

    label: str
    salary: str
    offered: bool
    compared: bool


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


def place_menu(answers: Answers, typed: Typed, states: Mapping[str, str], industries: Mapping[str, str]) -> PlaceMenu:
    """`states` and `industries` by code, offered in the order of their names."""
    return PlaceMenu(
        label=states.get(answers.state or "", "United States"),
        states=_by_name(states, typed.get("state", answers.state)),
        industries=_by_name(industries, typed.get("industry", answers.industry)),
    )


def week_menu(week: Sequence[WeekGroup], typed: Typed, *, entered: bool) -> WeekMenu:
    return WeekMenu(
        label="Your own week" if entered else "Your week",
        groups=tuple(_hours_field("hours", group, typed) for group in week),
        activities=tuple(
            _hours_field("activities", line, typed, f"hours.{group.id}") for group in week for line in group.lines
        ),
        total=total_sentence(week),
        entered=entered,
    )


def _hours_field(kind: str, asked: WeekGroup | WeekLine, typed: Typed, group: str = "") -> HoursField:
    field = f"{kind}.{asked.id}"
    return HoursField(field, asked.name, typed.get(field, asked.shown), group)


def pay_menu(a: Assessment, salary: float | None, typed: str) -> PayMenu:
    published = a.pay is not None and a.pay.p50 is not None
    compared = salary is not None
    return PayMenu("Your pay" if salary is None else dollars(salary), typed, published, compared)


def background_menu(answers: Answers, typed: Typed, levels: Mapping[Education, str]) -> BackgroundMenu:
    years = "" if answers.experience_years is None else f"{answers.experience_years:g}"
    chosen = typed.get("education", answers.education)
    return BackgroundMenu(
        label=_background(answers.experience_years, levels.get(answers.education) if answers.education else None),
        experience_years=typed.get("experience_years", years),
        levels=tuple(Option(level, name, level == chosen) for level, name in levels.items()),
    )


def _background(years: float | None, level: str | None) -> str:
    if years is not None:
        return counted(int(years), "year") if years == int(years) else f"{years:g} years"
    return level or "Experience"


def _by_name(names: Mapping[str, str], selected: str | None) -> tuple[Option, ...]:
    ordered = sorted(names.items(), key=lambda item: item[1])
    return tuple(Option(code, name, code == selected) for code, name in ordered)

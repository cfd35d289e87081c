"""The filters in the address of a dashboard page, and the one that a form adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from werkzeug.datastructures import MultiDict

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.filter_parameters import CONDITIONS, FILTERS, parameter_of
from backend.analytics.metrics.catalogue.query import LONGEST_VALUE, MOST_VALUES, Filter, Operator
from backend.analytics.metrics.catalogue.vocabularies import VOCABULARIES, as_kept, can_be
from backend.errors import FieldError

FILTER_CHOICES = tuple((name, DIMENSIONS[name].label) for name in FILTERS)
NO_FILTER = "no_filter"  # the code of an error about a parameter that is none
LONGEST_NAME = 40  # of what is told of an unknown parameter


class Choice(StrEnum):
    """How a form compares. The value stands in the address that opens the menu."""

    IS = "is"
    IS_NOT = "not"
    CONTAINS = "contains"
    NONE = "none"
    ANY = "any"

    @property
    def label(self) -> str:
        return {"not": "is not", "none": "is none", "any": "is any"}.get(self, str(self))

    @property
    def operator(self) -> Operator:
        match self:
            case Choice.IS | Choice.NONE:
                return Operator.IN
            case Choice.IS_NOT | Choice.ANY:
                return Operator.NOT_IN
            case Choice.CONTAINS:
                return Operator.CONTAINS


CHOICES = {Operator.IN: Choice.IS, Operator.NOT_IN: Choice.IS_NOT, Operator.CONTAINS: Choice.CONTAINS}


@dataclass(frozen=True, slots=True)
class Adding:
    """A filter that a form adds: its dimension and typed names of values; without values, they are chosen next."""

    field: str
    choice: Choice = Choice.IS
    typed: tuple[str, ...] = ()

    def condition(self, values: Iterable[str] = ()) -> Filter:
        return Filter(self.field, self.choice.operator, tuple(dict.fromkeys(values)))

    def before(self, filters: Iterable[Filter]) -> tuple[str, ...]:
        """The values that a filter of the same kind has already."""
        parameter = parameter_of(self.condition())
        return next((condition.values for condition in filters if parameter_of(condition) == parameter), ())


def adding_in(args: MultiDict[str, str], errors: list[FieldError]) -> Adding | None:
    """`field`, `op`, `value`, which may be empty (there is none), and `typed`, empty where nothing was typed."""
    name, choice = args.get("field", ""), args.get("op", "") or Choice.IS
    if not name:
        return None
    if name not in FILTERS:
        errors.append(FieldError("field", "Choose a filter from the list."))
        return None
    if choice not in list(Choice):
        errors.append(FieldError("op", "Choose is, is not, contains, is none, or is any."))
        return None
    if choice in (Choice.NONE, Choice.ANY):
        return Adding(name, Choice(choice), ("",))
    typed = tuple(filter(None, (value.strip() for value in args.getlist("typed"))))
    chosen = () if choice == Choice.CONTAINS else tuple(value.strip() for value in args.getlist("value"))
    return Adding(name, Choice(choice), (*chosen, *typed))


def filters_in(args: MultiDict[str, str], adding: Adding | None, errors: list[FieldError]) -> Iterator[Filter]:
    """A filter for each parameter of one in the address."""
    added = parameter_of(adding.condition()) if adding else ""
    for parameter, (name, op) in CONDITIONS.items():
        values = [_read(name, op, value) for value in args.getlist(parameter)]
        entered = [*values, *(adding.typed if adding and added == parameter else ())]
        if fault := _fault(name, op, values, entered):
            errors.append(FieldError(parameter, fault))
        elif values:
            yield Filter(name, op, tuple(dict.fromkeys(values)))


def _read(name: str, op: Operator, value: str) -> str:
    return value.strip() if op is Operator.CONTAINS else as_kept(name, value.strip())


def _fault(name: str, op: Operator, values: list[str], entered: list[str]) -> str:
    if any("\0" in value for value in entered):
        return "Filters can hold printable text only."
    if len(entered) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in entered):
        return f"Send up to {MOST_VALUES} values of up to {LONGEST_VALUE} characters."
    if op is Operator.CONTAINS:
        return "" if all(values) else f"Enter the text that {DIMENSIONS[name].label.lower()} contains."
    if not all(can_be(name, value) for value in values):
        return f"{DIMENSIONS[name].label} {VOCABULARIES[name].says}."
    return ""


def no_filter(parameter: str) -> FieldError:
    """The error of a parameter that is no filter, with the label of the nearest that is one."""
    shown = parameter[:LONGEST_NAME]
    near = _nearest(shown.casefold())
    hint = f" Did you mean {DIMENSIONS[near].label} ({near})?" if near else ""
    return FieldError(shown, f"There is no filter “{shown}”.{hint}", NO_FILTER)


def _nearest(name: str) -> str:
    """The dimension whose name, or a word of whose label, is spelled most like it."""
    words = {word: field for field, label in reversed(FILTER_CHOICES) for word in label.casefold().split()}
    spelled = words | dict.fromkeys(("or", "first"), "") | {field: field for field in FILTERS}
    named = name.removesuffix("_not").removesuffix("_contains")
    return next((spelled[near] for near in get_close_matches(named, spelled, n=3) if spelled[near]), "")

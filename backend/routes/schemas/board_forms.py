"""What the forms of boards and goals send, parsed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs

from werkzeug.datastructures import MultiDict

from backend.analytics.boards.board import BoardTile, NewBoard, TileKind
from backend.analytics.goals.goal import Direction, GoalPeriod, Target
from backend.analytics.metrics.catalogue.filter_parameters import CONDITIONS
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import Filter
from backend.dashboards.filters import filters_in
from backend.dashboards.goal_values import target_value
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.goals import day_in

Form = MultiDict[str, str]
MOVES = {"up": -1, "down": 1}


def board_of_form(form: Form) -> NewBoard:
    """A board without tiles, which come next."""
    return NewBoard(form.get("name", "").strip(), shared="shared" in form)


def tile_of_form(form: Form) -> BoardTile:
    """Raises InvalidRequest. A dimension makes a list; without one it is the number or the trend that was chosen."""
    kind, breakdown = form.get("kind", ""), form.get("breakdown", "") or None
    if kind not in list(TileKind):
        raise InvalidRequest([FieldError("kind", "Choose a number, a trend, or a list.")])
    filters = filters_of_form(form) if "filtered" in form else ()
    dimension = breakdown if kind == TileKind.LIST else None
    return BoardTile(form.get("measure", ""), TileKind(kind), dimension, form.get("title", "").strip(), filters)


def changed_tile(board: NewBoard, tile: str, form: Form) -> NewBoard:
    """The board after the button that was pressed at a tile. Raises InvalidRequest and NotFound."""
    change = form.get("change", "")
    if change in MOVES:
        return board.moving(tile, MOVES[change])
    if change == "remove":
        return board.removing(tile)
    if change == "rename":
        return board.renaming(tile, form.get("title", "").strip())
    raise InvalidRequest([FieldError("change", "Choose up, down, rename, or remove.")])


def filter_parameters(query: str) -> dict[str, list[str]]:
    """The filters among the parameters of an address."""
    sent = parse_qs(query, keep_blank_values=True)
    return {name: values for name, values in sent.items() if name in CONDITIONS}


def filters_of_form(form: Form) -> tuple[Filter, ...]:
    """The filters of the address that a form was opened at. Raises InvalidRequest."""
    errors: list[FieldError] = []
    filters = tuple(filters_in(MultiDict(filter_parameters(form.get("query", ""))), None, errors))
    if errors:
        raise InvalidRequest([FieldError("filtered", error.message) for error in errors])
    return filters


def goal_of_form(form: Form, today: date) -> Target:
    """Raises InvalidRequest with everything that is wrong with it."""
    measure = form.get("measure", "")
    if measure not in MEASURES:
        wrong = FieldError("measure", "Choose a measure from the list.")
        raise InvalidRequest([wrong, *_wrong_choices(form)])
    return Target(measure, **_asked(form, measure, today), filters=filters_of_form(form))


def changed_goal(target: Target, form: Form, today: date) -> Target:
    """The target with what a form says anew. Raises InvalidRequest with everything that is wrong with it."""
    return replace(target, **_asked(form, target.measure, today))


def _asked(form: Form, measure: str, today: date) -> dict[str, Any]:
    faults = [*_wrong_choices(form)]
    asked: dict[str, Any] = {}
    readers: dict[str, Callable[[], object]] = {
        "value": lambda: target_value(form.get("value", ""), measure),
        "starts_on": lambda: day_in(form.get("starts_on"), today),
    }
    for name, read in readers.items():
        try:
            asked[name] = read()
        except InvalidRequest as error:
            faults += error.errors
    if faults:
        raise InvalidRequest(faults)
    return asked | {"period": GoalPeriod(form["period"]), "direction": Direction(form["direction"])}


def _wrong_choices(form: Form) -> Iterator[FieldError]:
    for name, kind in (("period", GoalPeriod), ("direction", Direction)):
        if form.get(name, "") not in list(kind):
            yield FieldError(name, f"Choose a {name} from the list.")

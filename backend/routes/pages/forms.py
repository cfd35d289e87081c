"""What happens when a form is refused: its page comes again, with a sentence at each bad field.

The view that takes the form raises InvalidRequest, and `@if_refused(page)` on that view names the page to answer with,
under the status of the error (422). The page holds what was typed, but no password and no code: its template leaves
them out. `app/errors.py` asks here before it renders an error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from backend.errors import FieldError, InvalidRequest, MingusError
from backend.routes.reader import reader_zone

View = TypeVar("View", bound=Callable[..., Any])
Errors = Mapping[str, str]  # a sentence by the name of its field
NO_ERRORS: Errors = {}


@dataclass(frozen=True, slots=True)
class SentForm:
    """The page that a view's form stands on, and at which field each error without bad fields of its own is told."""

    page: Callable[..., str]
    fields: Mapping[type[MingusError], str]

    def answer(self, error: MingusError) -> ResponseReturnValue | None:
        """The page again, with what the address names; None for an error that is not about the form."""
        field = next((field for kind, field in self.fields.items() if isinstance(error, kind)), None)
        if field is None and not isinstance(error, InvalidRequest):
            return None
        errors = error.errors or (FieldError(field or "main", str(error)),)
        return self.page(by_field(errors), **(request.view_args or {})), error.status


def if_refused(
    page: Callable[..., str], told_at: Mapping[type[MingusError], str] | None = None
) -> Callable[[View], View]:
    """Show `page` again when the form sent to this view is refused. `told_at` names the field of other errors."""

    def mark(view: View) -> View:
        view.sent_form = SentForm(page, told_at or {})  # type: ignore[attr-defined]
        return view

    return mark


def refused_form(error: MingusError) -> ResponseReturnValue | None:
    """The page of the form that was sent here; None where no form was, or the error is not about it."""
    form: SentForm | None = getattr(current_app.view_functions.get(request.endpoint or ""), "sent_form", None)
    return form.answer(error) if form else None


def by_field(errors: Iterable[FieldError]) -> Errors:
    return {error.field: error.message for error in errors}


def of_every_field(errors: Errors) -> Errors:
    """The errors for templates that look up every field: empty where nothing is wrong."""
    return defaultdict(str, errors)


def form_page(template: str, errors: Errors = NO_ERRORS, **shown: Any) -> str:
    """A page with a form: what was sent to it stands in its fields, whatever is wrong beside them."""
    context = {"errors": errors, "values": request.form, "zone": reader_zone()}
    return render_template(template, **(context | shown))

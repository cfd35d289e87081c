"""Which error groups a page lists, and the form that decides about one."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from backend.analytics.monitoring.errors.group import ErrorState
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.error_groups import ErrorGroupBody


def state_of(args: Mapping[str, str]) -> ErrorState | None:
    """The state whose groups are listed; None: all that are open. Raises InvalidRequest."""
    unknown = [FieldError(name[:40], "There is no such filter.") for name in args if name != "state"]
    if args.get("state") and args["state"] not in list(ErrorState):
        unknown.append(FieldError("state", f"Use one of: {', '.join(ErrorState)}."))
    if unknown:
        raise InvalidRequest(unknown[:10])
    return ErrorState(args["state"]) if args.get("state") else None


def decision_of_form(form: Mapping[str, str]) -> ErrorGroupBody:
    """Raises InvalidRequest."""
    try:
        return ErrorGroupBody.model_validate({"state": form.get("state", ""), "reason": form.get("reason", "")})
    except ValidationError:
        raise InvalidRequest([FieldError("state", "Choose resolved, known, or ignored.")]) from None

"""What all groups of commands share: trouble is a sentence and exit code 1; a traceback is what nobody thought of."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnection

from backend.audit.anchor import AnchorsUnreadable
from backend.audit.service import ChainBroken
from backend.database import get_db_session
from backend.errors import MingusError
from backend.health import HealthService
from backend.plugins import get
from backend.vault.cipher import Unreadable

EXPECTED_ERRORS = (MingusError, Unreadable, AnchorsUnreadable, ChainBroken)
DATABASE_ERRORS = (OperationalError, ProgrammingError, InterfaceError, NoConnection)


class Commands(AppGroup):
    def command(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], click.Command]:  # type: ignore[override]
        """As Flask's: the command runs in an app context; and what goes wrong in there is told plainly."""
        register: Callable[[Callable[..., Any]], click.Command] = super().command(*args, **kwargs)
        return lambda function: register(plainly(function))


def plainly(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except EXPECTED_ERRORS as error:
            fields = getattr(error, "errors", ())
            raise click.ClickException("; ".join(e.message for e in fields) or str(error)) from None
        except DATABASE_ERRORS as error:
            raise click.ClickException(_database_trouble(error)) from None
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from None

    return wrapper


def _database_trouble(error: DBAPIError | NoConnection) -> str:
    """What to do, if the database is not as this version needs it; else it is for whoever mends programs."""
    get_db_session().rollback()
    health = get(HealthService).database()
    if not health.ok:
        return f"The database is not ready: {health.reason}. Run `flask db upgrade` to create or update its tables."
    if isinstance(error, ProgrammingError):
        raise error
    return f"The database did not answer in time ({type(error).__name__}). Nothing was changed. Try again."

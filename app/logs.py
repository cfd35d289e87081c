"""JSON log lines on standard error, with personal data masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from types import TracebackType

import psycopg
from pythonjsonlogger.json import JsonFormatter

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
SECRETS = (
    (re.compile(r"mgs_live_[0-9A-Za-z_]+"), "mgs_live_…"),
    (re.compile(r"(?i)bearer\s+[^\s\"',]+"), "Bearer …"),
    (re.compile(r"whsec_\w+|sk_(live|test)_\w+"), "…"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "…@…"),
    (re.compile(r"\b(?:\d[ -]?){13,19}\b"), "card …"),
    (re.compile(r"(?i)(password|secret|token|salary|email)(['\"]?\s*[=:]\s*)(['\"]?)[^'\"\s,&}]+"), r"\1\2\3…"),
)


class MaskingFormatter(JsonFormatter):
    """Masks what looks like a key, a card, an address or a named secret, wherever in the line it stands.

    Of an error of PostgreSQL, what repeats a row goes too.
    """

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  (logging's own name)
        text = logging.Formatter.formatException(self, ei)
        for repeated in rows_repeated(ei[1]):
            text = text.replace(repeated, "…")
        return text

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for pattern, mask in SECRETS:
            line = pattern.sub(mask, line)
        return line


def rows_repeated(error: BaseException | None) -> Iterator[str]:
    """Words of PostgreSQL about rows and values, in an error and in those behind it."""
    met: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in met:
            continue
        met.add(id(one))
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, psycopg.Error):
            words = [one.diag.message_detail, one.diag.context]
            words += [one.diag.message_primary] if isinstance(one, psycopg.DataError) else []
            yield from filter(None, words)


def json_lines() -> MaskingFormatter:
    """The one form of a log line; `config/gunicorn.py` names this function."""
    fields = "{levelname}{process}{name}{message}"
    return MaskingFormatter(fields, style="{", timestamp=True, rename_fields={"levelname": "level"})


def configure(level: str) -> None:
    """Send every logger of this process through the one handler."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(json_lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("flask-limiter").setLevel(logging.ERROR)  # its notices hold client addresses

"""JSON log lines on standard error, with personal data masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any

from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
NAMES = r"passw|passphrase|secret|token|api_?key|salary|e-?mail|phone|authorization|cookie|otp|recovery|birth"
NAMED = re.compile(NAMES, re.IGNORECASE)
MASK = "…"
A_CARD = 10**12
SECRETS = (
    (re.compile(r"(?im)\b((?:set-)?cookie|authorization)(['\"]?\s*[:=]\s*).+$"), rf"\1\2{MASK}"),
    (re.compile(r"mgs_live_[0-9A-Za-z_]+"), "mgs_live_…"),
    (re.compile(r"(?i)bearer\s+[^\s\"',]+"), "Bearer …"),
    (re.compile(r"(?<![\w-])\.?eJ[\w-]{8,}\.[\w-]+\.[\w-]*|\beyJ[\w-]{8,}(\.[\w-]*)*"), MASK),  # a cookie, a JWT
    (re.compile(r"otpauth://\S+"), "otpauth://…"),
    (re.compile(r"\$argon2\w+\$\S+"), "$argon2…"),
    (re.compile(r"whsec_\w+|sk_(live|test)_\w+"), MASK),
    (re.compile(r"/(verify|reset|invitation|email)/[\w-]+"), rf"/\1/{MASK}"),
    (re.compile(r"(?<=/)(?=[a-z0-9_-]*[A-Z])[\w-]{22,}(?![\w.-])"), MASK),  # a token in an address
    (re.compile(r"\b[A-Z2-7]{26,}\b"), MASK),  # what codes are made from
    (re.compile(r"(?i)\b[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}\b"), "code …"),  # a recovery code
    (re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(\.[\w-]+)*"), "…@…"),
    (re.compile(r"(?i)(?<![\w.+-])[\w.+-]+%40[\w-]+(\.[\w-]+)*"), "…@…"),
    (re.compile(r"(?<![\w-])(?:\d[ -]?){12,18}\d(?![\w-])"), "card …"),
    (
        re.compile(
            rf"(?i)((?:{NAMES})[\w-]{{0,40}})(['\"]?\s*[=:]\s*)(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^'\"\s,&}}]+)"
        ),
        rf"\1\2{MASK}",
    ),
)


class MaskingFormatter(JsonFormatter):
    """Masks what has a telling name, and what looks like a key, a token, a card or an address, wherever it stands.

    JSON writes a line break as `\\n`: one record is one line. Of an error of PostgreSQL, what repeats a row goes too.
    """

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  (logging's own name)
        text = logging.Formatter.formatException(self, ei)
        for repeated in rows_repeated(ei[1]):
            text = text.replace(repeated, "…")
        return text

    def process_log_record(self, log_data: LogData) -> LogData:
        return {name: masked(name, value) for name, value in log_data.items()}


def masked(name: str, value: Any) -> Any:
    """A value as it may be written, whatever is inside it."""
    if NAMED.search(name):
        return MASK
    if isinstance(value, Mapping):
        return {str(key): masked(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked("", inner) for inner in value]
    if value is None or isinstance(value, bool | float | datetime) or (isinstance(value, int) and abs(value) < A_CARD):
        return value
    text = str(value)
    for pattern, mask in SECRETS:
        text = pattern.sub(mask, text)
    return text


def rows_repeated(error: BaseException | None) -> Iterator[str]:
    """Words of PostgreSQL about rows and values, in an error and in those behind it."""
    import psycopg

    met: set[int] = set()
    waiting = [error]
    while waiting:
        cause = waiting.pop()
        if cause is None or id(cause) in met:
            continue
        met.add(id(cause))
        waiting += [cause.__cause__, cause.__context__]
        if isinstance(cause, psycopg.Error):
            words = [cause.diag.message_detail, cause.diag.context]
            words += [cause.diag.message_primary] if isinstance(cause, psycopg.DataError) else []
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

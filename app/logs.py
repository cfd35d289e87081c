"""Log lines on standard error, as JSON or as text, with personal data masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any

from flask import current_app, g, has_request_context, request
from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
NAMES = r"passw|passphrase|secret|token|api_?key|salary|e-?mail|phone|authorization|cookie|otp|recovery|birth"
NAMED = re.compile(NAMES, re.IGNORECASE)
MASK = "…"
REQUESTS = "mingus.access"  # the logger of a line a request
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
        return traceback_of(ei)

    def process_log_record(self, log_data: LogData) -> LogData:
        return {name: masked(name, value) for name, value in (circumstances() | log_data).items()}


def circumstances() -> dict[str, Any]:
    """What finds every line of one request: its id, its trace, its rule, the release that answered it."""
    if not has_request_context():
        return {}
    rule = request.url_rule.rule if request.url_rule else None
    ids = {"request_id": g.get("request_id", ""), "trace_id": g.get("trace_id", "")}
    return ids | {"rule": rule, "release": current_app.config["RELEASE"]}


class TextFormatter(logging.Formatter):
    """Lines for the person at the terminal: `GET /analytics 200 84 ms`, and `WARNING …` for what is no request.

    Only a traceback has more lines than one: no message can look like another record.
    """

    def format(self, record: logging.LogRecord) -> str:
        if record.name == REQUESTS:
            return request_line(vars(record))
        level = "" if record.levelno == logging.INFO else f"{record.levelname} "
        line = one_line(masked_text(f"{level}{record.getMessage()}"))
        return f"{line}\n{masked_text(traceback_of(record.exc_info))}" if record.exc_info else line


def request_line(facts: Mapping[str, Any]) -> str:
    """A request by its rule; the path may hold a visitor's token."""
    where = facts["rule"] or "(no such address)"
    return f"{facts['method']} {where} {facts['status']} {facts['milliseconds']:.0f} ms"


def one_line(text: str) -> str:
    """The text with line breaks and the like written as `\\n`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def traceback_of(error: ExcInfo) -> str:
    text = logging.Formatter().formatException(error)
    for repeated in rows_repeated(error[1]):
        text = text.replace(repeated, "…")
    return text


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
    return masked_text(str(value))


def masked_text(text: str) -> str:
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


@contextmanager
def without_request_lines() -> Iterator[None]:
    """Inside, no request leaves a line: this process sends itself thousands."""
    log = logging.getLogger(REQUESTS)
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)


def json_lines() -> MaskingFormatter:
    fields = "{levelname}{process}{name}{message}"
    return MaskingFormatter(fields, style="{", timestamp=True, rename_fields={"levelname": "level"})


def lines(log_format: str) -> logging.Formatter:
    """The form of a log line, `text` or `json`; `config/gunicorn.py` names this function."""
    return TextFormatter() if log_format == "text" else json_lines()


def configure(level: str, log_format: str) -> None:
    """Send every logger of this process through the one handler."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(lines(log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("flask-limiter").setLevel(logging.ERROR)  # its notices hold client addresses

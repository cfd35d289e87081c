"""JSON log lines on standard error, with personal data masked."""

from __future__ import annotations

import logging
import re
import sys

from pythonjsonlogger.json import JsonFormatter

SECRETS = (
    (re.compile(r"mgs_live_[0-9A-Za-z_]+"), "mgs_live_…"),
    (re.compile(r"(?i)bearer\s+[^\s\"',]+"), "Bearer …"),
    (re.compile(r"whsec_\w+|sk_(live|test)_\w+"), "…"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "…@…"),
    (re.compile(r"\b(?:\d[ -]?){13,19}\b"), "card …"),
    (re.compile(r"(?i)(password|secret|token|salary|email)(['\"]?\s*[=:]\s*)(['\"]?)[^'\"\s,&}]+"), r"\1\2\3…"),
)


class MaskingFormatter(JsonFormatter):
    """Masks what looks like a key, a card, an address or a named secret, wherever in the line it stands."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for pattern, mask in SECRETS:
            line = pattern.sub(mask, line)
        return line


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

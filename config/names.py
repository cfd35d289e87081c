"""Names in the environment that look like settings and are none, such as `REDIS_ULR`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

# No other program's settings begin so; names that many programs use, such as DATABASE_, are only compared.
PREFIXES = (
    "RATE_LIMIT_",
    "LAKE_",
    "GA4_",
    "LIVE_STREAM",
    "ANALYTICS_PLUGIN",
    "MASTER_KEY",
    "AUDIT_KEY",
    "ANSWERS_RETENTION",
)
SHORTEST, LIKENESS = 6, 0.8  # HOST and PORT are like too many


def unknown_names(environ: Iterable[str], settings: Collection[str]) -> list[str]:
    """A line for each name that is no setting and is like one, or begins as ours do."""
    long_names = [name for name in settings if len(name) >= SHORTEST]
    lines = []
    for name in sorted(set(environ) - set(settings)):
        [*like] = get_close_matches(name, long_names, 1, LIKENESS)
        if like or name.startswith(PREFIXES):
            meant = f" Did you mean {like[0]}?" if like else ""
            lines.append(f"{name} is not a Mingus setting and is ignored.{meant}\n")
    return lines

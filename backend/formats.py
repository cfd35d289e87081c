"""Numbers, money and time as people in the US write them, with a real minus sign."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def whole(value: float) -> int:
    """51.5 -> 52: halves go up, as people round."""
    return int(value + 0.5) if value >= 0 else -int(-value + 0.5)


def percent(value: float) -> str:
    """`value` is in percent, at least 0; what would round to zero is "less than 1%"."""
    return f"{whole(value)}%" if value >= 0.5 or value == 0 else "less than 1%"


def share(fraction: float, digits: int = 0) -> str:
    """0.42 -> 42%"""
    return f"{fraction * 100:.{digits}f}%"


def signed(value: float, digits: int = 1) -> str:
    """4.9 -> +4.9%, -3 -> −3.0%: `value` is in percent."""
    return f"{value:+.{digits}f}%".replace("-", "−")


def dollars(value: float) -> str:
    return f"${value:,.0f}"


def short_dollars(value: float) -> str:
    return f"${value / 1000:.0f}k"


def count(value: float) -> str:
    return f"{value:,.0f}"


def counted(number: int, singular: str, plural: str = "") -> str:
    """1 row, 1,200 rows: a number and its noun."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def points(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def day(value: datetime, zone: str = "UTC") -> str:
    """November 21, 2026"""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%B} {local.day}, {local.year}"


def plain_days(first: date, last: date) -> str:
    """October 1 – November 30, 2026; November 21, 2026"""
    if first == last:
        return plain_day(first)
    year = "" if first.year == last.year else f", {first.year}"
    return f"{first:%B} {first.day}{year} – {plain_day(last)}"


def short_days(first: date, last: date) -> str:
    """Oct 31 – Nov 29, 2026; Nov 21, 2026"""
    if first == last:
        return f"{last:%b} {last.day}, {last.year}"
    year = "" if first.year == last.year else f", {first.year}"
    return f"{first:%b} {first.day}{year} – {last:%b} {last.day}, {last.year}"


def plain_day(value: date) -> str:
    """November 21, 2026, of a date without a time zone."""
    return f"{value:%B} {value.day}, {value.year}"


def moment(value: datetime, zone: str = "UTC") -> str:
    """November 21, 2026, 2:32 PM EST"""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(value, zone)}, {local.hour % 12 or 12}:{local:%M %p %Z}"


def clock(value: datetime, zone: str = "UTC") -> str:
    """2:32 PM"""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local:%M %p}"


def clock_seconds(value: datetime, zone: str = "UTC") -> str:
    """2:32:05 PM"""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local:%M:%S %p}"


def duration(seconds: float) -> str:
    """75 -> 1 min 15 s"""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"


def first_capital(text: str) -> str:
    """The text as it begins a line; names in it keep their capitals."""
    return text[:1].upper() + text[1:]


def latency(seconds: float) -> str:
    """0.084 -> 84 ms, 2.41 -> 2.4 s: times of requests and queries, of which milliseconds matter."""
    if seconds < 0.0005:
        return "<1 ms" if seconds else "0 ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 59.95 else duration(seconds)


def size(number: float) -> str:
    """1,400,000 -> 1.3 MB: bytes, in units of 1,024."""
    value = float(number)
    for unit in ("bytes", "KB", "MB", "GB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:,.1f} TB"


def ago(seconds: float) -> str:
    """6 s ago, 3 min ago, 2 h ago, 5 days ago"""
    for length, unit in ((86_400, "day"), (3600, "h"), (60, "min")):
        if seconds >= 2 * length or (length == 60 and seconds >= 60):
            number = int(seconds // length)
            return f"{number} {unit}{'s' if unit == 'day' and number != 1 else ''} ago"
    return f"{max(seconds, 0):.0f} s ago"

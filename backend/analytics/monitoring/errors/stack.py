"""The facts of one error that may be kept: its type, its stack, and what makes two errors the same."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import PurePath
from types import CodeType, FrameType

from backend.analytics.monitoring.errors.group import ErrorSample, ErrorSource, Frame
from backend.analytics.monitoring.errors.wording import safe_message

OURS = frozenset({"app", "backend", "config"})
# By these every request and every job comes in: what they call, not they, is where an error comes from.
ENTRANCES = ("app", "backend.routes", "backend.tasks", "backend.jobs")
ANYWHERE = ("TimeLimitReached", "RecursionError", "MemoryError")  # raised wherever the code happens to be
STANDARD_LIBRARY = PurePath(sysconfig.get_path("stdlib"))
INSTALLED = frozenset({"site-packages", "dist-packages"})
INNER = (".<listcomp>", ".<dictcomp>", ".<setcomp>", ".<genexpr>")
MOST_FRAMES, MOST_CAUSES = 40, 5


@dataclass(frozen=True, slots=True)
class ErrorFacts:
    """What is kept of an error. Errors with one `fingerprint` are of one group."""

    source: ErrorSource
    fingerprint: str
    type: str
    place: str
    sample: ErrorSample


def facts_of(error: BaseException, source: ErrorSource) -> ErrorFacts:
    """Neither the message nor a line number decides on the group, so that a value or a moved line makes no new one."""
    walked = list(traceback.walk_tb(error.__traceback__))
    frames = [_frame(frame, line) for frame, line in walked]
    kind = type_of(error)
    message = safe_message(_message(error), [frame.f_code for frame, _ in walked[-MOST_FRAMES:]])
    return known_facts(source, kind, ErrorSample(message, tuple(frames[-MOST_FRAMES:])), _telling(kind, frames))


def known_facts(source: ErrorSource, kind: str, sample: ErrorSample, telling: Sequence[Frame]) -> ErrorFacts:
    stack = dict.fromkeys(f"{frame.module}:{frame.function}" for frame in telling)
    fingerprint = sha256("\n".join([source, kind, *stack]).encode(errors="replace")).hexdigest()[:32]
    last = telling[-1] if telling else None
    place = f"{last.module}, {last.function}" if last and last.function else (last.module if last else "")
    return ErrorFacts(source, fingerprint, kind[:200], place[:300], sample)


def type_of(error: BaseException) -> str:
    """`OperationalError from OutOfMemory`: the type of an error and those of its causes."""
    causes, cause = [error], error.__cause__
    while cause is not None and cause not in causes and len(causes) < MOST_CAUSES:
        causes.append(cause)
        cause = cause.__cause__
    return " from ".join(dict.fromkeys(type(cause).__qualname__.replace("<locals>.", "") for cause in causes))


def code_of(error: BaseException) -> Iterator[CodeType]:
    """The functions in which an error and those behind it were raised."""
    met: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        behind = waiting.pop()
        if behind is None or id(behind) in met:
            continue
        met.add(id(behind))
        waiting += [behind.__cause__, behind.__context__]
        yield from (frame.f_code for frame, _ in traceback.walk_tb(behind.__traceback__))


def own_place(frames: Sequence[Frame]) -> Sequence[Frame]:
    """The frames of our own code behind the entrances, or of the entrances, where there are no others."""
    own = [frame for frame in frames if frame.is_own]
    return [frame for frame in own if not _is_entrance(frame.module)] or own


def _telling(kind: str, frames: Sequence[Frame]) -> Sequence[Frame]:
    own = own_place(frames)
    if kind.startswith(ANYWHERE):
        return own[:1]
    return own or frames[-1:]


def _is_entrance(module: str) -> bool:
    return any(module == entrance or module.startswith(f"{entrance}.") for entrance in ENTRANCES)


def _frame(frame: FrameType, line: int) -> Frame:
    module, code = str(frame.f_globals.get("__name__", "")), frame.f_code
    return Frame(module, _function(code), line, _is_own(module, code.co_filename))


def _function(code: CodeType) -> str:
    """`Jobs._try.<lambda>`; a comprehension is part of its function, as it is from Python 3.12 on."""
    name = code.co_qualname.replace(".<locals>", "")
    for inner in INNER:
        name = name.replace(inner, "")
    return name


def _is_own(module: str, file: str) -> bool:
    """Whether it is code of this site or of a plugin beside it, and not of a library."""
    if module.partition(".")[0] in OURS:
        return True
    path = PurePath(file)
    return path.is_absolute() and INSTALLED.isdisjoint(path.parts) and not path.is_relative_to(STANDARD_LIBRARY)


def _message(error: BaseException) -> str:
    """What it says, also where its own `__str__` fails."""
    lines = traceback.format_exception_only(error)
    return "".join(islice(_without_type(lines, type(error).__name__), 1))


def _without_type(lines: Sequence[str], name: str) -> Iterator[str]:
    for line in lines[-1:]:
        head, colon, rest = line.partition(": ")
        yield rest if colon and head.endswith(name) else ("" if line.strip().endswith(name) else line)

"""Checks of health within a deadline, whatever they hang on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from backend.database import reading
from backend.deadlines import Deadline, DeadlineThreads
from backend.health import HealthService
from backend.plugins import Health


class Part(StrEnum):
    """What a check may hang on; the checks of one part are made one after the other."""

    DATABASE = "database"
    CACHE = "cache"
    PLUGINS = "plugins"


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its name; `vital` counts where it had no answer in time."""

    name: str
    look: Callable[[HealthService], Health]
    part: Part = Part.DATABASE
    vital: bool = True


DATABASE = Check("database", HealthService.database)
MASTER_KEY = Check("master_key", HealthService.master_key)
CACHE = Check("cache", HealthService.cache, Part.CACHE)
SECRETS = Check("secrets", HealthService.secrets, vital=False)
ROW_SECURITY = Check("row_security", HealthService.row_security, vital=False)
BACKGROUND_WORK = Check("background_work", HealthService.background_work, vital=False)
LANDING_TABLE = Check("landing_table", HealthService.landing_table)
SITE = (DATABASE, MASTER_KEY, CACHE, SECRETS, BACKGROUND_WORK)


class Lookout:
    """Makes checks within a deadline: what has no answer by then is not well, and hangs in a thread of its own.

    `proxies`: how many are trusted, in production; None elsewhere.
    """

    def __init__(
        self,
        context: Callable[[], AbstractContextManager[object]],
        service: Callable[[], HealthService],
        threads: DeadlineThreads,
        proxies: int | None,
    ) -> None:
        self._context = context
        self._service = service
        self._threads = threads
        self._proxies = proxies

    def plugins(self) -> tuple[Check, ...]:
        """A check for each plugin and each room that has one."""
        with self._context():
            names = tuple(self._service().plugins)
        return tuple(Check(name, partial(_plugin, name), Part.PLUGINS, vital=False) for name in names)

    def everything(self, deadline: Deadline) -> dict[str, Health]:
        """The health of every part."""
        if self._proxies is None:
            return self.look((*SITE, *self.plugins()), deadline)
        proxies = Check("proxies", partial(HealthService.proxies, trusted=self._proxies), vital=False)
        return self.look((*SITE, ROW_SECURITY, proxies, *self.plugins()), deadline)

    def look(self, checks: Sequence[Check], deadline: Deadline) -> dict[str, Health]:
        answers: dict[str, Health] = {}
        parts = [[check for check in checks if check.part is part] for part in Part]
        self._threads.run([partial(self._look, group, answers) for group in parts if group], deadline)
        in_time = dict(answers)
        return {check.name: in_time.get(check.name) or _late(check) for check in checks}

    def _look(self, checks: Sequence[Check], answers: dict[str, Health]) -> None:
        with self._context(), reading():
            service = self._service()
            for check in checks:
                answers[check.name] = check.look(service)


def _plugin(name: str, service: HealthService) -> Health:
    return service.plugins[name]()


def _late(check: Check) -> Health:
    return Health(ok=False, reason="no answer in time", vital=check.vital)

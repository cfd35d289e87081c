"""The interface of analytics plugins, and the registry in which the rest of Mingus finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pkgutil import resolve_name
from threading import RLock, Thread
from time import sleep
from typing import Protocol, TypeVar, cast, runtime_checkable

from flask import Flask, current_app, g
from werkzeug.local import LocalProxy

KEY = "mingus"
ENTRY_POINTS = "mingus.analytics"
# A new process is asked for a page at once; what is prepared for it is quicker than the imports of a warm-up beside it.
WARMS_UP_AFTER = 2.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a part works, and if not, why; without a `vital` part the site does not work."""

    ok: bool
    reason: str = ""
    vital: bool = True


@runtime_checkable
class AnalyticsPlugin(Protocol):
    """A long-lived part of the analytics layer: one per app and process."""

    @property
    def name(self) -> str: ...

    def init_app(self, app: Flask) -> None:
        """Read settings and attach hooks. No threads, no network, no queries."""

    def start(self) -> None:
        """Begin background work, after the worker has forked. Safe to repeat."""

    def stop(self) -> None:
        """Flush and join. Safe to call when never started."""

    def health(self) -> Health:
        """A cheap answer for the health page; must not raise."""


class NotRegistered(LookupError):
    """Nothing was registered under this type."""


class Registry:
    """One app's plugins and shared objects, one per process, and its services, one per request."""

    def __init__(self) -> None:
        self._plugins: dict[type, AnalyticsPlugin] = {}
        self._services: dict[type, Callable[[], object]] = {}
        self._shared: dict[type, Callable[[], object]] = {}
        self._built: dict[type, object] = {}
        self._health: dict[str, Callable[[], Health]] = {}
        self._on_start: list[Callable[[], None]] = []
        self._warm_ups: list[Callable[[], None]] = []
        self._lock = RLock()
        self._is_ending: Callable[[], bool] = lambda: False
        self._is_draining: Callable[[], bool] = lambda: False

    def add_plugin(self, app: Flask, plugin: AnalyticsPlugin) -> None:
        if type(plugin) in self._plugins or plugin.name in {p.name for p in self._plugins.values()}:
            raise ValueError(f"{plugin.name} is already registered")
        self._plugins[type(plugin)] = plugin
        plugin.init_app(app)

    def add_service(self, kind: type[T], factory: Callable[[], T]) -> None:
        self._services[kind] = factory

    def add_shared(self, kind: type[T], factory: Callable[[], T]) -> None:
        """Register an immutable, costly object: built once per process, at start or on first use."""
        self._shared[kind] = factory

    def add_health(self, name: str, check: Callable[[], Health]) -> None:
        """A check of a part that is no plugin, for the health page; it is cheap and does not raise."""
        self._health[name] = check

    def on_start(self, action: Callable[[], None]) -> None:
        self._on_start.append(action)

    def add_warm_up(self, action: Callable[[], None]) -> None:
        """A slow preparation, begun soon after start in a thread that no request waits for. It must not raise."""
        self._warm_ups.append(action)

    def ends_when(self, is_ending: Callable[[], bool]) -> None:
        """Set the check by which long-running work sees that the process is to end."""
        self._is_ending = is_ending

    def is_ending(self) -> bool:
        """Whether the process is to end, so that long-running work should stop."""
        return self._is_ending()

    def drains_when(self, is_draining: Callable[[], bool]) -> None:
        """Set the check by which readiness sees that no more requests should be sent here, though they are answered."""
        self._is_draining = is_draining

    def is_draining(self) -> bool:
        """Whether the server is to end soon."""
        return self._is_draining() or self._is_ending()

    def build(self, kind: type[T]) -> T:
        """The one plugin or shared object of this type, or a new service."""
        if kind in self._plugins:
            return cast("T", self._plugins[kind])
        if kind in self._shared:
            return cast("T", self._share(kind))
        if kind not in self._services:
            raise NotRegistered(f"{kind.__qualname__} is no plugin, shared object or service of this app")
        return cast("T", self._services[kind]())

    def start(self, *, warm: bool = True) -> None:
        """Begin, after the fork. A process that answers no requests builds shared objects only when it needs them."""
        for action in self._on_start:
            action()
        for kind in self._shared if warm else ():
            self._share(kind)
        for plugin in self._plugins.values():
            plugin.start()
        if warm:
            Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def stop(self) -> None:
        for plugin in reversed(self._plugins.values()):
            plugin.stop()

    def health_checks(self) -> dict[str, Callable[[], Health]]:
        """The checks of plugins and of parts that are none, by name."""
        return {plugin.name: plugin.health for plugin in self._plugins.values()} | self._health

    def _warm_up(self) -> None:
        sleep(WARMS_UP_AFTER)
        for action in self._warm_ups:
            action()

    def _share(self, kind: type) -> object:
        with self._lock:
            if kind not in self._built:
                self._built[kind] = self._shared[kind]()
            return self._built[kind]


def get(kind: type[T]) -> T:
    """The app's plugin or shared object of this type, or the current request's service."""
    built = g.setdefault(KEY, {})
    if kind not in built:
        built[kind] = current_app.extensions[KEY].build(kind)
    return cast("T", built[kind])


def built(kind: type[T]) -> T | None:
    """The current request's service of this type, if something has asked for it."""
    return cast("T | None", g.get(KEY, {}).get(kind))


def current(kind: type[T]) -> T:
    """A stand-in for this app's plugin, usable inside any app context, as `flask.current_app` is."""
    return cast("T", LocalProxy(lambda: get(kind)))


def load(paths: Iterable[str]) -> list[AnalyticsPlugin]:
    """Make the plugins that the settings name and those of installed packages."""
    makers = [resolve_name(path) for path in paths]
    makers += [point.load() for point in installed()]
    plugins = [maker() for maker in makers]
    for plugin in plugins:
        if not isinstance(plugin, AnalyticsPlugin):
            raise TypeError(f"{plugin!r} is no analytics plugin: it needs name, init_app, start, stop and health")
    return plugins


@cache
def installed() -> tuple[EntryPoint, ...]:
    """The entry points of plugins in installed packages; looked up once per process, since it reads every package."""
    return tuple(entry_points(group=ENTRY_POINTS))

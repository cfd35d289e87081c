"""The one connection of this process that writes the landing table."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import sqlalchemy.exc
from sqlalchemy import Engine, event

from backend.analytics.events.landing.group import NOT_STORED
from backend.errors import Unavailable


class WriterConnection:
    """A driver connection with the engine's own settings, outside its pool; opened when first needed."""

    def __init__(self, engine: Callable[[], Engine], prepare: Callable[[Any], object] = lambda driver: None) -> None:
        self._engine = engine
        self._prepare = prepare
        self._driver: Any = None
        self._process = 0

    @property
    def is_open(self) -> bool:
        return self._driver is not None and self._process == os.getpid()

    def get(self) -> Any:
        """The driver's connection. One inherited by a fork is left alone: it is the parent's."""
        if not self.is_open:
            self._driver, self._process = self._open(), os.getpid()
        return self._driver

    def close(self) -> None:
        if self.is_open:
            self._driver.close()
        self._driver = None

    def _open(self) -> Any:
        engine = self._engine()
        if not event.contains(engine, "engine_disposed", self._engine_disposed):
            event.listen(engine, "engine_disposed", self._engine_disposed)
        try:
            fairy = engine.raw_connection()
        except (engine.dialect.loaded_dbapi.Error, sqlalchemy.exc.SQLAlchemyError) as error:
            raise Unavailable(NOT_STORED) from error
        driver = fairy.driver_connection
        fairy.detach()
        self._prepare(driver)
        return driver

    def _engine_disposed(self, _engine: Engine) -> None:
        self.close()

"""Gunicorn's configuration. The master makes the app, whose memory workers share; plugins start in each worker."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from config.banner import banner
from config.draining import DRAINING
from config.settings import Settings

if TYPE_CHECKING:
    from flask import Flask
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

MEMORY = Path("/dev/shm")  # noqa: S108  (heartbeats must not wait for a disk)
# A thousand events are thousands of objects: at the default of 700 a quarter of the time went into looking for cycles.
OBJECTS_BETWEEN_COLLECTIONS = 50_000
settings = Settings.from_env(os.environ)

wsgi_app = "wsgi:app"
preload_app = True
bind = f"{settings.HOST}:{settings.PORT}"
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
worker_class = "gthread"
worker_tmp_dir = str(MEMORY) if MEMORY.is_dir() else None
graceful_timeout = 30
keepalive = 5
limit_request_line = 8190  # a filter may have a hundred values in one URL
control_socket_disable = True
# Who reads text has the banner; that workers begin and where they listen would only come between.
level_of_gunicorn = "WARNING" if (settings.log_format, settings.LOG_LEVEL) == ("text", "INFO") else settings.LOG_LEVEL
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "app.logs.lines", "log_format": settings.log_format}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
    "root": {"handlers": ["lines"], "level": settings.LOG_LEVEL},
    "loggers": {"gunicorn.error": {"handlers": ["lines"], "level": level_of_gunicorn, "propagate": False}},
}


def compile_dashboards(app: Flask) -> None:
    """Compile the dashboards' templates, before workers are forked: a third of a second of each one's first page."""
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith("dashboards/")):
        app.jinja_env.get_template(name)


def when_ready(server: Arbiter) -> None:
    """Take over SIGTERM, and say where Mingus is: the app is made already, and all workers know the link printed."""
    DRAINING.begin_on_term(server, settings.drain_seconds)
    compile_dashboards(server.app.wsgi())
    sys.stdout.write(banner(settings, server.app.wsgi().config["FIRST_LOOK"]))
    sys.stdout.flush()


def post_worker_init(worker: Worker) -> None:
    registry = worker.wsgi.extensions["mingus"]
    registry.ends_when(lambda: not worker.alive)
    registry.drains_when(DRAINING.is_on)
    registry.start()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


def worker_exit(server: Arbiter, worker: Worker) -> None:
    app = getattr(worker, "wsgi", None)  # a worker that failed to boot has none
    if app is not None:
        app.extensions["mingus"].stop()

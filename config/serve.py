"""`make run`: gunicorn and its companion, which start and stop together.

The companion is the embedded scheduler; where Celery does the background work, it is the sampler of this host.

Both children have process groups of their own, so that Ctrl-C reaches them through this process, once. On Linux they
also end when this process is killed outright: gunicorn with a normal stop, the companion at once.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import socket
import subprocess
import sys
from time import monotonic

from config.settings import Settings

WEB = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py"]
SCHEDULER, SAMPLER = "app.scheduler", "app.sampler"
ENDING = {signal.SIGTERM, signal.SIGINT}
HEARD = ENDING | {signal.SIGHUP, signal.SIGCHLD, signal.SIGALRM}
LONG_LIFE_SECONDS, LONGEST_PAUSE_SECONDS, PATIENCE_SECONDS = 5.0, 30.0, 35.0
PR_SET_PDEATHSIG = 1


class Pair:
    """Restarts a companion that died, after growing pauses; ends with the web server and with its exit code."""

    def __init__(self, companion: str, log_format: str) -> None:
        self._module = companion
        self._log_format = log_format
        self._web = begin(WEB, signal.SIGTERM)
        self._companion: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._pause = 1.0
        self._ending = False
        self._begin_companion()

    def watch(self) -> int:
        while self._web.poll() is None:
            received = signal.sigwait(HEARD)
            if received in ENDING | {signal.SIGHUP}:
                self._web.send_signal(received)
            if received in ENDING:
                self._end_companion()
            elif received == signal.SIGALRM and not self._ending:
                self._begin_companion()
            self._look_after_companion()
        self._await_companion()
        return self._web.returncode if self._web.returncode >= 0 else 128 - self._web.returncode

    def _begin_companion(self) -> None:
        command = [sys.executable, "-m", self._module]
        self._companion, self._began = begin(command, signal.SIGKILL), monotonic()

    def _look_after_companion(self) -> None:
        """Schedule the next start when the companion has died."""
        if self._ending or self._companion is None or self._companion.poll() is None:
            return
        lived = monotonic() - self._began
        self._pause = 1.0 if lived > LONG_LIFE_SECONDS else min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        ended = f"{self._module} ended with code {self._companion.returncode}"
        say(f"{ended}; another one begins in {self._pause:.0f} s", self._log_format)
        self._companion = None
        signal.setitimer(signal.ITIMER_REAL, self._pause)

    def _end_companion(self) -> None:
        """Let the companion finish its current work; a second call kills it, and its lease runs out."""
        if self._companion is not None:
            self._companion.send_signal(signal.SIGKILL if self._ending else signal.SIGTERM)
        self._ending = True

    def _await_companion(self) -> None:
        if not self._ending:
            self._end_companion()
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)
        while self._companion is not None and self._companion.poll() is None:
            if signal.sigwait(HEARD) in ENDING | {signal.SIGALRM}:
                self._companion.kill()


def begin(command: list[str], at_my_death: signal.Signals) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, at_my_death)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return subprocess.Popen(command, process_group=0, preexec_fn=prepare)  # noqa: PLW1509, S603  (no thread runs here)


def say(message: str, log_format: str) -> None:
    """Write a warning as `app/logs.py` does, which takes longer to import than this process needs to start."""
    record = {"level": "WARNING", "process": os.getpid(), "name": __name__, "message": message}
    sys.stderr.write(f"{json.dumps(record) if log_format == 'json' else f'WARNING {message}'}\n")


def refuse_a_taken_port(host: str, port: int) -> None:
    """End with a sentence, before anything starts, when the port is in use; gunicorn reports other bad addresses."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host.strip("[]"), port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(f"Port {port} is in use on {host}: set PORT to another one, such as PORT={port % 65535 + 1}.")


def main() -> None:
    settings = Settings.from_env(os.environ)
    refuse_a_taken_port(settings.HOST, settings.PORT)
    companion = SAMPLER if settings.CELERY_BROKER_URL.get_secret_value() else SCHEDULER
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    sys.exit(Pair(companion, settings.log_format).watch())


if __name__ == "__main__":
    main()

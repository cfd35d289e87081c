"""`python -m app.sampler` measures a host on which neither the embedded scheduler nor a Celery worker runs."""

from __future__ import annotations

import gc
import os
import signal

from app import create_app
from app.wiring.sampling import sampler_of
from config.settings import Settings


def main() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    settings = Settings.from_env(os.environ)
    sampler = sampler_of(create_app(settings), settings)
    gc.freeze()
    sampler.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    sampler.stop()


if __name__ == "__main__":
    main()

"""`python -m benchmarks.occupation_pages`: the time of a job's public page in the process, and its weight."""

from __future__ import annotations

import gc
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import quantiles

import psutil
from flask.testing import FlaskClient

from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.pages.kept_pages import KeptPages
from tests.conftest import close, make_app, make_settings, migrate

OCCUPATIONS = 300
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}


def occupation_pages() -> Iterator[str]:
    """The lines of two tables. Cold: rendered for this request. Warm: kept. Memory: after all 832 were asked for."""
    with tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder:
        app = make_app(make_settings(Path(folder)))
        migrate(app)
        with app.app_context():
            slugs, pages = list(get(Reference).slugs.codes), get(KeptPages)
        client = app.test_client()
        for address in ("/jobs", "/jobs/registered-nurses", "/jobs/legislators"):  # compiles every template
            client.get(address)
        chosen = [f"/jobs/{slug}" for slug in random.Random(13).sample(slugs, OCCUPATIONS)]
        yield f"| {OCCUPATIONS} pages of jobs, in the process | p50 ms | p95 ms | p99 ms | processor p95 ms |"
        yield "|---|---|---|---|---|"
        yield f"| cold | {times(client, chosen)} |"
        yield f"| warm | {times(client, chosen)} |"
        yield f"| 304 | {times(client, chosen, unchanged=True)} |"
        yield ""
        before = memory()
        sizes = [len(client.get(f"/jobs/{slug}", headers=BROWSER).data) for slug in slugs]
        yield "| pages of all 832 jobs | median kB | largest kB | kept MiB | process grew by MiB |"
        yield "|---|---|---|---|---|"
        median, largest = quantiles(sizes, n=2)[0] / 1000, max(sizes) / 1000
        yield f"| gzip | {median:.1f} | {largest:.1f} | {pages.size / 2**20:.1f} | {memory() - before:.1f} |"
        close(app)


def times(client: FlaskClient, addresses: Sequence[str], *, unchanged: bool = False) -> str:
    waited, worked = [], []
    for address in addresses:
        known = {"If-None-Match": client.get(address, headers=BROWSER).headers["ETag"]} if unchanged else {}
        began, busy = time.perf_counter(), time.process_time()
        answer = client.get(address, headers=BROWSER | known)
        waited.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
        if answer.status_code != (304 if unchanged else 200):
            raise RuntimeError(f"{address} answered {answer.status_code}")
    cuts = quantiles(waited, n=100)
    return f"{cuts[49]:.1f} | {cuts[94]:.1f} | {cuts[98]:.1f} | {quantiles(worked, n=100)[94]:.1f}"


def memory() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 2**20


if __name__ == "__main__":
    print(*occupation_pages(), sep="\n")

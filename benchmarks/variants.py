"""The address that tells a unit's variant, beside the empty route: `python -m benchmarks.variants`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.database import get_db_session
from backend.plugins import get
from benchmarks.load import NEW, Request, at_rate, capacity, wrk_is_here
from tests.conftest import make_app, make_settings, migrate, server_environ
from tests.experiments import run
from tests.servers import gunicorn

VARIANT = "/api/analytics/ab-testing/price/variant"


def print_variants() -> None:
    """Open loop at 100 requests a second; for capacity a unit that was exposed before."""
    instance = Path(tempfile.mkdtemp(prefix="mingus-bench-"))
    app = make_app(make_settings(instance))
    migrate(app)
    with app.app_context():
        key = str(get(KeyService).create("benchmark", [Scope.EXPERIMENTS_ASSIGN]))
        run(get_db_session())
    headers = (("Authorization", f"Bearer {key}"),)
    empty = Request("empty route", "/health/live")
    known = Request("variant of a unit exposed before", f"{VARIANT}?session_id=s-1", headers=headers)
    new = Request("variant and exposure of a new unit", f"{VARIANT}?session_id=s-{NEW}", headers=headers)
    with gunicorn(server_environ(instance, LOG_LEVEL="WARNING"), instance / "log") as server:
        at_rate(server.url, new, seconds=1)
        print("| variants, 100 requests/s, open loop | p50 ms | p95 ms | p99 ms | errors |")
        print("|---|---|---|---|---|")
        for request in (empty, known, new):
            load = at_rate(server.url, request)
            print(f"| {request.name} | {load.p50:.1f} | {load.p95:.1f} | {load.p99:.1f} | {load.errors} |")
        if wrk_is_here():
            rates = [f"{request.name} {capacity(server.url, request).rps:,.0f}" for request in (empty, known)]
            print("\nCapacity, requests a second: " + ", ".join(rates))
    print()


if __name__ == "__main__":
    print_variants()

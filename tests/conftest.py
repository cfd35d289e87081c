"""An app on a fresh, migrated database for each test, and the real servers around it."""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pydantic import SecretStr

from app import create_app
from backend.accounts.keys.service import KeyService
from backend.accounts.people.passwords import Passwords
from backend.accounts.permissions import Scope
from backend.extensions import db
from backend.plugins import KEY, get
from backend.reference.loading import Reference
from config.settings import Settings
from tests.accounts import cheap_passwords
from tests.clickhouse import clickhouse
from tests.memory import write_to_memory
from tests.servers import CHROMIUM_ARGS, HEADLESS_SHELL, PROJECT, Gunicorn, gunicorn, postgresql, redis
from tests.sharing import TEMPLATES, share_url_builders, shipped_reference

pytest_plugins = ["tests.costs", "tests.databases", "tests.order", "tests.second_run"]
hypothesis.settings.register_profile("mingus", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("mingus")
expect.set_options(timeout=20_000)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process that a test starts compiles Mingus anew
share_url_builders()
write_to_memory()
SECRET = "only for tests, and long enough to be taken"
MASTER_KEY = "only for tests and long enough to be taken"


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    gc.unfreeze()


def make_settings(instance: Path, **given: object) -> Settings:
    """Settings of a small installation whose limits do not get in the way."""
    values = {
        "INSTANCE_DIR": instance,
        "SECRET_KEY": SecretStr(SECRET),
        "MASTER_KEY": SecretStr(MASTER_KEY),
        "AUDIT_KEY": SecretStr(SECRET),
        "STATSD_HOST": "",
        "BUSINESS_TIME_ZONE": "UTC",
        "RATE_LIMIT_ANONYMOUS": "",
        "RATE_LIMIT_MEMBER": "",
        "RATE_LIMIT_SIGN_IN": "",
        "RATE_LIMIT_ACCOUNT": "",
        "RATE_LIMIT_ASSESS": "",
        "RATE_LIMIT_GRANT": "",
        "RATE_LIMIT_EVENTS": "",
        "RATE_LIMIT_BROWSER_ERRORS": "",
        "RATE_LIMIT_SUGGESTIONS": "",
        "RATE_LIMIT_VISITS": "",
        "LOG_LEVEL": "WARNING",
        "LOG_FORMAT": "json",
        "LAKE_MAX_STALENESS": 0,
        "LIVE_STREAM_SECONDS": 0,
    }
    return Settings.model_validate({**values, **given})


def make_app(settings: Settings) -> Flask:
    """The app; all of them share what nothing can change: tables of public figures, compiled routes and templates."""
    app = create_app(settings)
    app.testing = True
    app.config["HEALTH_SECONDS"] = 30  # a busy machine is no failure
    app.jinja_env.bytecode_cache = TEMPLATES
    app.extensions[KEY].add_shared(Reference, shipped_reference)
    app.extensions[KEY].add_shared(Passwords, cheap_passwords)
    return app


def as_role(role: str, url: str) -> str:
    """The same database by another role: `owner` of its tables, the `app`, or the superuser, `mingus`."""
    return re.sub(r"//\w+@", f"//{role}@", url)


def of_postgresql(url: str) -> dict[str, SecretStr]:
    """Settings of an installation whose app owns nothing."""
    return {"DATABASE_URL": SecretStr(url), "DATABASE_OWNER_URL": SecretStr(as_role("owner", url))}


@contextmanager
def as_owner(app: Flask) -> Iterator[sa.Connection]:
    """A transaction that may alter tables."""
    url = app.config["DATABASE_OWNER_URL"] or app.config["SQLALCHEMY_DATABASE_URI"]
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        yield connection


def migrate(app: Flask) -> None:
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public files: MINGUS_SHARED_DATA, else ../shared/data beside the project. Needed, never skipped."""
    folder = Path(os.environ.get("MINGUS_SHARED_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.fail("the public files are not in ../shared/data; say where with MINGUS_SHARED_DATA")
    return folder


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated database file, copied for each test."""
    folder = tmp_path_factory.mktemp("migrated")
    migrate(make_app(make_settings(folder)))
    return folder / "mingus.db"


@pytest.fixture
def instance(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """The folder of a fresh installation on SQLite."""
    shutil.copy(migrated_sqlite, tmp_path / "mingus.db")
    return tmp_path


@pytest.fixture
def app(instance: Path) -> Iterator[Flask]:
    app = make_app(make_settings(instance))
    yield app
    close(app)


def close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[str]:
    with postgresql() as cluster:
        execute(cluster.url, "CREATE ROLE owner LOGIN")
        execute(cluster.url, "CREATE ROLE app LOGIN")
        yield cluster.url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_cluster: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database, cloned for each test."""
    execute(postgresql_cluster, "CREATE DATABASE migrated OWNER owner")
    folder = tmp_path_factory.mktemp("postgresql")
    migrate(make_app(make_settings(folder, **of_postgresql(as_role("app", f"{postgresql_cluster}/migrated")))))
    return "migrated"


@pytest.fixture
def postgresql_url(postgresql_cluster: str, postgresql_template: str) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database, for the role of the app, which owns nothing."""
    name = f"test_{next(COUNTER)}"
    execute(postgresql_cluster, f"CREATE DATABASE {name} TEMPLATE {postgresql_template} OWNER owner")
    yield as_role("app", f"{postgresql_cluster}/{name}")
    execute(postgresql_cluster, f"DROP DATABASE {name} WITH (FORCE)")


def _count() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


COUNTER = _count()


def execute(cluster: str, statement: str) -> None:
    engine = sa.create_engine(f"{cluster}/postgres", isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))


# Words, forms and arithmetic, beside tests whose queries run on both: once more on PostgreSQL would prove nothing more.
ON_SQLITE = pytest.mark.parametrize("any_app", ["sqlite"], indirect=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The app on each database in turn."""
    if request.param == "sqlite":
        settings = make_settings(request.getfixturevalue("instance"))
    else:
        settings = make_settings(tmp_path, **of_postgresql(request.getfixturevalue("postgresql_url")))
    app = make_app(settings)
    yield app
    close(app)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis() as url:
        yield url


@pytest.fixture(scope="session")
def clickhouse_url() -> Iterator[str]:
    with clickhouse() as url:
        yield url


@pytest.fixture
def make_key(app: Flask) -> Callable[..., str]:
    """Return a function that makes an API key with the given scopes."""

    def make(*scopes: str) -> str:
        with app.app_context():
            return str(get(KeyService).create("test", map(Scope, scopes)))

    return make


@pytest.fixture
def server(instance: Path) -> Iterator[Gunicorn]:
    """The real thing: gunicorn with two workers on the test's own SQLite file."""
    with gunicorn(server_environ(instance), instance / "gunicorn.log") as running:
        yield running


def server_environ(instance: Path, **given: str) -> dict[str, str]:
    settings = {
        "PYTHONPATH": str(PROJECT / "tests" / "as_served"),
        "INSTANCE_DIR": str(instance),
        "SECRET_KEY": SECRET,
        "MASTER_KEY": MASTER_KEY,
        "AUDIT_KEY": SECRET,
        "STATSD_HOST": "",
        "BUSINESS_TIME_ZONE": "UTC",
        "LOG_FORMAT": "json",
        "RATE_LIMIT_ANONYMOUS": "",
        "RATE_LIMIT_MEMBER": "",
        "RATE_LIMIT_EVENTS": "",
        "RATE_LIMIT_SUGGESTIONS": "",
        "RATE_LIMIT_VISITS": "",
        "RATE_LIMIT_SIGN_IN": "",
        "RATE_LIMIT_ACCOUNT": "",
        "RATE_LIMIT_ASSESS": "",
        "RATE_LIMIT_GRANT": "",
    }
    return {**settings, **given}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=HEADLESS_SHELL, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser without history; it fails the test when a page asks another host or breaks its own CSP."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    outside: list[str] = []
    context.on("request", lambda request: outside.append(request.url) if "127.0.0.1" not in request.url else None)
    violations = watch_csp(context)
    yield context
    context.close()
    assert not outside, "a page asked another host"
    assert not violations, "a page broke its own Content-Security-Policy"


def watch_csp(context: BrowserContext) -> list[str]:
    """Collect Content-Security-Policy violations of every page."""
    violations: list[str] = []

    def report(violated: str) -> None:
        violations.append(violated)

    context.expose_function("reportViolation", report)
    context.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " e => window.reportViolation(e.violatedDirective + ' ' + e.blockedURI))"
    )
    return violations


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()

"""Check 21: what ends a sign-in ends it at once, well within a second, in each of four gunicorn workers."""

from __future__ import annotations

import http.client
import shutil
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from backend.accounts.people.models import Account
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role
from backend.accounts.sign_in.service import SignIns
from backend.accounts.sign_in.totp import SecondFactor
from backend.database import get_db_session
from backend.plugins import get
from tests.accounts import PASSWORD, make_account, make_sign_in, signed_in_cookie
from tests.conftest import close, make_app, make_settings, server_environ
from tests.servers import gunicorn

ENDS = {
    "signing out everywhere else": lambda account: get(SignIns).end_others(account.id, ""),
    "a new password": lambda account: get(Accounts).change_password(account.id, PASSWORD, "another set of words"),
    "another role": lambda account: get(Accounts).change_role("cli", UUID(account.public_id), Role.ADMIN),
    "disabling": lambda account: get(Accounts).disable("cli", UUID(account.public_id)),
    "removing the second factor": lambda account: get(SecondFactor).remove("cli", UUID(account.public_id)),
    "deletion": lambda account: (
        get_db_session().delete(get_db_session().get_one(Account, account.id)),
        get_db_session().commit(),
    ),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory, migrated_sqlite):
    """Four workers on one database."""
    instance = tmp_path_factory.mktemp("site")
    shutil.copy(migrated_sqlite, instance / "mingus.db")
    app = make_app(make_settings(instance))
    with gunicorn(server_environ(instance, WEB_WORKERS="4"), instance / "gunicorn.log") as server:
        assert len(server.workers()) == 4
        yield app, server
    close(app)


def statuses(url, cookie, times=24):
    """What many connections at once are answered: enough for every worker to take some."""

    def ask(_):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        connection.request("GET", "/account", headers={"Cookie": cookie, "Accept": "application/json"})
        status = connection.getresponse().status
        connection.close()
        return status

    with ThreadPoolExecutor(12) as pool:
        return set(pool.map(ask, range(times)))


@pytest.mark.parametrize("how", ENDS)
def test_no_worker_knows_a_sign_in_once_it_was_ended(site, how):
    app, server = site
    account = make_account(app)
    found = signed_in_cookie(app, account, server.url)
    cookie = f"{found['name']}={found['value']}"
    assert statuses(server.url, cookie) == {200}

    with app.app_context():
        ENDS[how](account)

    assert statuses(server.url, cookie) == {401}


def test_a_renewed_sign_in_goes_on_in_every_worker(site):
    app, server = site
    account = make_account(app)
    token = make_sign_in(app, account)
    with app.app_context():
        get(Accounts).change_password(account.id, PASSWORD, "another set of words")
        kept = get(SignIns).keep(token)
    serializer = app.session_interface.get_signing_serializer(app)

    assert statuses(server.url, f"mingus={serializer.dumps({'sign_in': kept})}") == {200}
    assert statuses(server.url, f"mingus={serializer.dumps({'sign_in': token})}") == {401}

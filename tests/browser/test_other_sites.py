"""Pages of other sites ask for the flags: a listed one reads them, another one does not (ACC-12)."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from threading import Thread

import pytest
from playwright.sync_api import Error
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from backend.analytics.experiments.models import FeatureFlag
from backend.clock import utc_now
from backend.database import get_db_session
from tests.conftest import close, make_app, make_settings
from tests.flag_cases import SENT

STAFF = {"condition": {"email": {"$in": ["ada@example.com"]}}, "force": "staff"}
DEFINITION = {"defaultValue": "all", "rules": [STAFF]}
VALUE = "async ([address, email]) => (await mingusFlags.load(address, { email })).value('offer')"
WITH_COOKIES = "async (address) => (await fetch(address, { credentials: 'include' })).status"


@contextmanager
def served(application):
    """Its address, while a thread serves it."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def sites(tmp_path, migrated_sqlite):
    """Addresses of a site that is listed, of one that is not, and of the flags."""
    (tmp_path / "mingus.db").write_bytes(migrated_sqlite.read_bytes())
    with ExitStack() as stack:
        friend, stranger = (stack.enter_context(served(Response("", mimetype="text/html"))) for _ in range(2))
        app = make_app(make_settings(tmp_path, CORS_ORIGINS=friend))
        stack.callback(close, app)
        with app.app_context():
            now, own = utc_now(), {"description": "", "is_public": True, "is_killed": False}
            get_db_session().add(FeatureFlag(key="offer", definition=DEFINITION, created_at=now, updated_at=now, **own))
            get_db_session().commit()
        yield friend, stranger, stack.enter_context(served(app)) + "/api/flags/config"


def test_a_listed_site_evaluates_the_flags_and_another_one_cannot_read_them(page, sites):
    friend, stranger, flags = sites

    page.goto(friend)
    page.add_script_tag(path=SENT)
    values = [page.evaluate(VALUE, [flags, email]) for email in ("Ada@example.com", "bob@example.com")]
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(WITH_COOKIES, flags)
    page.goto(stranger)
    page.add_script_tag(path=SENT)
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(VALUE, [flags, "ada@example.com"])

    assert values == ["staff", "all"]

"""PERF-3, PERF-7: error groups are read and decided about on pages; slow queries come with their plan."""

from __future__ import annotations

import pytest

from backend.accounts.permissions import Role
from backend.analytics.monitoring.errors.buffer import Circumstances, ErrorBuffer
from backend.analytics.monitoring.errors.group import ErrorSource
from backend.analytics.monitoring.errors.service import ErrorService
from backend.plugins import KEY, get
from tests.accounts import BROWSER, make_account, signed_in
from tests.http.operating import page, send, words


@pytest.fixture
def ops(app, client):
    return signed_in(client, make_account(app, Role.OPS))


def fail():
    raise ZeroDivisionError("4711 of nothing")


@pytest.fixture
def group(app):
    """An error that a request failed with; the id of its group."""
    buffer = app.extensions[KEY].build(ErrorBuffer)
    try:
        fail()
    except ZeroDivisionError as error:
        buffer.record(error, Circumstances(ErrorSource.REQUEST, "GET /result/<token>"))
    with app.app_context():
        buffer.write(get(ErrorService).record)
        [group] = get(ErrorService).groups()
        return group.id


def test_a_new_error_is_on_the_page_and_in_the_list_with_its_masked_sample(ops, group):
    assert "ZeroDivisionError" in page(ops, "/ops")
    assert "1 in all" in words(page(ops, "/ops/errors"))
    shown = page(ops, f"/ops/errors/{group}")

    assert "GET /result/<token>" in words(shown)
    assert "4711" not in shown


def test_an_error_is_ignored_with_a_reason_and_resolved_without(ops, group):
    refused = send(ops, f"/ops/errors/{group}/decide", state="ignored", reason="")
    assert refused.status_code == 422
    assert send(ops, f"/ops/errors/{group}/decide", state="gone").status_code == 422

    send(ops, f"/ops/errors/{group}/decide", state="ignored", reason="a test")
    assert "Ignored because a test" in words(page(ops, f"/ops/errors/{group}"))
    assert "ZeroDivisionError" not in page(ops, "/ops/errors")
    assert "ZeroDivisionError" in page(ops, "/ops/errors?state=ignored")
    send(ops, f"/ops/errors/{group}/decide", state="resolved")
    assert "ZeroDivisionError" in page(ops, "/ops/errors?state=resolved")


def test_unknown_errors_and_states_are_refused(ops):
    assert ops.get("/ops/errors/999", headers=BROWSER).status_code == 404
    assert ops.get("/ops/errors?state=lost&page=2", headers=BROWSER).status_code == 422


def test_without_slow_queries_the_page_says_so(ops):
    assert "No query has taken longer than a second" in page(ops, "/ops/queries")

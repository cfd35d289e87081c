"""ACC-3, checks 18 and 20: what holds for every route there is, also for those that are still to come."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from app.access_matrix import matrix
from app.generated import marks, written_into
from backend.accounts.permissions import Role
from backend.database import get_db_session
from backend.extensions import db
from tests.accounts import BROWSER, form_token, make_account, signed_in
from tests.http.walking import MAILED, Walk, assert_hardened
from tests.servers import PROJECT

MATRIX = "flask access matrix"
PROGRAM = {"Accept": "application/json"}
# What reading may write: that somebody read, when they were here, and how far the lake is.
NOTED = {"audit_entries": None, "audit_head": None, "event_cursors": None, "sign_ins": "seen_at"}


@pytest.fixture
def walk(app):
    return Walk(app)


def stored(app):
    """Every row of the database but what reading may write."""
    with app.app_context():
        tables = [table for table in db.metadata.sorted_tables if NOTED.get(table.name, "") is not None]
        found = {}
        for table in tables:
            columns = [column for column in table.columns if column.name != NOTED.get(table.name)]
            found[table.name] = sorted(map(repr, get_db_session().execute(sa.select(*columns))))
        return found


def changed(before, after):
    return {name: rows for name, rows in after.items() if rows != before[name]}


def test_each_answers_with_the_security_headers(walk):
    """Checks 19 and 20."""
    answers = {rule.rule: walk.get(rule) for rule in walk.rules("GET")}

    bad = {rule: answer.status_code for rule, answer in answers.items() if answer.status_code >= 400}
    assert {rule for rule in bad if not MAILED.match(rule)} == set()
    for answer in answers.values():
        assert_hardened(answer.headers)


def test_what_is_one_persons_own_is_never_kept(walk):
    secret = {"token", "link"}
    own = [rule for rule in walk.rules("GET") if walk.access(rule).scope or secret & rule.arguments]

    kept = {rule.rule for rule in own if walk.get(rule).headers["Cache-Control"] != "no-store"}

    assert kept == set()
    assert {"/result/<link>.pdf", "/result/<link>", "/account"} <= {r.rule for r in own}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing(walk, method):
    """Check 18."""
    before = stored(walk.app)
    for rule in walk.rules(method):
        for client in (walk.visitor.client, walk.admin):
            client.open(walk.address(rule), method=method, headers=BROWSER, buffered=True)

    assert changed(before, stored(walk.app)) == {}
    assert walk.admin.get("/account", headers=BROWSER).status_code == 200


@pytest.mark.parametrize("foreign", [False, True])
def test_a_form_is_taken_only_with_its_own_token(walk, foreign):
    """Check 18: every form, without a token and with somebody else's."""
    token = form_token(signed_in(walk.app.test_client(), make_account(walk.app, Role.ADMIN)), "/account/password")
    form = {"csrf_token": token, "email": "someone@example.com"} if foreign else {"email": "someone@example.com"}
    before, forms = stored(walk.app), [rule for rule in walk.rules("POST") if not rule.rule.startswith("/api/")]

    for rule in forms:
        answer = walk.client(rule).post(walk.address(rule), data=form, headers=PROGRAM)
        assert (answer.status_code, answer.json["code"]) == (400, "stale_form"), rule.rule

    assert len(forms) > 20
    assert changed(before, stored(walk.app)) == {}


def test_a_form_is_not_taken_from_another_site_though_its_token_is_right(walk):
    tokens = {walk.admin: form_token(walk.admin, "/account/password"), walk.visitor.client: walk.visitor.token()}
    before = stored(walk.app)

    for rule in (rule for rule in walk.rules("POST") if not rule.rule.startswith("/api/")):
        client = walk.client(rule)
        for site in ("cross-site", "same-site", "none"):
            sent = {**PROGRAM, "Sec-Fetch-Site": site}
            answer = client.post(walk.address(rule), data={"csrf_token": tokens[client]}, headers=sent)
            assert answer.status_code == 403, rule.rule

    assert changed(before, stored(walk.app)) == {}


def test_a_cookie_changes_nothing_by_the_api(walk):
    """Its routes ask for no form token, so they take no cookie."""
    for rule in walk.rules("POST"):
        if rule.rule.startswith("/api/") and walk.access(rule).scope:
            assert walk.admin.post(walk.address(rule), json={}).status_code == 401, rule.rule


@pytest.mark.parametrize("role", [None, *Role])
def test_each_opens_to_those_who_hold_its_scope_and_to_nobody_else(walk, role):
    client = walk.app.test_client()
    if role:
        signed_in(client, make_account(walk.app, role))
    for method in ("GET", "POST"):
        for rule in walk.rules(method):
            scope = walk.access(rule).scope
            if scope is None or (method == "POST" and rule.rule.startswith("/api/")):
                continue
            answer = client.open(walk.address(rule), method=method, headers=PROGRAM, buffered=True)
            told = answer.json if answer.is_json else {}
            lacks = told.get("detail") == f"This needs the scope {scope}."
            assert lacks == (role is not None and scope not in role.scopes), (method, rule.rule)
            assert (answer.status_code == 401) == (role is None), (method, rule.rule)


class TestTheMatrix:
    """docs/access.md"""

    def test_the_document_holds_what_the_site_does(self, app):
        document = (PROJECT / "docs/access.md").read_text()

        assert document == written_into(document, MATRIX, matrix(app)), "run: flask access matrix --into docs/access.md"

    def test_it_has_each_route_and_each_role(self, app):
        table = matrix(app)

        assert all(f"| `{rule.rule}` |" in table for rule in app.url_map.iter_rules())
        assert all(f" {role} |" in table.splitlines()[0] for role in Role)

    def test_a_role_that_loses_a_scope_shows(self, app):
        [row] = [row for row in matrix(app).splitlines() if row.startswith("| `/admin/audit` |")]

        assert re.findall(r"(?<=\| )(yes|)(?= \|)", row)[-7:] == ["", "", "", "", "", "yes", ""]

    def test_the_shell_prints_it_and_writes_it(self, app, tmp_path):
        shell, document = app.test_cli_runner(), tmp_path / "access.md"
        begin, end = marks(MATRIX)
        document.write_text(f"before\n{begin}\nold\n{end}\nafter\n")

        assert shell.invoke(args=["access", "matrix"]).output == matrix(app) + "\n"
        assert shell.invoke(args=["access", "matrix", "--into", str(document)]).exit_code == 0
        assert document.read_text() == f"before\n{begin}\n{matrix(app)}\n{end}\nafter\n"
        document.write_text("no place")
        assert "no place for it" in shell.invoke(args=["access", "matrix", "--into", str(document)]).output

"""The page of the audit log: filters, pages, a table to take away, and that reading it is remembered."""

from __future__ import annotations

import csv
import re
import threading
from io import StringIO

import pytest
import sqlalchemy as sa

from backend.accounts.permissions import Role
from backend.audit.actions import Action
from backend.audit.models import AuditEntry
from backend.audit.service import AuditLog
from backend.audit.words import ACTIONS
from backend.extensions import db
from backend.plugins import get
from tests.accounts import BROWSER, make_account, signed_in


@pytest.fixture
def admin(app):
    return make_account(app, Role.ADMIN)


@pytest.fixture
def browser(app, admin):
    return signed_in(app.test_client(), admin)


def record(app, *, some=1, actor="cli", target="job:7", **details):
    with app.app_context():
        for _ in range(some):
            get(AuditLog).record(actor, Action.JOB_RETRIED, target, **details)
        db.session.commit()


def numbers(page):
    return [int(cell) for cell in re.findall(r'data-label="No.">(\d+)<', page.text)]


def test_the_newest_entries_come_first_and_pages_go_by_number(app, browser):
    record(app, some=60)

    first = browser.get("/admin/audit", headers=BROWSER)
    second = browser.get("/admin/audit?before=12", headers=BROWSER)

    assert numbers(first) == list(range(61, 11, -1))
    assert "/admin/audit?before=12" in first.text
    assert numbers(second) == list(range(11, 0, -1))


def test_looking_is_remembered_with_what_was_asked(app, browser, admin):
    browser.get("/admin/audit?actor=cli&days=7", headers=BROWSER)
    browser.get("/admin/audit.csv?object=job:7", headers=BROWSER)

    with app.app_context():
        looks = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number)).all()
        assert [(look.actor, look.action, look.details) for look in looks] == [
            (admin.name, "audit.read", {"days": 7, "by_actor": "cli"}),
            (admin.name, "audit.exported", {"by_object": "job:7"}),
        ]


@pytest.mark.parametrize(
    ("question", "found"),
    [("actor=key:Ab3", [2]), ("object=job:9", [3]), ("action=job.retried", [3, 2, 1]), ("days=1", [4, 3, 2, 1])],
)
def test_filters_narrow_the_list(app, browser, question, found):
    record(app)
    record(app, actor="key:Ab3")
    record(app, target="job:9")

    assert numbers(browser.get(f"/admin/audit?{question}", headers=BROWSER)) == found


def test_people_stand_there_by_their_email_and_deeds_in_words(app, browser, admin):
    other = make_account(app, Role.OPS)
    record(app, actor=other.name, wrong_codes=3)
    record(app, actor="account:7d8f3c52-1f0e-4a7b-9d65-0c2b6a41e8f3", target="key:Ab3")
    record(app, actor="schedule", target="jobs:dead")

    page = " ".join(re.sub(r"<[^>]+>", " ", browser.get("/admin/audit", headers=BROWSER).text).split())

    assert f"{other.email} Retried a job Job 7 wrong codes: 3" in page
    assert "Account 7d8f3c52… Retried a job API key Ab3" in page
    assert "Mingus, on schedule Retried a job Jobs that gave up" in page
    assert f"{admin.email} Viewed the audit log Audit log" in page


def test_a_person_is_found_by_email_which_the_log_does_not_keep(app, browser, admin):
    other = make_account(app, Role.OPS)
    record(app)
    record(app, actor=other.name)

    page = browser.get("/admin/audit", query_string={"actor": other.email.upper()}, headers=BROWSER)

    assert numbers(page) == [2]
    assert f'value="{other.email}"' in page.text
    with app.app_context():
        look = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        assert look.details == {"by_actor": other.name}


def test_every_action_has_its_words():
    assert set(ACTIONS) == set(Action)


@pytest.mark.parametrize("question", ["actor=Ann Archer", "action=x", "object=a@b.example", "days=8"])
def test_a_filter_that_makes_no_sense_is_told_beside_its_field(app, browser, question):
    page = browser.get(f"/admin/audit?{question}", headers=BROWSER)
    name = question.partition("=")[0]

    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert f'<a href="#{name}">' in page.text
    assert f'id="{name}-e"' in page.text
    assert browser.get(f"/admin/audit.csv?{question}").status_code == 422


def test_when_nothing_matches_the_page_says_so(browser):
    assert "No matching entries" in browser.get("/admin/audit?actor=schedule", headers=BROWSER).text


def test_the_table_holds_every_entry_that_matches(app, browser):
    record(app, some=3, tries=2)

    answer = browser.get("/admin/audit.csv?actor=cli")

    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [row["number"] for row in rows] == ["3", "2", "1"]
    assert rows[0]["details"] == '{"tries": 2}'
    assert answer.mimetype == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ANALYST, Role.OPS])
def test_only_admins_read_it(app, role):
    client = signed_in(app.test_client(), make_account(app, role))

    assert client.get("/admin/audit", headers=BROWSER).status_code == 403
    assert client.get("/admin/audit.csv", headers=BROWSER).status_code == 403


def test_who_reads_waits_for_who_writes(app, browser):
    """On SQLite a page that reads takes no lock at first; remembering the reader needs one all the same."""
    began, may_end = threading.Event(), threading.Event()

    def write():
        with app.app_context():
            get(AuditLog).record("cli", Action.JOB_RETRIED, "job:7")
            began.set()
            may_end.wait(10)
            db.session.commit()

    writer = threading.Thread(target=write)
    writer.start()
    began.wait(10)
    threading.Timer(0.3, may_end.set).start()

    assert numbers(browser.get("/admin/audit", headers=BROWSER)) == [2, 1]
    writer.join()

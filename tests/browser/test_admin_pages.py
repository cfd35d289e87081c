"""The pages of who runs the platform: sound for everybody, wide and narrow, light and dark, without JavaScript."""

from __future__ import annotations

import pytest

from backend.accounts.permissions import Role
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.extensions import db
from backend.jobs.models import Job, JobState
from backend.plugins import get
from tests.accounts import make_account, signed_in_cookie
from tests.browser.test_accessibility import assert_sound

REASONS = {
    JobState.DEAD: "the mail server refuses the recipient for good (550)",
    JobState.WAITING: "NotDelivered in carry, line 57",
    JobState.RUNNING: None,
    JobState.DONE: None,
}


@pytest.fixture
def page(chromium, app, server):
    """An admin's browser without JavaScript's help; the page's policy is put aside for axe."""
    admin = make_account(app, Role.ADMIN)
    context = chromium.new_context(bypass_csp=True)
    context.add_cookies([signed_in_cookie(app, admin, server.url)])
    yield context.new_page()
    context.close()


def fill(app):
    now = utc_now()
    with app.app_context():
        for state, reason in REASONS.items():
            job = Job(kind="mail.send", payload={}, state=state, attempts=3, due_at=now, created_at=now)
            job.last_error = reason
            db.session.add(job)
        log = get(AuditLog)
        for number in range(60):
            log.record(f"account:{'0123456789ab' * 3}", Action.JOB_RETRIED, f"job:{number}", kind="mail.send", tries=20)
        db.session.commit()


@pytest.mark.parametrize(
    "address",
    ["/admin/audit", "/admin/audit?before=30", "/admin/audit?actor=cli", "/admin/audit?actor=Ann Archer&days=3"],
)
def test_the_audit_log(app, server, page, address):
    fill(app)
    page.goto(server.url + address)

    assert page.get_by_role("heading", level=1).inner_text() == "Audit log"
    assert_sound(page)


def test_background_work_empty_and_full(app, server, page):
    page.goto(f"{server.url}/admin/jobs")
    assert_sound(page)
    fill(app)
    page.goto(f"{server.url}/admin/jobs")
    assert_sound(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Try again").click()
    page.wait_for_load_state()
    assert "will be retried" in page.get_by_role("status").inner_text()
    assert_sound(page)

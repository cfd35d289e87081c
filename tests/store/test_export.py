"""A person's copy of their data: all of it, nobody else's, no secret, no formula. CAP-9, ACC-8, check 32"""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from uuid import UUID

import pytest
import sqlalchemy as sa

from backend.accounts.keys.models import StoredKey
from backend.accounts.people.models import Account
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role
from backend.accounts.privacy.export import Exports, Form
from backend.accounts.sign_in.models import SignIn
from backend.audit.actions import Action
from backend.audit.models import AuditEntry
from backend.database import get_db_session
from backend.jobs.service import Jobs
from backend.plugins import get
from tests.accounts import make_account
from tests.canary import CANARY, NOTED, make_canary
from tests.reading_csv import rows_of


@pytest.fixture
def account(any_app):
    return make_canary(any_app)


@pytest.fixture
def copy_of(any_app):
    def make(account, form=Form.JSON):
        with any_app.app_context():
            return get(Exports).make(account.id, form).as_bytes(form)

    return make


@pytest.fixture
def data(copy_of, account):
    return json.loads(copy_of(account))["data"]


def test_a_copy_holds_everything(data, account):
    [mine] = data["account"]["rows"]
    assert (mine["email"], mine["public_id"], mine["role"]) == (account.email, account.public_id, "analyst")
    assert {row["kind"] for row in data["sign_ins"]["rows"]} == {"browser", "token"}
    assert [key["name"] for key in data["api_keys"]["rows"]] == [CANARY]
    assert [said["choice"] for said in data["consents"]["rows"]] == ["accepted"]
    assert [view["parameters"] for view in data["saved_views"]["rows"]] == [{"source": [CANARY]}]
    assert [note["text"] for note in data["annotations"]["rows"]] == [NOTED]
    assert [board["name"] for board in data["boards"]["rows"]] == [CANARY]
    assert [link["parameters"] for link in data["shared_links"]["rows"]] == [{"source": [CANARY]}]
    assert [(goal["measure"], goal["value"]) for goal in data["goals"]["rows"]] == [("sessions", 10)]
    assert [row["variant"] for row in data["experiment_assignments"]["rows"]] == ["new"]
    assert [(row["deed"], row["why"]) for row in data["experiment_history"]["rows"]] == [("created", "To learn")]
    audited = ["goal.added", "experiment.created", "data.exported"]
    assert [entry["action"] for entry in data["audit_log"]["rows"]] == audited
    result, answers, link = data["assessments"]["rows"]
    assert (result["job_title"], result["activities"], answers["job_title"]) == (CANARY, {CANARY: 1}, CANARY)
    assert link["kind"] == "link"
    assert [job["kind"] for job in data["jobs"]["rows"]] == ["mail.send", "mail.send"]


def test_a_copy_holds_the_letters_and_not_what_opens_their_links(any_app, account, copy_of):
    with any_app.app_context():
        token = get(Accounts).invite("cli", "invited@example.com", Role.ANALYST).rpartition("/")[2]
        invited = get_db_session().scalars(sa.select(Account.public_id).where(Account.state == "invited")).one()
        get(Jobs).run_due()
        copies = [get(Exports).make_of(one, Form.JSON, "cli").as_json() for one in (UUID(account.public_id), invited)]
    mine, theirs = (json.loads(copy)["data"]["letters"]["rows"] for copy in copies)

    assert [row["kept"] for row in mine] == ["as a job, done", "as a job, done", "as a file", "as a file"]
    assert {(row["to"], CANARY in row["text"]) for row in mine} == {(account.email, True)}
    assert {row["to"] for row in theirs} == {"invited@example.com"}
    assert all("/invitation/…" in row["text"] for row in theirs)
    assert token not in copies[1].decode()


def test_a_copy_holds_the_events_of_every_place(data):
    places = [row["kept"] for row in data["events"]["rows"]]

    assert {place: places.count(place) for place in places} == {
        "as it came": 7, "set apart: future": 1, "for counting": 5,
    }  # fmt: skip
    assert {row["session_id"] for row in data["events"]["rows"] + data["visits"]["rows"]} == {CANARY}


def test_a_copy_says_what_each_thing_is_kept_for(data):
    assert all(one["purpose"] and one["kept"] for one in data.values())


def test_a_copy_holds_no_secret(any_app, account, copy_of):
    with any_app.app_context():
        session = get_db_session()
        secrets = [
            *session.scalars(sa.select(StoredKey.digest)),
            *session.scalars(sa.select(SignIn.digest)),
            *session.execute(sa.select(Account.password_hash, Account.email_index)).one(),
        ]
    text = copy_of(account).decode()

    assert [secret for secret in [*secrets, account.totp_secret] if secret in text] == []


def test_nobody_gets_anything_of_another(any_app, account, copy_of):
    text = copy_of(make_account(any_app)).decode()

    assert CANARY not in text
    assert account.public_id not in text


def test_the_packed_copy_has_a_sheet_for_each_class(copy_of, account):
    with zipfile.ZipFile(BytesIO(copy_of(account, Form.ZIP))) as archive:
        names = set(archive.namelist())
        [mine] = rows_of(archive.read("account.csv").decode())

    assert {"README.txt", "data.json", "account.csv", "events.csv", "visits.csv"} <= names
    assert mine["email"] == account.email


def test_every_copy_is_remembered(any_app, account, copy_of):
    copy_of(account, Form.ZIP)
    with any_app.app_context():
        get(Exports).make_of(UUID(account.public_id), Form.JSON, "cli")
        copies = sa.select(AuditEntry).where(AuditEntry.action == Action.DATA_EXPORTED).order_by(AuditEntry.number)
        entries = get_db_session().scalars(copies).all()

    assert [(entry.actor, entry.action, entry.object, entry.details) for entry in entries] == [
        (account.name, "data.exported", account.name, {"form": "zip"}),
        ("cli", "data.exported", account.name, {"form": "json"}),
    ]

"""Letters by a real mail server: whatever it answers, no letter is lost and no address shows."""

from __future__ import annotations

import json
import logging
from email import message_from_bytes

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from backend.accounts.people.models import Account
from backend.accounts.permissions import Role
from backend.extensions import db
from backend.health import HealthService
from backend.jobs.models import Job, JobState
from backend.jobs.service import Jobs
from backend.mail.letter import Letter
from backend.mail.post import NotDelivered, RecipientRefused
from backend.mail.service import Mail
from backend.mail.smtp import refusal
from backend.plugins import get
from tests.accounts import make_account
from tests.certificates import certificate
from tests.conftest import close, make_app, make_settings
from tests.letters import deliver
from tests.mail_server import PASSWORD, USER, mail_server
from tests.servers import free_port

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
ADDRESS = "canary.person@mingus.example"


@pytest.fixture
def office(instance):
    """Return a function that makes an app with this mail server."""
    apps = []

    def office(port, **given):
        sender = "Mingus <post@mingus.example>"
        given = {"SMTP_SECURITY": "none", "MAIL_FROM": sender, **given}
        apps.append(make_app(make_settings(instance, SMTP_HOST="127.0.0.1", SMTP_PORT=port, **given)))
        return apps[-1]

    yield office
    for app in apps:
        close(app)


def ask(app):
    """What an account does and its letter, in one transaction; the number of the account."""
    account = make_account(app, Role.MEMBER, ADDRESS)
    with app.app_context():
        db.session.get_one(Account, account.id).epoch = 7
        get(Mail).send(account.id, Letter.RESET, {"path": "/reset/canary-token"})
        db.session.commit()
    return account.id


def job(app):
    with app.app_context():
        return db.session.scalars(sa.select(Job)).one()


def try_again(app):
    with app.app_context():
        db.session.execute(sa.update(Job).values(due_at=sa.func.datetime("now", "-1 minute")))
        db.session.commit()
    deliver(app)


def test_a_letter_arrives_with_its_headers(office):
    with mail_server() as server:
        app = office(server.port)
        ask(app)
        deliver(app)

    [letter] = server.received
    headers = message_from_bytes(server.raw[0])
    assert (letter.to, letter.subject) == (ADDRESS, "Choose a new password for Mingus")
    assert "\nhttp://127.0.0.1:5000/reset/canary-token\n" in letter.body
    assert headers["From"] == "Mingus <post@mingus.example>"
    assert headers["Message-ID"].endswith("@mingus.example>")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert job(app).state == JobState.DONE


@pytest.mark.parametrize(("security", "at_once"), [("starttls", False), ("tls", True)])
def test_a_letter_goes_over_a_private_connection_with_a_password(office, tmp_path, monkeypatch, security, at_once):
    trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with mail_server(certificate=trusted, at_once=at_once, asks_who=True) as server:
        app = office(server.port, SMTP_SECURITY=security, SMTP_USER=USER, SMTP_PASSWORD=SecretStr(PASSWORD))
        ask(app)
        deliver(app)

    assert len(server.received) == 1
    assert server.users == [USER]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_password_is_not_told_to_who_cannot_prove_to_be_the_mail_server(office, tmp_path, security):
    with mail_server(certificate=certificate(tmp_path), at_once=security == "tls", asks_who=True) as server:
        app = office(server.port, SMTP_SECURITY=security, SMTP_USER=USER, SMTP_PASSWORD=SecretStr(PASSWORD))
        ask(app)
        deliver(app)

    assert (server.users, server.received) == ([], [])
    assert job(app).state == JobState.WAITING


def test_a_password_is_not_told_in_clear(office):
    with mail_server(asks_who=True) as server:
        app = office(server.port, SMTP_SECURITY="starttls", SMTP_USER=USER, SMTP_PASSWORD=SecretStr(PASSWORD))
        ask(app)
        deliver(app)

    assert (server.users, server.received) == ([], [])


def test_a_recipient_who_is_refused_for_good_is_not_tried_again(office):
    with mail_server() as server:
        app = office(server.port)
        ask(app)
        server.refusal = "550 5.1.1 no such person"
        deliver(app)

    assert job(app).state == JobState.DEAD
    assert job(app).last_error == "the mail server refuses the recipient for good (550 5.1.1)"


def test_a_letter_that_is_tried_again_is_recognisable(office):
    """The server takes the letter, but the answer is lost: it gets it once more, under the same Message-ID."""
    with mail_server() as server:
        app = office(server.port)
        ask(app)
        deliver(app)
        with app.app_context():
            db.session.execute(sa.update(Job).values(state=JobState.WAITING))
            db.session.commit()
        try_again(app)

    first, second = (message_from_bytes(raw)["Message-ID"] for raw in server.raw)
    assert first == second


def test_when_the_mail_server_is_down_what_was_done_stands_and_the_letter_waits(office):
    port = free_port()
    app = office(port)
    account_id = ask(app)

    deliver(app)

    with app.app_context():
        assert db.session.get_one(Account, account_id).epoch == 7
        part = get(HealthService).plugins["mail"]()
        assert (part.ok, part.reason) == (False, "emails not delivered yet: 1")
    assert job(app).state == JobState.WAITING
    assert job(app).last_error == "the mail server cannot be used (ConnectionRefusedError)"
    with mail_server(port) as server:
        try_again(app)
    assert [letter.to for letter in server.received] == [ADDRESS]
    with app.app_context():
        assert get(HealthService).plugins["mail"]().ok


def assert_it_waits_out(answer, office):
    """A letter that the server refuses with this answer arrives once the server takes letters again."""
    with mail_server() as server:
        app = office(server.port)
        ask(app)
        server.refusal = answer
        deliver(app)
        assert job(app).state == JobState.WAITING
        server.refusal = ""
        try_again(app)

    assert len(server.received) == 1


def test_a_refusal_for_now_is_tried_again(office):
    assert_it_waits_out("451 4.3.0 later", office)


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        ("550 5.1.1 no such person", True),
        ("550 5.1.10 recipient not found", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 5.7.1 blocked by policy", False),
        ("552 5.2.2 mailbox full", False),
        ("553 5.1.8 sender's domain not found", False),
        ("550 no", False),
        ("451 4.7.1 greylisted", False),
        ("421 4.3.2 closing", False),
        ("554 see 5.1.1 in our rules", False),
    ],
)
def test_only_a_status_that_says_so_means_that_the_mailbox_is_gone(answer, gone):
    code, _, words = answer.partition(" ")

    error = refusal(int(code), words.encode(), "RCPT")

    assert isinstance(error, RecipientRefused if gone else NotDelivered)
    assert str(error).count(code) == 1


def test_a_policy_alarms_the_operator_and_the_letter_waits(office, capsys):
    assert_it_waits_out("550 5.7.1 not from you", office)

    lines = map(json.loads, capsys.readouterr().err.splitlines())
    [told] = [line for line in lines if (line["level"], line["name"]) == ("ERROR", "backend.mail.smtp")]
    assert "refuses email by its policy (550 5.7.1)" in told["message"]


class Lines(logging.Handler):
    """What the app logs, with nothing masked; the mail server of the test logs in the same process."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record):
        if record.name != "mail.log":
            self.text += self.format(record) + "\n"


@pytest.mark.parametrize("refusal", ["550 no", "451 later", ""])
def test_neither_address_nor_token_is_in_a_row_or_a_line_of_the_log(office, refusal):
    with mail_server() as server:
        app, lines = office(server.port if refusal else free_port(), LOG_LEVEL="DEBUG"), Lines()
        logging.getLogger().addHandler(lines)
        ask(app)
        server.refusal = refusal
        deliver(app)
        logging.getLogger().removeHandler(lines)

    with app.app_context():
        rows = json.dumps([list(map(str, row)) for row in db.session.execute(sa.select(Job.__table__))])
    assert "mail.send" in lines.text
    assert "canary" not in lines.text + rows


@pytest.mark.parametrize("to", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "nobody", "a@b@c"])
def test_what_is_no_address_reaches_nobody(office, to):
    with mail_server() as server:
        app = office(server.port)
        account = make_account(app, Role.MEMBER)
        with app.app_context():
            get(Mail).send(account.id, Letter.EMAIL_CHANGE, {"path": "/x"}, to=to)
            db.session.commit()
        deliver(app)

    assert server.raw == []
    assert job(app).state == JobState.DEAD


def test_nobody_waits_for_a_lock_while_a_letter_goes(office):
    with mail_server() as server:
        app = office(server.port)
        ask(app)

        def write():
            with app.app_context():
                get(Jobs).add("mail.send", {})  # waits for the lock of SQLite, and fails after ten seconds
                db.session.rollback()

        server.meanwhile.append(write)
        deliver(app)

    assert job(app).state == JobState.DONE


def test_a_letter_to_somebody_who_is_gone_is_not_sent(office):
    with mail_server() as server:
        app = office(server.port)
        account_id = ask(app)
        with app.app_context():
            db.session.delete(db.session.get_one(Account, account_id))
            db.session.commit()
        deliver(app)

    assert server.raw == []
    assert job(app).last_error == "the account is gone"

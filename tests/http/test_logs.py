"""Check 38: nothing that is a person's or a secret gets into a line of the log, and no line can be forged."""

from __future__ import annotations

import json
import logging
import re
import time
from io import StringIO

import pytest

from app.logs import REQUESTS, lines
from backend.accounts.permissions import Role
from backend.extensions import db
from backend.mail.letter import Letter
from backend.mail.service import Mail
from backend.plugins import get
from backend.routes.access import public
from tests.accounts import BROWSER, make_account, sign_in_by_form
from tests.conftest import close, make_app, make_settings
from tests.letters import deliver

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.canary-signature"
TOKEN = "CanaryCanaryCanaryCanaryCanary0123456789_-x"
SAID = [
    f"the token is {JWT}",
    f"GET /reset/{TOKEN}",
    f"GET https://mingus.example/verify/{TOKEN}?x=1",
    f"GET /result/{TOKEN}",
    f"otpauth://totp/Mingus:canary%40mingus.example?secret={TOKEN}&issuer=Mingus",
    "made from VUVKXXSLEYXNHWBNCB6XUBBMKO5KTXUX",
    "the code 3cana-ry3gh was used",
    "password='canary two words'",
    '{"new_password": "canary two words", "n": 1}',
    "Cookie: a=canary; mingus=canary",
    "authorization: Digest canary canary",
    "key mgs_live_canary00_" + "c" * 49,
    "hash $argon2id$v=19$m=65536,t=3,p=4$canary$canary",
    "from canary%40mingus.example",
    "from canary@localhost",
    "email: canary",
    "sent Bearer canary.def.ghi",
    "card 4242 4242 4242 4242 declined",
    "card=4242-4242-4242-4242",
    "mail canary.doe+x@example.org now",
    "password=canary&x=1",
]


def line_of(message, log_format="json", name="x", level=logging.INFO, error=None, **extra):
    """The record as a line."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(lines(log_format))
    record = logging.LogRecord(name, level, "", 0, message, (), error)
    vars(record).update(extra)
    handler.emit(record)
    return stream.getvalue()


@pytest.mark.parametrize("log_format", ["json", "text"])
@pytest.mark.parametrize("said", SAID)
def test_what_looks_secret_is_masked(said, log_format):
    line = line_of(said, log_format)

    assert not re.search(r"canary|4242|[A-Z2-7]{26}|3cana", line, re.IGNORECASE)


@pytest.mark.parametrize("name", ["password", "Authorization", "csrf_token", "api_key", "salary", "email", "totp"])
def test_what_has_a_telling_name_is_masked_whatever_it_is(name):
    line = line_of("x", **{name: "canary"}, form={name: ["canary"], "deeper": [{name: {"canary": 1}}]})

    assert "canary" not in line
    assert json.loads(line)["form"]["deeper"] == [{name: "…"}]


@pytest.mark.parametrize(
    "said",
    [
        "audit log anchored at entry 5, digest " + "0a" * 32,
        "request 0a1b2c3d-1111-2222-3333-444455556666 took 12.5 ms",
        "GET /result/<link>",
        "scheduled lake.sync failed at 2026-11-21 14:05:06",
        "account:c92d7980-c47f-461f-a622-80a4f6a3882b",
    ],
)
def test_what_is_nobodys_stays_readable(said):
    assert json.loads(line_of(said))["message"] == said


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b"])
def test_no_line_can_be_forged(end):
    line = line_of(f'agent{end}{{"level": "forged"}}', agent=f"a{end}b")

    assert len(line.splitlines()) == 1
    assert json.loads(line)["level"] == "INFO"
    assert len(line_of(f"agent{end}GET / 200 1 ms", "text").splitlines()) == 1


@pytest.mark.parametrize(
    ("rule", "line"), [("/analytics", "GET /analytics 200 84 ms"), (None, "GET (no such address) 200 84 ms")]
)
def test_as_text_a_request_is_one_short_line(rule, line):
    facts = {"method": "GET", "rule": rule, "status": 200, "milliseconds": 84.3, "request_id": "x", "caller": None}

    assert line_of("request", "text", REQUESTS, **facts) == f"{line}\n"


def test_as_text_the_level_stands_where_something_is_wrong():
    assert line_of("the lake was anchored", "text") == "the lake was anchored\n"
    assert line_of("the lake is gone", "text", level=logging.WARNING) == "WARNING the lake is gone\n"


def test_as_text_an_error_has_its_traceback_and_nobodys_data():
    with pytest.raises(ValueError, match="invalid literal") as failed:
        int("canary.doe@example.org")

    line = line_of("it failed", "text", level=logging.ERROR, error=(failed.type, failed.value, failed.tb))

    assert line.startswith("ERROR it failed\nTraceback ")
    assert "ValueError" in line
    assert "canary" not in line


def test_a_long_line_does_not_take_long():
    began = time.process_time()
    line_of("a" * 200_000 + "/" + "b1" * 100_000 + "eJ" * 50_000)

    assert time.process_time() - began < 5


PERSON = "canary.person@mingus.example"
PASSWORD = "canary that staples batteries"


@pytest.fixture
def quiet_app(instance):
    """An app that logs all it can, with an address that fails aloud."""
    app = make_app(make_settings(instance, LOG_LEVEL="DEBUG"))
    app.testing = False

    @public("a test")
    def fail():
        raise RuntimeError(f"{PERSON} has password={PASSWORD!r} and card 4242424242424242, token {JWT}")

    app.add_url_rule("/fail", view_func=fail)
    yield app
    close(app)


def use(app):
    """What people do, right and wrong, and a program with a header that tries to forge a line."""
    client, account = app.test_client(), make_account(app, Role.MEMBER, PERSON, PASSWORD)
    sign_in_by_form(client, account)
    sign_in_by_form(app.test_client(), account, password="canary but wrong")
    agent = {"User-Agent": f"canary {PERSON}", "Authorization": f"Bearer {JWT}"}
    for path in (f"/reset/{TOKEN}", f"/verify/{TOKEN}", f"/nowhere/{TOKEN}?email={PERSON}", "/fail"):
        app.test_client().get(path, headers=BROWSER)
        app.test_client().get(path, headers=agent)
    app.test_client().post("/api/analytics/event", data=f'{{"email": "{PERSON}"', headers=agent)
    with app.app_context():
        get(Mail).send(account.id, Letter.RESET, {"path": f"/reset/{TOKEN}"})
        db.session.commit()
    deliver(app)


def test_a_run_with_canaries_leaves_none_in_the_log(quiet_app, capfd):
    log = StringIO()
    logging.getLogger().handlers[0].setStream(log)

    use(quiet_app)

    lines = log.getvalue().splitlines()
    assert all(json.loads(line) for line in lines)
    assert any("RuntimeError" in line for line in lines)
    assert [line for line in lines if re.search("canary|424242", line, re.IGNORECASE)] == []
    assert "canary" not in capfd.readouterr().err


def test_every_line_of_a_request_names_its_id_trace_rule_and_release(instance):
    app = make_app(make_settings(instance, RELEASE="r1", LOG_LEVEL="INFO"))
    stream = StringIO()
    logging.getLogger().handlers[0].setStream(stream)
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @public("a line for a test")
    def speak(name):
        logging.getLogger("x").warning("spoken")
        return {}

    app.add_url_rule("/speak/<name>", view_func=speak)
    headers = {"X-Request-Id": "request-77", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    app.test_client().get("/speak/canary", headers=headers)
    close(app)

    lines_of_it = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["message"] for line in lines_of_it] == ["spoken", "request"]
    for line in lines_of_it:
        assert (line["request_id"], line["trace_id"], line["rule"]) == ("request-77", trace, "/speak/<name>")
        assert line["release"] == "r1"

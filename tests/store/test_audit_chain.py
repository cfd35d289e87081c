"""Whatever is done to the audit log behind its back is told, with the first entry that is wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import sqlalchemy as sa

from backend.audit.actions import Action
from backend.audit.anchor import AnchorFile
from backend.audit.chain import ChainEntry, canonical
from backend.audit.models import AuditEntry
from backend.audit.service import AuditLog, ChainBroken
from backend.extensions import db
from backend.plugins import get
from tests.conftest import ON_SQLITE, as_owner

LENGTH = 9
FORGED = {
    "at": sa.text("UPDATE audit_entries SET at = '2020-01-01 00:00:00' WHERE number = 5"),
    "actor": sa.text("UPDATE audit_entries SET actor = 'cli:x' WHERE number = 5"),
    "action": sa.text("UPDATE audit_entries SET action = 'audit.reaD' WHERE number = 5"),
    "object": sa.text("UPDATE audit_entries SET object = 'job:6' WHERE number = 5"),
    "details": sa.text("UPDATE audit_entries SET details = '{\"tries\": 4}' WHERE number = 5"),
    "kind of detail": sa.text('UPDATE audit_entries SET details = \'{"tries": "5"}\' WHERE number = 5'),
    "digest": sa.text("UPDATE audit_entries SET digest = 'g' || substr(digest, 2) WHERE number = 5"),
    "number": sa.text("UPDATE audit_entries SET number = 50 WHERE number = 5"),
}


@pytest.fixture
def chain(any_app):
    """An app whose audit log has entries 1 to 9, of which an anchor knows 6."""
    with any_app.app_context():
        append(6)
        get(AuditLog).anchor()
        append(LENGTH - 6)
    return any_app


def append(some):
    for tries in range(1, some + 1):
        get(AuditLog).record("cli", Action.JOB_RETRIED, "job:7", tries=tries)
        db.session.commit()


def change(app, *statements):
    """As whoever owns the tables: the app itself may only append."""
    with as_owner(app) as connection:
        for statement in statements:
            connection.execute(sa.text(statement) if isinstance(statement, str) else statement)


def verify(app):
    with app.app_context():
        return get(AuditLog).verify()


def flask(app, *words):
    result = app.test_cli_runner().invoke(args=["audit", *words])
    return result.exit_code, result.output


def test_an_untouched_chain_is_whole(chain):
    assert verify(chain).ok
    assert flask(chain, "verify") == (0, "The chain is whole: 9 entries, anchored up to 6.\n")


def test_an_empty_chain_is_whole(any_app):
    assert flask(any_app, "verify") == (0, "The chain is whole: 0 entries, anchored up to 0.\n")


@ON_SQLITE
@pytest.mark.parametrize("what", FORGED)
def test_a_changed_entry_is_named(chain, what):
    change(chain, FORGED[what])

    assert verify(chain).first_bad == 5
    code, output = flask(chain, "verify")
    assert code == 1
    assert output.startswith("Entry 5 ")


def test_a_missing_entry_is_named(chain):
    change(chain, "DELETE FROM audit_entries WHERE number = 4")

    assert flask(chain, "verify") == (1, "Entry 4 is missing.\n")


def test_a_missing_beginning_is_named(chain):
    change(chain, "DELETE FROM audit_entries WHERE number < 3")

    assert verify(chain).first_bad == 1


def test_a_cut_off_tail_is_named(chain):
    change(chain, "DELETE FROM audit_entries WHERE number > 7")

    assert flask(chain, "verify") == (1, "Entry 8 is missing: the tail is cut off, and the head knows entry 9.\n")


def cut_off_after(app, number):
    """Truncate as somebody would who knows how the head works."""
    head = (
        f"UPDATE audit_head SET number = {number}, digest = (SELECT digest FROM audit_entries WHERE number = {number})"
    )
    change(app, f"DELETE FROM audit_entries WHERE number > {number}", head)


def test_a_tail_that_was_cut_off_with_its_head_shows_by_the_anchor(chain):
    cut_off_after(chain, 4)

    code, output = flask(chain, "verify")

    assert code == 1
    assert output.startswith("Entry 5 is missing: the tail is cut off, and entry 6 was anchored at ")
    with chain.app_context(), pytest.raises(ChainBroken):
        get(AuditLog).anchor()


def test_a_chain_that_grew_again_after_a_cut_shows_by_the_anchor(chain):
    cut_off_after(chain, 4)
    with chain.app_context():
        append(5)

    assert verify(chain).first_bad == 6
    assert flask(chain, "anchor")[0] == 1


def test_a_forged_head_is_named(chain):
    change(chain, "UPDATE audit_head SET digest = 'g' || substr(digest, 2)")

    assert verify(chain).first_bad == LENGTH


def test_an_entry_added_by_another_hand_is_named(chain):
    copy = "SELECT 10, at, actor, action, object, details, digest FROM audit_entries WHERE number = 9"
    change(chain, f"INSERT INTO audit_entries (number, at, actor, action, object, details, digest) {copy}")

    assert verify(chain).first_bad == LENGTH + 1


def test_an_emptied_log_is_named(chain):
    change(chain, "DELETE FROM audit_entries", "DELETE FROM audit_head")

    assert verify(chain).first_bad == 1


@pytest.mark.parametrize("column", ["at", "actor", "action", "object", "details", "digest"])
@pytest.mark.parametrize("byte", ["80", "00", "5c"])
def test_a_flipped_byte_in_the_file_is_named_even_where_it_can_no_longer_be_read(app, column, byte):
    with app.app_context():
        append(LENGTH)
    spoilt = f"CAST(x'{byte}' || substr(CAST({column} AS BLOB), 2) AS TEXT)"
    change(app, f"UPDATE audit_entries SET {column} = {spoilt} WHERE number = 5")

    assert verify(app).first_bad == 5


def test_the_key_is_in_every_digest(chain):
    with chain.app_context():
        log = get(AuditLog)
        log._key = b"another"

        assert log.verify().first_bad == 1


def test_fifty_at_once_make_one_chain(any_app):
    def write(_number):
        with any_app.app_context():
            append(2)

    with ThreadPoolExecutor(50) as threads:
        list(threads.map(write, range(50)))

    verdict = verify(any_app)
    assert verdict.ok
    assert verdict.entries == 100


def test_anchors_are_appended_outside_the_database_and_kept_private(app, instance):
    with app.app_context():
        append(2)
        get(AuditLog).anchor()
        get(AuditLog).anchor()

        file = instance / "audit-anchors"
        digest = db.session.get(AuditEntry, 2).digest
    assert [anchor.digest for anchor in AnchorFile(file).all()] == [digest, digest]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_spoilt_file_of_anchors_is_told(app, instance):
    (instance / "audit-anchors").write_text("7 no-date\n")

    assert flask(app, "verify") == (1, "Error: line 1 of audit-anchors is no anchor\n")


def test_the_bytes_of_an_entry_never_change():
    entry = ChainEntry(
        7, datetime.fromisoformat("2026-11-21T14:00:00+01:00"), "cli", "a.b", "job:1", {"b": 1, "a": True}
    )

    assert canonical(entry) == b'[7,"2026-11-21T13:00:00.000000+00:00","cli","a.b","job:1",{"a":true,"b":1}]'

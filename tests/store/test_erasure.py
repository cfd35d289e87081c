"""Check 35: whoever is erased is gone from every store, also after a kill, a second time, and after a restore. CAP-9"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from backend.accounts.keys.models import StoredKey
from backend.accounts.keys.service import KeyService
from backend.accounts.people.models import Account
from backend.accounts.permissions import Scope
from backend.accounts.privacy.erasure import Erasures
from backend.accounts.privacy.erasure_requests import KIND
from backend.accounts.privacy.erasure_steps import TracesLeft
from backend.accounts.privacy.ledger import Ledger, LedgerUnwritable
from backend.accounts.privacy.models import ErasureRequest
from backend.accounts.sign_in.models import SignIn
from backend.analytics.annotations.models import StoredAnnotation
from backend.analytics.boards.models import StoredBoard
from backend.analytics.experiments.models import AbHistory
from backend.analytics.goals.models import StoredGoal, StoredGoalVersion
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.locks import Lock
from backend.analytics.views.models import StoredView
from backend.audit.models import AuditEntry
from backend.clock import utc_now
from backend.database import get_db_session
from backend.errors import NotFound
from backend.extensions import db
from backend.jobs.models import Job, JobState
from backend.jobs.service import Jobs
from backend.personal_data import DataClasses, Subject
from backend.plugins import get
from backend.tasks.schedule import schedule
from backend.vault.models import DataKey
from tests.accounts import make_account
from tests.canary import CANARY, NOTED, can_be_read, make_canary, make_events, places_with
from tests.conftest import SECRET, make_settings
from tests.landing_rows import in_lake, store


@pytest.fixture
def account(any_app):
    return make_canary(any_app)


@pytest.fixture
def erase(any_app):
    def run(account):
        with any_app.app_context():
            get(Erasures).erase(UUID(account.public_id), "cli")

    return run


def ids(session, model):
    return session.scalars(sa.select(model.id)).all()


def test_nothing_in_any_store_tells_of_an_erased_person(any_app, account, erase, tmp_path, caplog):
    assert len(places_with(any_app, tmp_path)) >= 3
    other = make_account(any_app, email="someone.else@example.com")
    with any_app.app_context():
        kept = store(db.engine, 2, user_id=other.public_id)

    erase(account)

    assert places_with(any_app, tmp_path) == []
    assert places_with(any_app, tmp_path, account.public_id) != []  # the audit log, which names nobody else
    assert CANARY not in caplog.text
    assert can_be_read(any_app, other)
    with any_app.app_context():
        assert set(in_lake(get(Lake))) <= kept
        assert [job.kind for job in db.session.scalars(sa.select(Job)) if job.kind != KIND] == []


def test_what_stays_of_an_erased_person_is_that_they_were_erased(any_app, account, erase):
    erase(account)

    with any_app.app_context():
        [request] = db.session.scalars(sa.select(ErasureRequest))
        entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number)).all()
        assert (request.account_id, request.public_id) == (None, None)
        assert request.finished_at
        actions = ["goal.added", "experiment.created", "erasure.begun", "erasure.finished"]
        assert [entry.action for entry in entries] == actions
        assert request.done["classes"] == [data_class.name for data_class in get(DataClasses)]


def test_what_an_erased_person_noted_for_the_team_stays_and_is_nobodys(any_app, account, erase):
    erase(account)

    with any_app.app_context():
        [note] = db.session.scalars(sa.select(StoredAnnotation))
        assert (note.text, note.account_id) == (NOTED, None)
        assert [*db.session.scalars(sa.select(StoredView)), *db.session.scalars(sa.select(StoredBoard))] == []
        assert db.session.scalars(sa.select(StoredGoal.account_id)).all() == [None]
        assert db.session.scalars(sa.select(AbHistory.who)).all() == ["account:deleted"]
        assert db.session.scalars(sa.select(StoredGoalVersion.account_id)).all() == [None]


def test_erasing_somebody_elses_account_leaves_views_and_notes_alone(any_app, account, erase):
    erase(make_account(any_app))

    with any_app.app_context():
        assert db.session.scalars(sa.select(StoredAnnotation.account_id)).all() == [account.id]
        assert db.session.scalars(sa.select(StoredView.account_id)).all() == [account.id]


def test_being_erased_twice_is_no_different(any_app, account, erase, tmp_path):
    erase(account)
    erase(account)

    assert places_with(any_app, tmp_path) == []


def rows(app):
    """How many there are in each table."""
    with app.app_context():
        tables = db.metadata.sorted_tables
        return {table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables}


def test_erasing_somebody_without_an_account_takes_nothing_that_is_nobodys(any_app, account):
    """Such as keys made in the shell and jobs that are no letters: another's erasure among them."""
    with any_app.app_context():
        get(KeyService).create("shell", {Scope.DASHBOARDS_READ})
        get(Erasures).ask(account.id)
    before = rows(any_app)

    with any_app.app_context():
        for data_class in get(DataClasses):
            data_class.erase(Subject(None, str(uuid4())))

    assert before["api_keys"] == 1
    assert before["jobs"] > 1
    assert rows(any_app) == before


def test_who_never_was_here_cannot_be_erased(any_app):
    with any_app.app_context(), pytest.raises(NotFound):
        get(Erasures).erase(uuid4(), "cli")


def test_who_asks_to_be_erased_is_shut_out_at_once_and_gets_one_last_letter(any_app, account, tmp_path):
    with any_app.app_context():
        get(Erasures).ask(account.id)

        session = get_db_session()
        closed = session.get(Account, account.id)
        assert (closed.state, closed.password_hash, closed.totp_secret) == ("erasing", None, None)
        assert closed.email_index.startswith("closed:")
        assert [ids(session, SignIn), ids(session, StoredKey)] == [[], []]
        session.rollback()
        get(Jobs).run_due()
        assert "will be deleted" in "".join(path.read_text() for path in (tmp_path / "outbox").glob("*.eml"))
        session.execute(sa.update(Job).where(Job.kind == KIND).values(due_at=sa.func.now()))
        session.commit()
        get(Jobs).run_due()
        assert session.scalars(sa.select(Job.state).where(Job.kind == KIND)).all() == [JobState.DONE]

    assert places_with(any_app, tmp_path) == []


def make_overdue(session):
    past = utc_now() - timedelta(minutes=1)
    session.execute(sa.update(ErasureRequest).values(due_at=past))
    session.execute(sa.update(Job).values(due_at=past))
    session.commit()


def test_an_erasure_whose_job_was_lost_is_found_and_brought_to_its_end(any_app, account, tmp_path):
    """By the schedule, and with another job only when its own is gone or its time has come."""
    with any_app.app_context():
        session, erasures = get_db_session(), get(Erasures)
        erasures.ask(account.id)
        assert erasures.resume() == 0
        make_overdue(session)
        assert erasures.resume() == 0
        session.execute(sa.delete(Job))
        session.commit()

        schedule(make_settings(tmp_path)).entries["privacy.resume_erasures"].work()
        get(Jobs).run_due()

        assert session.scalars(sa.select(Job.state)).all() == [JobState.DONE]
        assert session.scalars(sa.select(ErasureRequest.finished_at)).one()
        assert erasures.resume() == 0
    assert places_with(any_app, tmp_path) == []


def test_an_erasure_that_failed_for_good_waits_for_a_person(any_app, account):
    with any_app.app_context():
        get(Erasures).ask(account.id)
        make_overdue(get_db_session())
        get_db_session().execute(sa.update(Job).values(state=JobState.DEAD))
        get_db_session().commit()

        assert get(Erasures).resume() == 0
        assert get(Jobs).dead() > 0


def test_who_has_lost_their_key_can_still_be_erased(any_app, account):
    """Nobody can read where the last letter should go."""
    with any_app.app_context():
        get_db_session().execute(sa.delete(DataKey).where(DataKey.account_id == account.id))
        get_db_session().commit()
        get(Erasures).ask(account.id)
        make_overdue(get_db_session())
        get(Jobs).run_due()

        assert get_db_session().get(Account, account.id) is None


def test_nobody_is_shut_out_whom_the_ledger_cannot_remember(any_app, account, tmp_path):
    (tmp_path / "erasures.ledger").mkdir()
    with any_app.app_context(), pytest.raises(LedgerUnwritable):
        get(Erasures).ask(account.id)

    assert can_be_read(any_app, account)


def test_events_of_someone_without_an_account_are_found_by_the_ledger(any_app, account, erase, tmp_path):
    """As when only the lake is restored."""
    erase(account)
    with any_app.app_context():
        make_events(account.public_id)
        assert get(Erasures).replay("cli") == 1
        assert get(Erasures).replay("cli") == 0

    assert places_with(any_app, tmp_path) == []


def test_the_ledger_tells_nobody_whom_it_names(tmp_path):
    person, ledger = str(uuid4()), Ledger(tmp_path / "ledger", b"key")
    ledger.add(ledger.name_of(person), utc_now())

    assert person not in (tmp_path / "ledger").read_text()
    assert ledger.names() == {ledger.name_of(person)} != {Ledger(tmp_path / "l", b"other").name_of(person)}


def test_a_torn_line_of_the_ledger_spoils_no_other(tmp_path):
    path, names = tmp_path / "ledger", ["a" * 64, "b" * 64]
    ledger = Ledger(path, b"key")
    ledger.add(names[0], utc_now())
    path.write_text(path.read_text() + "2026-11-21T12:00:00 cccc")
    ledger.add(names[1], utc_now())
    ledger.add(names[1], utc_now())

    assert ledger.names() == set(names)
    assert len(path.read_text().splitlines()) == 4


def test_the_first_line_of_the_ledger_proves_its_key(tmp_path):
    ledger, other = Ledger(tmp_path / "ledger", b"key"), Ledger(tmp_path / "ledger", b"other")
    ledger.demand_writable()
    ledger.add("a" * 64, utc_now())

    assert [line.split()[0] == "key" for line in (tmp_path / "ledger").read_text().splitlines()] == [True, False]
    for use in (other.names, other.demand_writable, other.demand_complete):
        with pytest.raises(LedgerUnwritable, match="another AUDIT_KEY"):
            use()


def test_ledgers_of_one_key_can_be_put_together(tmp_path):
    for name, person in (("one", "a"), ("two", "b")):
        Ledger(tmp_path / name, b"key").add(person * 64, utc_now())
    (tmp_path / "both").write_text((tmp_path / "one").read_text() + (tmp_path / "two").read_text())

    assert Ledger(tmp_path / "both", b"key").names() == {"a" * 64, "b" * 64}


def test_a_ledger_from_before_the_key_was_proved_is_read_and_proves_it_from_the_next_line_on(tmp_path):
    ledger = Ledger(tmp_path / "ledger", b"key")
    (tmp_path / "ledger").write_text(f"2026-11-21T12:00:00 {'a' * 64}\n")
    ledger.demand_complete()
    ledger.add("b" * 64, utc_now())

    assert ledger.names() == {"a" * 64, "b" * 64}
    with pytest.raises(LedgerUnwritable):
        Ledger(tmp_path / "ledger", b"other").names()


def written_beside(database, work):
    """How many short transactions another connection ends while `work` goes on; none of them waits for long."""
    worker, written = Thread(target=work), 0
    worker.start()
    with closing(sqlite3.connect(database, timeout=0.5, isolation_level=None)) as writer:
        while worker.is_alive():
            writer.execute("UPDATE audit_head SET number = number")
            written += 1
    worker.join()
    return written


def test_others_write_while_an_erasure_waits_for_readers_and_for_the_lake(app, tmp_path):
    """A checkpoint that waits for a reader would keep them out, for each class of data anew."""
    account, raised = make_canary(app), []

    def erase():
        with app.app_context():
            try:
                get(Erasures).erase(UUID(account.public_id), "cli")
            except TracesLeft as error:
                raised.append(error)

    with closing(sqlite3.connect(tmp_path / "mingus.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM accounts").fetchone()
        with Lock(tmp_path / "lake-sync.lock").held():
            assert written_beside(tmp_path / "mingus.db", erase) > 0
    assert len(raised) == 1
    assert places_with(app, tmp_path) != []  # in the log, which the reader reads

    with app.app_context():
        get(Jobs).run_due()
        [request] = db.session.scalars(sa.select(ErasureRequest))
        assert request.finished_at
    assert places_with(app, tmp_path) == []


def test_a_replay_holds_no_lock_while_it_looks_through_the_lake(app, tmp_path, monkeypatch):
    make_canary(app)
    Ledger(tmp_path / "erasures.ledger", SECRET.encode()).demand_writable()

    def write(_lake, _name):
        with closing(sqlite3.connect(tmp_path / "mingus.db", timeout=0)) as writer, writer:
            writer.execute("UPDATE audit_head SET number = number")
        return opened(_lake, _name)

    opened = Lake.open
    monkeypatch.setattr(Lake, "open", write)
    with app.app_context():
        assert get(Erasures).replay("cli") == 0

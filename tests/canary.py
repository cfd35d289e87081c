"""A person whose every field says who they are, and a search for them in everything that is kept."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pyarrow.parquet
import redis as redis_client
from flask import Flask
from sqlalchemy import make_url

from backend.accounts.keys.models import StoredKey
from backend.accounts.people.models import Account, AccountLink, LinkPurpose
from backend.accounts.permissions import Role, Scope
from backend.accounts.privacy.consent import Consents
from backend.accounts.privacy.models import ConsentChoice
from backend.accounts.sign_in.models import SignIn
from backend.accounts.tokens.models import RefreshToken
from backend.analytics.annotations.models import StoredAnnotation
from backend.analytics.boards.models import StoredBoard
from backend.analytics.events.models import QuarantinedEvent
from backend.analytics.experiments import service as experiments
from backend.analytics.experiments.definition import ExperimentConfig, ExperimentUnit, TestType, Variant
from backend.analytics.experiments.models import AbAssignment
from backend.analytics.goals.goal import Direction, GoalPeriod, Target
from backend.analytics.goals.service import Editor, Goals
from backend.analytics.lake.sync import LakeSync
from backend.analytics.shares.models import StoredShare
from backend.analytics.views.models import StoredView
from backend.analytics.views.view import ViewKind
from backend.assessments.job_impact.store import StoredAssessment
from backend.assessments.visit.models import Draft, SharedResult
from backend.clock import utc_now
from backend.database import get_db_session
from backend.extensions import db
from backend.jobs.service import Jobs
from backend.mail.letter import Letter
from backend.mail.service import Mail
from backend.plugins import get
from backend.vault.service import Vault
from tests.accounts import MadeAccount, make_account
from tests.landing_rows import store
from tests.servers import postgresql_bin

CANARY = "canary7f3a"
NOTED = "New prices"


def make_canary(app: Flask) -> MadeAccount:
    """Someone of whom there is something in every table and store."""
    account = make_account(app, Role.ANALYST, email=f"{CANARY}@example.com")
    with app.app_context():
        rows = [*_access_of(account.id), *_additions_of(account.id)]
        rows += [*_answers_of(account.public_id), _impossible_event_of(account.public_id)]
        session = get_db_session()
        session.add_all(rows)
        session.flush()
        session.add(SharedResult(digest=CANARY, sealed_token=b"", draft_id=rows[-2].id, created_at=utc_now()))
        get(Mail).send(account.id, Letter.NEW_SIGN_IN, dict.fromkeys(Letter.NEW_SIGN_IN.facts, CANARY))
        session.commit()
        get(Jobs).run_due()  # that letter goes to the outbox, the next one waits
        get(Mail).send(account.id, Letter.NEW_SIGN_IN, dict.fromkeys(Letter.NEW_SIGN_IN.facts, CANARY))
        session.commit()
        get(Consents).choose(account.id, ConsentChoice.ACCEPTED)
        target = Target("sessions", 10, GoalPeriod.WEEK, Direction.AT_LEAST, utc_now().date())
        get(Goals).add(Editor(account.id, f"account:{account.public_id}"), target)
        make_experiment(account.public_id)
        make_events(account.public_id)
    return account


def make_experiment(public_id: str) -> None:
    """One that they drafted, and in which they were shown a variant."""
    arms = (Variant("control", "Control", 0.5), Variant("new", "New", 0.5))
    unit, editor = ExperimentUnit.USER, experiments.Editor(f"account:{public_id}")
    config = ExperimentConfig("Test", TestType.CUSTOM, "It helps.", unit, arms, primary="conversion_rate", seed="")
    made = get(experiments.ExperimentService).create(config, editor, "To learn")
    get_db_session().add(
        AbAssignment(
            test_id=made.test_id, phase=1, unit=unit.value, unit_id=public_id, variant="new", propensity=0.5,
            weights_version=1, exposed_at=utc_now(),
        )
    )  # fmt: skip
    get_db_session().commit()


def make_events(public_id: str) -> None:
    """Some in the lake and in the landing table, some in the landing table only."""
    sent = {"user_id": public_id, "session_id": CANARY, "visitor_id": CANARY, "event_data": {"said": CANARY}}
    now = utc_now()
    store(db.engine, 3, timestamp=now - timedelta(days=9), created_at=now, **sent)
    store(db.engine, 2, timestamp=now, **sent)
    get(LakeSync).run()
    store(db.engine, 2, timestamp=now, **sent)


def _access_of(account_id: int) -> Iterator[object]:
    now, later = utc_now(), utc_now() + timedelta(days=1)
    sealed = get(Vault).seal(account_id, "account_links.new_email", f"{CANARY}@example.org")
    own = {"account_id": account_id, "created_at": now}
    yield SignIn(digest=uuid4().hex, epoch=1, device=CANARY, seen_at=now, confirmed_at=now, wrong_codes=0, **own)
    yield RefreshToken(jti=CANARY, family=uuid4(), epoch=1, expires_at=later, **own)
    yield StoredKey(key_id="canary7f", name=CANARY, digest=uuid4().hex, scopes=Scope.DASHBOARDS_READ, **own)
    yield AccountLink(purpose=LinkPurpose.CHANGE_EMAIL, digest=uuid4().hex, new_email=sealed, expires_at=later, **own)


def _additions_of(account_id: int) -> Iterator[object]:
    """What they wrote for their team stays, so it says nothing of them."""
    own = {"account_id": account_id, "created_at": utc_now(), "public_id": uuid4()}
    yield StoredView(name=CANARY, kind=ViewKind.SEGMENT, parameters={"source": [CANARY]}, shared=True, **own)
    layout = {"tiles": [{"measure": "sessions", "kind": "number", "title": CANARY}]}
    yield StoredBoard(name=CANARY, layout=layout, shared=True, changed_at=utc_now(), **own | {"public_id": uuid4()})
    address = {"page": "overview", "parameters": {"source": [CANARY]}, "chart": ""}
    yield StoredShare(digest=uuid4().hex, sealed_token=b"", **address, **own | {"public_id": uuid4()})
    yield StoredAnnotation(text=NOTED, day=utc_now().date(), **own)


def _answers_of(public_id: str) -> list[object]:
    now, assessment_id = utc_now(), uuid4()
    common = {"session_id": CANARY, "created_at": now, "assessment_id": assessment_id}
    assessment = StoredAssessment(
        user_id=public_id, job_title=CANARY, occupation="29-1141", activities={CANARY: 1}, model="m",
        data_version="d", **common,
    )  # fmt: skip
    draft = Draft(
        digest=CANARY,
        calculator="job_impact",
        answers={"job_title": CANARY},
        expires_at=now + timedelta(days=1),
        **common,
    )
    return [assessment, draft]


def _impossible_event_of(public_id: str) -> QuarantinedEvent:
    event = {"event_id": str(uuid4()), "event_type": "seen", "session_id": CANARY, "user_id": public_id}
    return QuarantinedEvent(
        event_id=uuid4(), reason="future", event=event, sender={"visitor_id": CANARY}, created_at=utc_now()
    )


def places_with(app: Flask, folder: Path, words: str = CANARY) -> list[str]:
    """Where these words are still to be found: files of the installation, PostgreSQL, Redis."""
    places = [str(path) for path in folder.rglob("*") if path.is_file() and words.encode() in _content(path)]
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "postgresql":
        plain = url.set(drivername="postgresql", username="mingus").render_as_string(hide_password=False)
        dump = subprocess.run([postgresql_bin() / "pg_dump", plain], check=True, capture_output=True)
        places += ["postgresql"] if words.encode() in dump.stdout else []
    if app.config["CACHE_REDIS_URL"]:
        redis = redis_client.from_url(app.config["CACHE_REDIS_URL"])
        places += [f"redis {key}" for key in redis.scan_iter() if words.encode() in key + (redis.dump(key) or b"")]
    return places


def _content(path: Path) -> bytes:
    """Parquet is read, since its pages are compressed."""
    if path.suffix == ".parquet":
        return path.read_bytes() + str(pyarrow.parquet.read_table(path, partitioning=None).to_pylist()).encode()
    return path.read_bytes()


def can_be_read(app: Flask, account: MadeAccount) -> bool:
    """Whether the address of this account can be opened."""
    with app.app_context():
        row = get_db_session().get(Account, account.id)
        return row is not None and get(Vault).open(account.id, "accounts.email", row.email) == account.email

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.analytics.monitoring.alerts.models import (
    StoredAlert,
    StoredRule,
    StoredSilence,
    StoredStandIn,
    StoredStep,
    StoredTurn,
)
from backend.analytics.monitoring.incidents.models import StoredUpdate
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, DataClasses, ExportedRow, Subject, owned_by, plain

OF_ACCOUNTS = "account:"
# Who acted, by the public name of the audit log, and what of the row the person is given.
ACTED: tuple[tuple[InstrumentedAttribute[str | None], tuple[InstrumentedAttribute[object], ...]], ...] = (
    (StoredAlert.acknowledged_by, (StoredAlert.rule_id, StoredAlert.acknowledged_at)),
    (StoredStep.who, (StoredStep.note, StoredStep.at)),
    (StoredRule.changed_by, (StoredRule.id, StoredRule.changed_at)),
    (StoredSilence.who, (StoredSilence.reason, StoredSilence.starts_at, StoredSilence.ends_at)),
    (StoredUpdate.who, (StoredUpdate.text, StoredUpdate.at)),
)


def declare(classes: DataClasses, session: Callable[[], Session]) -> None:
    """Of people, alerts know who acted on them, and who is on call."""

    classes.add(
        DataClass(
            "alerts",
            "To show who acknowledged, silenced, changed, or told visitors what, and to reach whoever is on call.",
            "For 400 days. If you delete your account, you leave the rota, and nothing says that it was you.",
            erase=lambda subject: _erase(session(), subject),
            export=lambda subject: _export(session(), subject),
            people=lambda: _people(session()),
            tables=frozenset(
                {
                    "alerts",
                    "alert_steps",
                    "alert_rules",
                    "alert_silences",
                    "incident_updates",
                    "on_call_turns",
                    "on_call_stand_ins",
                }
            ),
        )
    )
    classes.holds_nobodys("alert_groups", "what was said of the alerts of each rule")
    classes.holds_nobodys("incidents", "what visitors are told of on the status page")
    classes.holds_nobodys("alert_evaluations", "when the rules were judged last")
    classes.holds_nobodys("on_call_rota", "on which day and hour the person on call changes")


def _export(session: Session, subject: Subject) -> Iterator[ExportedRow]:
    for who, shown in ACTED:
        rows = session.execute(select(*shown).where(who == _name(subject)))
        yield from map(plain, rows.mappings())
    turns = select(StoredTurn.place).where(owned_by(subject, StoredTurn.account_id))
    yield from map(plain, session.execute(turns).mappings())
    stands = select(StoredStandIn.starts_at, StoredStandIn.ends_at)
    own = stands.where(owned_by(subject, StoredStandIn.account_id))
    yield from map(plain, session.execute(own).mappings())


def _erase(session: Session, subject: Subject) -> None:
    with leaving_no_trace(session):
        for who, _ in ACTED:
            acted = update(who.class_).where(who == _name(subject)).values({who.key: None})
            session.execute(acted.execution_options(synchronize_session=False))
        turns = update(StoredTurn).where(owned_by(subject, StoredTurn.account_id)).values(account_id=None)
        session.execute(turns.execution_options(synchronize_session=False))
        stands = delete(StoredStandIn).where(owned_by(subject, StoredStandIn.account_id))
        session.execute(stands.execution_options(synchronize_session=False))
        session.commit()


def _people(session: Session) -> Iterable[str]:
    for who, _ in ACTED:
        names = session.scalars(select(who).where(who.startswith(OF_ACCOUNTS)).distinct())
        yield from (name.removeprefix(OF_ACCOUNTS) for name in names if name)


def _name(subject: Subject) -> str:
    return f"{OF_ACCOUNTS}{subject.public_id}"

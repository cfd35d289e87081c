"""For whom a transaction sees rows: PostgreSQL is told as it begins, and keeps all others to itself.

The policies are in the migration that makes them. A request sees nothing of people until `act_for` says who asks; what
must look before that is known, or at others, says so by `serving`. Outside of any request nobody asks: there the
platform works for itself, by the clock or for whoever has its shell. SQLite has no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import has_request_context
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection
from sqlalchemy.orm import Session, SessionTransaction

ACCOUNT, SERVING = "account_id", "serving"
# For this transaction only: nothing is left for whoever is given the connection next, be it by PgBouncer.
TELL = "SELECT set_config('app.user_id', %s, true), set_config('app.service', %s, true)"


def act_for(session: Session, account_id: int | None) -> None:
    """From here on the session sees what belongs to this account, or nobody's."""
    if session.info.get(ACCOUNT) != account_id:
        session.info[ACCOUNT] = account_id
        if not session.info.get(SERVING):
            _tell_again(session)


def serve(session: Session, why: str) -> None:
    """From here on the session sees everybody's rows, and `why` says why."""
    session.info[SERVING] = why
    _tell_again(session)


def forget(session: Session) -> None:
    """See nobody's rows, whoever used this session before."""
    session.info.pop(SERVING, None)
    act_for(session, None)


@contextmanager
def serving(session: Session, why: str) -> Iterator[None]:
    """In here the session sees everybody's rows, and `why` says why. What is changed in here is written in here."""
    if session.info.get(SERVING):
        yield
        return
    serve(session, why)
    try:
        yield
        session.flush()
    finally:
        session.info.pop(SERVING, None)
        _tell_again(session)


def tell(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Listens for the beginning of transactions. A savepoint is told what its transaction was."""
    if connection.dialect.name == "postgresql" and not transaction.nested:
        connection.exec_driver_sql(TELL, _whose(session))


def _tell_again(session: Session) -> None:
    """In the middle of a transaction, unless it has failed: that one reads nothing any more."""
    if session.get_bind().dialect.name != "postgresql" or not (session.in_transaction() and session.is_active):
        return
    connection = session.connection()
    if connection.connection.driver_connection.info.transaction_status == TransactionStatus.INTRANS:  # type: ignore[union-attr]
        connection.exec_driver_sql(TELL, _whose(session))


def _whose(session: Session) -> tuple[str, str]:
    account_id, serves = session.info.get(ACCOUNT), session.info.get(SERVING) or not has_request_context()
    return "" if account_id is None else str(account_id), "on" if serves else ""

"""Row-level security: PostgreSQL is told at the beginning of each transaction whose rows it may show.

The policies are in the migration that makes them. A request sees no personal rows until `act_for` names the caller;
code that must read before the caller is known, or must read other people's rows, does so inside `serving`. Outside of
requests, by the clock or in the shell, the platform works for itself and sees all rows. SQLite has no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import has_request_context
from sqlalchemy import Connection
from sqlalchemy.orm import Session, SessionTransaction

ACCOUNT, SERVING = "account_id", "serving"
# `true`: for this transaction only, so that nothing is left for the next user of the connection, such as PgBouncer's.
TELL = "SELECT set_config('app.user_id', %s, true), set_config('app.service', %s, true)"


def act_for(session: Session, account_id: int | None) -> None:
    """From here on the session sees the rows of this account; with None, nobody's."""
    if session.info.get(ACCOUNT) != account_id:
        session.info[ACCOUNT] = account_id
        if not session.info.get(SERVING):
            _tell_again(session)


def serve(session: Session, why: str) -> None:
    """From here on the session sees everybody's rows; `why` is the reason."""
    session.info[SERVING] = why
    _tell_again(session)


def forget(session: Session) -> None:
    """From here on the session sees nobody's rows, whoever used it before."""
    session.info.pop(SERVING, None)
    act_for(session, None)


@contextmanager
def serving(session: Session, why: str) -> Iterator[None]:
    """Inside, the session sees everybody's rows, for the reason `why`; changes are flushed before the end."""
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
    """Listens for the beginning of transactions; a savepoint keeps the setting of its transaction."""
    if connection.dialect.name == "postgresql" and not transaction.nested:
        connection.exec_driver_sql(TELL, _whose(session))


def _tell_again(session: Session) -> None:
    """Change the setting in the middle of a transaction, unless it has failed and can read nothing any more."""
    if session.get_bind().dialect.name != "postgresql" or not (session.in_transaction() and session.is_active):
        return
    from psycopg.pq import TransactionStatus

    connection = session.connection()
    if connection.connection.driver_connection.info.transaction_status == TransactionStatus.INTRANS:  # type: ignore[union-attr]
        connection.exec_driver_sql(TELL, _whose(session))


def _whose(session: Session) -> tuple[str, str]:
    account_id, serves = session.info.get(ACCOUNT), session.info.get(SERVING) or not has_request_context()
    return "" if account_id is None else str(account_id), "on" if serves else ""

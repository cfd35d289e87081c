"""The role of PostgreSQL that the app goes by: it owns nothing, and may do with tables what the app does with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from backend.extensions import db

ROWS = "SELECT, INSERT, UPDATE, DELETE"
LESS: dict[str, str] = {"alembic_version": "SELECT", "audit_entries": "SELECT, INSERT"}
ROLE = """
SELECT quote_ident(role.rolname) AS role, role.rolsuper OR role.rolbypassrls AS sees_all,
  pg_has_role(role.rolname, current_user, 'MEMBER') AS is_owner,
  EXISTS (SELECT FROM pg_class WHERE relowner = role.oid) AS owns
FROM pg_roles role WHERE role.rolname = :name
"""
OURS = """
SELECT quote_ident(relname) AS name, relkind = 'S' AS counts FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relowner = current_user::regrole AND relkind IN ('r', 'p', 'S')
"""
FUNCTIONS = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace AND proowner = current_user::regrole
"""


UNHELD = (
    "The role of DATABASE_URL is a superuser, bypasses row-level security or owns tables: PostgreSQL keeps nobody's"
    " rows from others. Make a role that owns nothing, and name the owner in DATABASE_OWNER_URL for `flask db upgrade`."
)
ESCAPES = """
SELECT rolsuper OR rolbypassrls OR EXISTS (
  SELECT FROM pg_class WHERE relrowsecurity AND pg_has_role(current_user, relowner, 'MEMBER'))
FROM pg_roles WHERE rolname = current_user
"""


def escapes_policies(session: Session) -> bool:
    """Whether the role we go by sees everybody's rows, or may make itself see them."""
    return bool(session.scalar(text(ESCAPES)))


@contextmanager
def letting_the_app_in(owner: Connection) -> Iterator[None]:
    """After the migrations made in here the role of DATABASE_URL may use what there is, if it is not the owner's."""
    if not current_app.config["DATABASE_OWNER_URL"]:
        yield
        return
    role = _role_of_the_app(owner)
    yield
    _grant(owner, role)
    owner.commit()


def _role_of_the_app(owner: Connection) -> str:
    """Refuse one that row-level security would not hold."""
    with db.engine.connect() as connection:
        name, database = connection.execute(text("SELECT current_user::text, current_database()")).one()
    found = owner.execute(text(ROLE), {"name": name}).one_or_none()
    if found is None or owner.scalar(text("SELECT current_database()")) != database:
        raise SystemExit("DATABASE_OWNER_URL and DATABASE_URL name different databases.")
    if found.sees_all or found.is_owner or found.owns:
        raise SystemExit(
            f"The role {name} of DATABASE_URL must own nothing, not be a member of the owner's role, be no superuser"
            " and not bypass row-level security. To hand over what it owns: REASSIGN OWNED BY, as a superuser."
        )
    owner.commit()
    return str(found.role)


def _grant(owner: Connection, role: str) -> None:
    """Exactly what the app needs, now and for what is made later, such as partitions."""
    schema = owner.scalar(text("SELECT quote_ident(current_schema())"))
    ours = owner.execute(text(OURS)).all()
    grants = [f"USAGE ON SCHEMA {schema}"]
    grants += [f"{LESS.get(found.name, ROWS)} ON TABLE {found.name}" for found in ours if not found.counts]
    grants += [f"USAGE ON SEQUENCE {found.name}" for found in ours if found.counts]
    grants += [f"EXECUTE ON FUNCTION {function}" for function in owner.scalars(text(FUNCTIONS))]
    for found in ours:
        if found.name in LESS:
            owner.exec_driver_sql(f"REVOKE ALL ON TABLE {found.name} FROM {role}")
    for grant in grants:
        owner.exec_driver_sql(f"GRANT {grant} TO {role}")
    for later in (f"{ROWS} ON TABLES", "USAGE ON SEQUENCES"):
        owner.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {later} TO {role}")

"""The PostgreSQL role of the app: it owns nothing and may only do with tables what the app does."""

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
    """Whether the session's role sees everybody's rows, or may give itself that right."""
    return bool(session.scalar(text(ESCAPES)))


@contextmanager
def letting_the_app_in(owner: Connection) -> Iterator[None]:
    """After the migrations inside, grant the role of DATABASE_URL what the app needs, if another owns the tables."""
    if not current_app.config["DATABASE_OWNER_URL"]:
        yield
        return
    role = _role_of_the_app(owner)
    yield
    _grant(owner, role)
    owner.commit()


def _role_of_the_app(owner: Connection) -> str:
    """The quoted name of the role of DATABASE_URL; one that row-level security would not bind ends the program."""
    with db.engine.connect() as connection:
        name, database = connection.execute(text("SELECT current_user::text, current_database()")).one()
    role = owner.execute(text(ROLE), {"name": name}).one_or_none()
    if role is None or owner.scalar(text("SELECT current_database()")) != database:
        raise SystemExit("DATABASE_OWNER_URL and DATABASE_URL name different databases.")
    if role.sees_all or role.is_owner or role.owns:
        raise SystemExit(
            f"The role {name} of DATABASE_URL must own nothing, not be a member of the owner's role, be no superuser"
            " and not bypass row-level security. To hand over what it owns: REASSIGN OWNED BY, as a superuser."
        )
    owner.commit()
    return str(role.role)


def _grant(owner: Connection, role: str) -> None:
    """Grant exactly what the app needs, also on tables made later, such as partitions."""
    schema = owner.scalar(text("SELECT quote_ident(current_schema())"))
    ours = owner.execute(text(OURS)).all()
    grants = [f"USAGE ON SCHEMA {schema}"]
    grants += [f"{LESS.get(relation.name, ROWS)} ON TABLE {relation.name}" for relation in ours if not relation.counts]
    grants += [f"USAGE ON SEQUENCE {relation.name}" for relation in ours if relation.counts]
    grants += [f"EXECUTE ON FUNCTION {function}" for function in owner.scalars(text(FUNCTIONS))]
    for relation in ours:
        if relation.name in LESS:
            owner.exec_driver_sql(f"REVOKE ALL ON TABLE {relation.name} FROM {role}")
    for grant in grants:
        owner.exec_driver_sql(f"GRANT {grant} TO {role}")
    for later in (f"{ROWS} ON TABLES", "USAGE ON SEQUENCES"):
        owner.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {later} TO {role}")

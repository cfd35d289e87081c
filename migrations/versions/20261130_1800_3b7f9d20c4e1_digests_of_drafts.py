"""Digests of the tokens of drafts and shared links, each beside a copy sealed for whoever may show it.

A draft's token is sealed with the data key of the account its result is kept with; a link's with a key made of its draft's token.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from backend.plugins import get
from backend.vault.cipher import Unreadable, open_sealed, seal
from backend.vault.service import MasterKeys

revision = '3b7f9d20c4e1'
down_revision = '8c1d5e2a6f73'
branch_labels = None
depends_on = None

BATCH = 1000
TABLES = {'assessment_drafts': 43, 'shared_results': 22}
# Each draft, with the data key of the account that its result is kept with.
DRAFTS = """
SELECT d.id, d.digest AS token, d.sealed_token, k.account_id, k.wrapped, k.master_key FROM assessment_drafts d
LEFT JOIN assessments a ON a.assessment_id = d.assessment_id
LEFT JOIN accounts p ON {public_id} = a.user_id
LEFT JOIN data_keys k ON k.account_id = p.id
WHERE d.id > :after ORDER BY d.id LIMIT :most
"""
LINKS = """
SELECT l.id, l.digest AS token, l.sealed_token, d.digest AS draft_token FROM shared_results l
JOIN assessment_drafts d ON d.id = l.draft_id WHERE l.id > :after ORDER BY l.id LIMIT :most
"""
PUBLIC_ID = {
    'sqlite': "substr(p.public_id, 1, 8) || '-' || substr(p.public_id, 9, 4) || '-' || substr(p.public_id, 13, 4) || '-' || "
              "substr(p.public_id, 17, 4) || '-' || substr(p.public_id, 21)",
    'postgresql': 'p.public_id::text',
}


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as changes:
            changes.drop_constraint(f'uq_{table}_token', type_='unique')
            changes.alter_column('token', new_column_name='digest', type_=sa.String(length=64),
                                 existing_type=sa.String(length=TABLES[table]), existing_nullable=False)
            changes.add_column(sa.Column('sealed_token', sa.LargeBinary(length=100), nullable=True))
    for rows in batches(LINKS):  # first: they are sealed with the tokens of their drafts
        write('shared_results', [
            {'id': row.id, 'digest': digest(row.token), 'sealed': sealed_link(row.token, row.draft_token)} for row in rows
        ])
    for rows in batches(DRAFTS.format(public_id=PUBLIC_ID[op.get_bind().dialect.name])):
        write('assessment_drafts', [
            {'id': row.id, 'digest': digest(row.token), 'sealed': sealed_draft(row)} for row in rows
        ])
    for table in TABLES:
        with op.batch_alter_table(table) as changes:
            changes.create_unique_constraint(f'uq_{table}_digest', ['digest'])
            if table == 'shared_results':
                changes.alter_column('sealed_token', nullable=False, existing_type=sa.LargeBinary(length=100))


def downgrade() -> None:
    """A token that nothing sealed gives back is replaced: its draft opens from its account alone, its link is withdrawn."""
    with op.batch_alter_table('shared_results') as changes:
        changes.alter_column('sealed_token', nullable=True, existing_type=sa.LargeBinary(length=100))
    for rows in batches(DRAFTS.format(public_id=PUBLIC_ID[op.get_bind().dialect.name])):
        write('assessment_drafts', [
            {'id': row.id, 'digest': opened_draft(row) or secrets.token_urlsafe(32), 'sealed': None} for row in rows
        ])
    for rows in batches(LINKS):
        opened = {row.id: opened_link(row) for row in rows}
        write('shared_results', [
            {'id': row.id, 'digest': opened[row.id] or secrets.token_urlsafe(16), 'sealed': None} for row in rows
        ])
        withdraw([number for number, token in opened.items() if token is None])
    for table in TABLES:
        with op.batch_alter_table(table) as changes:
            changes.drop_constraint(f'uq_{table}_digest', type_='unique')
            changes.drop_column('sealed_token')
            changes.alter_column('digest', new_column_name='token', type_=sa.String(length=TABLES[table]),
                                 existing_type=sa.String(length=64), existing_nullable=False)
    for table in TABLES:
        with op.batch_alter_table(table) as changes:
            changes.create_unique_constraint(f'uq_{table}_token', ['token'])


def batches(query: str) -> Iterator[Sequence[sa.Row]]:
    after = 0
    while rows := op.get_bind().execute(sa.text(query), {'after': after, 'most': BATCH}).all():
        yield rows
        after = rows[-1].id


def write(table: str, rows: list[dict[str, object]]) -> None:
    op.get_bind().execute(sa.text(f'UPDATE {table} SET digest = :digest, sealed_token = :sealed WHERE id = :id'), rows)


def withdraw(links: list[int]) -> None:
    table = sa.table('shared_results', sa.column('id'), sa.column('revoked_at', sa.DateTime(timezone=True)))
    active = table.c.id.in_(links) & table.c.revoked_at.is_(None)
    op.get_bind().execute(table.update().where(active).values(revoked_at=datetime.now(UTC)))


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def sealed_draft(row: sa.Row) -> bytes | None:
    key = data_key(row)
    return seal(key, row.token.encode(), place_of_draft(row)) if key else None


def opened_draft(row: sa.Row) -> str | None:
    key = data_key(row)
    try:
        return open_sealed(key, row.sealed_token, place_of_draft(row)).decode() if key and row.sealed_token else None
    except Unreadable:
        return None


def data_key(row: sa.Row) -> bytes | None:
    """None without an account, and when its master key is lost."""
    master = next((master for master in get(MasterKeys) if master.name == row.master_key), None)
    try:
        return open_sealed(master.bytes, row.wrapped, f'data_keys.wrapped|{row.account_id}') if master else None
    except Unreadable:
        return None


def place_of_draft(row: sa.Row) -> str:
    return f'assessment_drafts.sealed_token|{row.account_id}'


def sealed_link(link: str, draft_token: str) -> bytes:
    return seal(key_of_links(draft_token), link.encode(), 'shared_results.sealed_token')


def opened_link(row: sa.Row) -> str | None:
    try:
        return open_sealed(key_of_links(row.draft_token), row.sealed_token, 'shared_results.sealed_token').decode()
    except Unreadable:
        return None


def key_of_links(draft_token: str) -> bytes:
    return hmac.digest(draft_token.encode(), b'shared links', 'sha256')

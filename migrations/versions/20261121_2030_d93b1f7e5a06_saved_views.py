"""Saved views of the dashboards, and annotations on their figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = 'd93b1f7e5a06'
down_revision = 'a4f81c6e27d3'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
ASKING = "(SELECT NULLIF(current_setting('app.user_id', true), '')::bigint)"
# Only its owner changes a row, or what serves everybody; reading is for more people: see SEEN.
OWN = f"""
CREATE POLICY own_rows ON {{table}} USING (
  account_id = {ASKING} OR (SELECT NULLIF(current_setting('app.service', true), '') = 'on'))
"""
SEEN = {
    'saved_views': f'shared AND {ASKING} IS NOT NULL',
    'annotations': f'{ASKING} IS NOT NULL',
}


def upgrade() -> None:
    op.create_table('saved_views',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('page', sa.String(length=20), nullable=True),
    sa.Column('parameters', JSON, nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_saved_views_account_id_accounts',
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_saved_views'),
    sa.UniqueConstraint('account_id', 'name', name='uq_saved_views_account_id_name'),
    sa.UniqueConstraint('public_id', name='uq_saved_views_public_id'),
    )
    op.create_table('annotations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('instant', MOMENT, nullable=True),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.CheckConstraint('(day IS NULL) <> (instant IS NULL)', name='ck_annotations_day_or_instant'),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_annotations_account_id_accounts',
                            ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name='pk_annotations'),
    sa.UniqueConstraint('public_id', name='uq_annotations_public_id'),
    )
    for column in ('account_id', 'day', 'instant'):
        op.create_index(f'ix_annotations_{column}', 'annotations', [column])
    if op.get_bind().dialect.name == 'postgresql':
        for table, seen in SEEN.items():
            op.execute(f'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE {table} FORCE ROW LEVEL SECURITY')
            op.execute(OWN.format(table=table))
            op.execute(f'CREATE POLICY seen_rows ON {table} FOR SELECT USING ({seen})')


def downgrade() -> None:
    op.drop_table('annotations')
    op.drop_table('saved_views')

"""Links by which somebody without an account reads a page of the dashboards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = 'c93e5f17a2d4'
down_revision = '7e4a1c9d52b8'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
OWN = """
CREATE POLICY own_rows ON dashboard_shares USING (
  account_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::bigint)
  OR (SELECT NULLIF(current_setting('app.service', true), '') = 'on'))
"""


def upgrade() -> None:
    op.create_table('dashboard_shares',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('sealed_token', sa.LargeBinary(), nullable=False),
    sa.Column('page', sa.String(length=20), nullable=False),
    sa.Column('parameters', JSON, nullable=False),
    sa.Column('chart', sa.String(length=40), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_dashboard_shares_account_id_accounts',
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_dashboard_shares'),
    sa.UniqueConstraint('digest', name='uq_dashboard_shares_digest'),
    sa.UniqueConstraint('public_id', name='uq_dashboard_shares_public_id'),
    )
    op.create_index('ix_dashboard_shares_account_id', 'dashboard_shares', ['account_id'])
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('ALTER TABLE dashboard_shares ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE dashboard_shares FORCE ROW LEVEL SECURITY')
        op.execute(OWN)


def downgrade() -> None:
    op.drop_table('dashboard_shares')

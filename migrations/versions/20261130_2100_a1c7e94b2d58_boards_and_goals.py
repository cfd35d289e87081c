"""Boards of tiles, and goals over measures with their versions and the periods that are over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = 'a1c7e94b2d58'
down_revision = 'a41c7d92e6b8'
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
    'boards': f'shared AND {ASKING} IS NOT NULL',
    'measure_goals': f'{ASKING} IS NOT NULL',
    'measure_goal_versions': f'{ASKING} IS NOT NULL',
}


def upgrade() -> None:
    op.create_table('boards',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('layout', JSON, nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_boards_account_id_accounts', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_boards'),
    sa.UniqueConstraint('account_id', 'name', name='uq_boards_account_id_name'),
    sa.UniqueConstraint('public_id', name='uq_boards_public_id'),
    )
    op.create_table('measure_goals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_measure_goals_account_id_accounts',
                            ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name='pk_measure_goals'),
    sa.UniqueConstraint('public_id', name='uq_measure_goals_public_id'),
    )
    op.create_table('measure_goal_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('goal_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('measure', sa.String(length=60), nullable=False),
    sa.Column('value', sa.Double(), nullable=False),
    sa.Column('period', sa.String(length=10), nullable=False),
    sa.Column('direction', sa.String(length=10), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('conditions', JSON, nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_measure_goal_versions_account_id_accounts',
                            ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['goal_id'], ['measure_goals.id'], name='fk_measure_goal_versions_goal_id_measure_goals',
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_measure_goal_versions'),
    sa.UniqueConstraint('goal_id', 'number', name='uq_measure_goal_versions_goal_id_number'),
    )
    op.create_table('measure_goal_periods',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('goal_id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('value', sa.Double(), nullable=True),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('closed_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['goal_id'], ['measure_goals.id'], name='fk_measure_goal_periods_goal_id_measure_goals',
                            ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['measure_goal_versions.id'],
                            name='fk_measure_goal_periods_version_id_measure_goal_versions', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_measure_goal_periods'),
    sa.UniqueConstraint('version_id', 'first_day', name='uq_measure_goal_periods_version_id_first_day'),
    )
    for table in ('measure_goals', 'measure_goal_versions'):
        op.create_index(f'ix_{table}_account_id', table, ['account_id'])
    op.create_index('ix_measure_goal_periods_goal_id', 'measure_goal_periods', ['goal_id'])
    if op.get_bind().dialect.name == 'postgresql':
        for table, seen in SEEN.items():
            op.execute(f'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE {table} FORCE ROW LEVEL SECURITY')
            op.execute(OWN.format(table=table))
            op.execute(f'CREATE POLICY seen_rows ON {table} FOR SELECT USING ({seen})')


def downgrade() -> None:
    op.drop_table('measure_goal_periods')
    op.drop_table('measure_goal_versions')
    op.drop_table('measure_goals')
    op.drop_table('boards')

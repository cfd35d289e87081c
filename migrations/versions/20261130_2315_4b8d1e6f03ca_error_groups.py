"""Groups of errors, and how many each hour had."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '4b8d1e6f03ca'
down_revision = 'e5b1d7c30a94'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('error_groups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=32), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('type', sa.String(length=200), nullable=False),
    sa.Column('place', sa.String(length=300), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('resolved_at', MOMENT, nullable=True),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('first_seen', MOMENT, nullable=False),
    sa.Column('last_seen', MOMENT, nullable=False),
    sa.Column('first_release', sa.String(length=64), nullable=False),
    sa.Column('last_release', sa.String(length=64), nullable=False),
    sa.Column('sample', JSON, nullable=False),
    sa.Column('routes', JSON, nullable=False),
    sa.Column('requests', JSON, nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_error_groups'),
    sa.UniqueConstraint('fingerprint', name='uq_error_groups_fingerprint'),
    )
    op.create_index('ix_error_groups_state', 'error_groups', ['state'])
    op.create_index('ix_error_groups_last_seen', 'error_groups', ['last_seen'])
    op.create_table('error_hours',
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('hour', MOMENT, nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['error_groups.id'], name='fk_error_hours_group_id_error_groups',
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('group_id', 'hour', name='pk_error_hours'),
    )
    op.create_index('ix_error_hours_hour', 'error_hours', ['hour'])


def downgrade() -> None:
    op.drop_table('error_hours')
    op.drop_table('error_groups')

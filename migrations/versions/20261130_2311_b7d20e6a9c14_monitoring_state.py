"""Whether monitoring is to be on, when it was off, and the hosts and server processes that obey."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = 'b7d20e6a9c14'
down_revision = '4b8d2f61c7a3'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('monitoring_state',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('desired', sa.String(length=3), nullable=False),
    sa.Column('generation', sa.BigInteger(), nullable=False),
    sa.Column('changed_by', sa.String(length=100), nullable=True),
    sa.Column('changed_at', MOMENT, nullable=True),
    sa.CheckConstraint('id = 1', name='ck_monitoring_state_only_row'),
    sa.PrimaryKeyConstraint('id', name='pk_monitoring_state'),
    )
    op.create_table('monitoring_off_spans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('began_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_monitoring_off_spans'),
    )
    op.create_index('ix_monitoring_off_spans_began_at', 'monitoring_off_spans', ['began_at'])
    op.create_table('monitoring_hosts',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('fence', sa.BigInteger(), nullable=False),
    sa.Column('sampled_at', MOMENT, nullable=False),
    sa.Column('figures', JSON, nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_monitoring_hosts'),
    )
    op.create_table('monitoring_workers',
    sa.Column('host', sa.String(length=40), nullable=False),
    sa.Column('pid', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('generation', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('host', 'pid', name='pk_monitoring_workers'),
    )


def downgrade() -> None:
    op.drop_table('monitoring_workers')
    op.drop_table('monitoring_hosts')
    op.drop_table('monitoring_off_spans')
    op.drop_table('monitoring_state')

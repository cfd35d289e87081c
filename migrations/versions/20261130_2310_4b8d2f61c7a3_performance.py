"""What was measured: flushes of processes, series by minute, hour, and day, and totals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '4b8d2f61c7a3'
down_revision = 'c93e5f17a2d4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('performance_flushes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('host', sa.String(length=100), nullable=False),
    sa.Column('pid', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_performance_flushes'),
    )
    op.create_table('performance_series',
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('starts', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('level', 'starts', name='pk_performance_series'),
    )
    op.create_table('performance_totals',
    sa.Column('family', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('outcome', sa.String(length=200), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('total', sa.Double(), nullable=False),
    sa.Column('buckets', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('family', 'name', 'outcome', name='pk_performance_totals'),
    )


def downgrade() -> None:
    op.drop_table('performance_totals')
    op.drop_table('performance_series')
    op.drop_table('performance_flushes')

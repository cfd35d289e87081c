"""Statements that were slow, and how often in which hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'e5b1d7c30a94'
down_revision = 'b7d20e6a9c14'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('slow_statements',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('dialect', sa.String(length=20), nullable=False),
    sa.Column('plan', sa.Text(), nullable=True),
    sa.Column('planned_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('name', name='pk_slow_statements'),
    )
    op.create_table('slow_hours',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('hour', MOMENT, nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('maximum', sa.Double(), nullable=False),
    sa.Column('last_at', MOMENT, nullable=False),
    sa.Column('route', sa.String(length=200), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['name'], ['slow_statements.name'], name='fk_slow_hours_name_slow_statements',
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('name', 'hour', name='pk_slow_hours'),
    )
    op.create_index('ix_slow_hours_hour', 'slow_hours', ['hour'])


def downgrade() -> None:
    op.drop_table('slow_hours')
    op.drop_table('slow_statements')

"""Checks of the secrets that a database is used with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '8c1d5e2a6f73'
down_revision = '5f2e8c7b9d14'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'key_checks',
        sa.Column('name', sa.String(length=20), nullable=False),
        sa.Column('digest', sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_key_checks')),
    )


def downgrade() -> None:
    op.drop_table('key_checks')

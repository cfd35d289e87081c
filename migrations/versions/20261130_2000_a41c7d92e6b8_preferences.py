"""The time zone people read in, and whether keys are shortcuts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'a41c7d92e6b8'
down_revision = 'd5a83c0f7e21'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('accounts', sa.Column('time_zone', sa.String(length=64), nullable=True))
    op.add_column('accounts', sa.Column('shortcuts', sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    op.drop_column('accounts', 'shortcuts')
    op.drop_column('accounts', 'time_zone')

"""Sign-ins by the link of `make run`, and how far a job is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'd5a83c0f7e21'
down_revision = '3b7f9d20c4e1'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('sign_ins', sa.Column('first_look', sa.String(length=64), nullable=True))
    op.create_index(op.f('ix_sign_ins_first_look'), 'sign_ins', ['first_look'], unique=True)
    op.add_column('jobs', sa.Column('progress', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('jobs', 'progress')
    op.drop_index(op.f('ix_sign_ins_first_look'), table_name='sign_ins')
    op.drop_column('sign_ins', 'first_look')

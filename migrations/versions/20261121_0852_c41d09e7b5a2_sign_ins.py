"""Sign-ins, so that a copied cookie can be ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = 'c41d09e7b5a2'
down_revision = '76e6cb86265d'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sign_ins',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['api_keys.key_id'], name=op.f('fk_sign_ins_key_id_api_keys'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_ins')),
    sa.UniqueConstraint('digest', name=op.f('uq_sign_ins_digest'))
    )
    op.create_index(op.f('ix_sign_ins_key_id'), 'sign_ins', ['key_id'])


def downgrade() -> None:
    op.drop_index(op.f('ix_sign_ins_key_id'), 'sign_ins')

    op.drop_table('sign_ins')

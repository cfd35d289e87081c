"""Channels that alerts are sent to, what was sent there, and the key that seals the channels' secrets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '4d8a61f3c7b2'
down_revision = 'e81c4b7d3f09'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('installation_keys',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(length=100), nullable=False),
    sa.Column('master_key', sa.String(length=16), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('name', name='pk_installation_keys'),
    )
    op.create_table('alert_channels',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('host', sa.String(length=253), nullable=False),
    sa.Column('sealed_url', sa.LargeBinary(), nullable=False),
    sa.Column('sealed_secret', sa.LargeBinary(), nullable=False),
    sa.Column('minimum', sa.String(length=10), nullable=False),
    sa.Column('is_enabled', sa.Boolean(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_alert_channels'),
    sa.UniqueConstraint('name', name='uq_alert_channels_name'),
    )
    op.create_table('alert_deliveries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel_id', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('headline', sa.String(length=400), nullable=False),
    sa.Column('content', JSON, nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(length=200), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('due_at', MOMENT, nullable=False),
    sa.Column('claimed_until', MOMENT, nullable=True),
    sa.Column('finished_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_alert_deliveries'),
    )
    op.create_index('ix_alert_deliveries_state_due_at', 'alert_deliveries', ['state', 'due_at'])
    op.create_index('ix_alert_deliveries_channel_id_id', 'alert_deliveries', ['channel_id', 'id'])


def downgrade() -> None:
    op.drop_table('alert_deliveries')
    op.drop_table('alert_channels')
    op.drop_table('installation_keys')

"""Incidents that operators tell visitors of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '9d3e7b15c4f8'
down_revision = '5f2c9a7e1b40'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('incidents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('components', JSON, nullable=False),
    sa.Column('impact', sa.String(length=8), nullable=False),
    sa.Column('started_at', MOMENT, nullable=False),
    sa.Column('resolved_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_incidents'),
    )
    op.create_index('ix_incidents_resolved_at', 'incidents', ['resolved_at'])
    op.create_table('incident_updates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('state', sa.String(length=13), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('who', sa.String(length=100), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incidents.id'], name='fk_incident_updates_incident_id_incidents', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_incident_updates'),
    )
    op.create_index('ix_incident_updates_incident_id', 'incident_updates', ['incident_id'])


def downgrade() -> None:
    op.drop_table('incident_updates')
    op.drop_table('incidents')

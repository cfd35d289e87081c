"""Events, API keys, drafts, assessments and shared results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '76e6cb86265d'
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def upgrade() -> None:
    op.create_table('analytics_events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('event_type', sa.String(length=100), nullable=False),
    sa.Column('user_id', sa.String(length=100), nullable=True),
    sa.Column('session_id', sa.String(length=100), nullable=False),
    sa.Column('timestamp', sa.DateTime(timezone=True), nullable=False),
    sa.Column('event_data', JSON, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_analytics_events')),
    sa.UniqueConstraint('event_id', name=op.f('uq_analytics_events_event_id'))
    )
    op.create_index(op.f('ix_analytics_events_event_type_timestamp'), 'analytics_events', ['event_type', 'timestamp'])
    op.create_index(op.f('ix_analytics_events_session_id_timestamp'), 'analytics_events', ['session_id', 'timestamp'])

    op.create_table('api_keys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
    sa.UniqueConstraint('key_id', name=op.f('uq_api_keys_key_id'))
    )
    op.create_table('assessment_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=43), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.String(length=100), nullable=False),
    sa.Column('answers', JSON, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_drafts')),
    sa.UniqueConstraint('assessment_id', name=op.f('uq_assessment_drafts_assessment_id')),
    sa.UniqueConstraint('token', name=op.f('uq_assessment_drafts_token'))
    )
    op.create_index(op.f('ix_assessment_drafts_expires_at'), 'assessment_drafts', ['expires_at'])

    op.create_table('assessments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assessment_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.String(length=100), nullable=True),
    sa.Column('session_id', sa.String(length=100), nullable=False),
    sa.Column('job_title', sa.String(length=200), nullable=True),
    sa.Column('industry', sa.String(length=100), nullable=True),
    sa.Column('risk_level', sa.String(length=50), nullable=True),
    sa.Column('completion_time', sa.Double(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('occupation', sa.String(length=7), nullable=False),
    sa.Column('state', sa.String(length=2), nullable=True),
    sa.Column('education', sa.String(length=20), nullable=True),
    sa.Column('experience_years', sa.Double(), nullable=True),
    sa.Column('activities', JSON, nullable=False),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('band_low', sa.Double(), nullable=True),
    sa.Column('band_high', sa.Double(), nullable=True),
    sa.Column('model', sa.String(length=50), nullable=False),
    sa.Column('data_version', sa.String(length=50), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessments')),
    sa.UniqueConstraint('assessment_id', name=op.f('uq_assessments_assessment_id'))
    )
    op.create_index(op.f('ix_assessments_created_at'), 'assessments', ['created_at'])
    op.create_index(op.f('ix_assessments_session_id'), 'assessments', ['session_id'])

    op.create_table('shared_results',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=22), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['draft_id'], ['assessment_drafts.id'], name=op.f('fk_shared_results_draft_id_assessment_drafts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shared_results')),
    sa.UniqueConstraint('token', name=op.f('uq_shared_results_token'))
    )
    op.create_index(op.f('ix_shared_results_draft_id'), 'shared_results', ['draft_id'])



def downgrade() -> None:
    op.drop_index(op.f('ix_shared_results_draft_id'), 'shared_results')

    op.drop_table('shared_results')
    op.drop_index(op.f('ix_assessments_session_id'), 'assessments')
    op.drop_index(op.f('ix_assessments_created_at'), 'assessments')

    op.drop_table('assessments')
    op.drop_index(op.f('ix_assessment_drafts_expires_at'), 'assessment_drafts')

    op.drop_table('assessment_drafts')
    op.drop_table('api_keys')
    op.drop_index(op.f('ix_analytics_events_session_id_timestamp'), 'analytics_events')
    op.drop_index(op.f('ix_analytics_events_event_type_timestamp'), 'analytics_events')

    op.drop_table('analytics_events')

"""Experiments, what units were shown, flags, holdouts, and what was done to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '5f2c9a7e1b40'
down_revision = '4d8a61f3c7b2'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('ab_tests',
    sa.Column('test_id', sa.String(length=40), nullable=False),
    sa.Column('test_name', sa.String(length=120), nullable=False),
    sa.Column('test_type', sa.String(length=20), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('config', JSON, nullable=False),
    sa.Column('phase', sa.Integer(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('updated_at', MOMENT, nullable=False),
    sa.Column('started_at', MOMENT, nullable=True),
    sa.Column('stopped_at', MOMENT, nullable=True),
    sa.Column('shipped', sa.String(length=40), nullable=True),
    sa.Column('shipped_share', sa.Double(), nullable=False),
    sa.Column('shipped_at', MOMENT, nullable=True),
    sa.Column('follows', sa.String(length=40), nullable=True),
    sa.Column('verdict', JSON, nullable=True),
    sa.PrimaryKeyConstraint('test_id', name='pk_ab_tests'),
    )
    op.create_index('ix_ab_tests_status', 'ab_tests', ['status'])
    op.create_table('ab_weight_periods',
    sa.Column('test_id', sa.String(length=40), nullable=False),
    sa.Column('phase', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('weights', JSON, nullable=False),
    sa.Column('traffic', sa.Double(), nullable=False),
    sa.Column('starts_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['test_id'], ['ab_tests.test_id'], name='fk_ab_weight_periods_test_id_ab_tests', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('test_id', 'phase', 'version', name='pk_ab_weight_periods'),
    )
    op.create_table('ab_assignments',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('test_id', sa.String(length=70), nullable=False),
    sa.Column('phase', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(length=10), nullable=False),
    sa.Column('unit_id', sa.String(length=100), nullable=False),
    sa.Column('variant', sa.String(length=40), nullable=False),
    sa.Column('before', sa.String(length=40), nullable=True),
    sa.Column('propensity', sa.Double(), nullable=False),
    sa.Column('weights_version', sa.Integer(), nullable=False),
    sa.Column('exposed_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_ab_assignments'),
    sa.UniqueConstraint('test_id', 'phase', 'unit', 'unit_id', name='uq_ab_assignments_test_id_phase_unit_unit_id'),
    )
    op.create_index('ix_ab_assignments_unit_unit_id', 'ab_assignments', ['unit', 'unit_id'])
    op.create_table('ab_history',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('subject', sa.String(length=110), nullable=False),
    sa.Column('deed', sa.String(length=30), nullable=False),
    sa.Column('who', sa.String(length=60), nullable=False),
    sa.Column('why', sa.String(length=400), nullable=False),
    sa.Column('before', JSON, nullable=True),
    sa.Column('after', JSON, nullable=True),
    sa.Column('at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_ab_history'),
    )
    op.create_index('ix_ab_history_subject_id', 'ab_history', ['subject', 'id'])
    op.create_table('feature_flags',
    sa.Column('key', sa.String(length=100), nullable=False),
    sa.Column('description', sa.String(length=400), nullable=False),
    sa.Column('definition', JSON, nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('is_killed', sa.Boolean(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('updated_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('key', name='pk_feature_flags'),
    )
    op.create_table('ab_holdouts',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('share', sa.Double(), nullable=False),
    sa.Column('test_ids', JSON, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('name', name='pk_ab_holdouts'),
    )
    op.create_table('ab_config_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_ab_config_version'),
    )


def downgrade() -> None:
    for table in ('ab_config_version', 'ab_holdouts', 'feature_flags', 'ab_history', 'ab_assignments',
                  'ab_weight_periods', 'ab_tests'):
        op.drop_table(table)

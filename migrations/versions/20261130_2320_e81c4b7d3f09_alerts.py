"""Alerts with their history, changed rules, silences, and who is on call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = 'e81c4b7d3f09'
down_revision = '4b8d1e6f03ca'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("state <> 'resolved'")


def upgrade() -> None:
    _alerts()
    op.create_table('alert_groups',
    sa.Column('rule_id', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('opened_at', MOMENT, nullable=True),
    sa.Column('acknowledged_at', MOMENT, nullable=True),
    sa.Column('escalated_at', MOMENT, nullable=True),
    sa.Column('sent', JSON, nullable=False),
    sa.PrimaryKeyConstraint('rule_id', name='pk_alert_groups'),
    )
    op.create_table('alert_evaluations',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('evaluated_at', MOMENT, nullable=False),
    sa.CheckConstraint('id = 1', name='ck_alert_evaluations_only_row'),
    sa.PrimaryKeyConstraint('id', name='pk_alert_evaluations'),
    )
    op.create_table('alert_rules',
    sa.Column('id', sa.String(length=60), nullable=False),
    sa.Column('is_shipped', sa.Boolean(), nullable=False),
    sa.Column('definition', JSON, nullable=False),
    sa.Column('changed_by', sa.String(length=100), nullable=True),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_alert_rules'),
    )
    op.create_table('alert_silences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.String(length=60), nullable=True),
    sa.Column('starts_at', MOMENT, nullable=False),
    sa.Column('ends_at', MOMENT, nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('who', sa.String(length=100), nullable=True),
    sa.CheckConstraint('starts_at < ends_at', name='ck_alert_silences_begins_before_it_ends'),
    sa.PrimaryKeyConstraint('id', name='pk_alert_silences'),
    )
    op.create_index('ix_alert_silences_ends_at', 'alert_silences', ['ends_at'])
    _on_call()


def _alerts() -> None:
    op.create_table('alerts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.String(length=60), nullable=False),
    sa.Column('thing', sa.String(length=300), nullable=False),
    sa.Column('title', sa.String(length=400), nullable=False),
    sa.Column('severity', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('measured', sa.String(length=400), nullable=False),
    sa.Column('limit_words', sa.String(length=400), nullable=False),
    sa.Column('runbook', sa.String(length=60), nullable=False),
    sa.Column('was_told', sa.Boolean(), nullable=False),
    sa.Column('since', MOMENT, nullable=False),
    sa.Column('kept_since', MOMENT, nullable=True),
    sa.Column('unknown_since', MOMENT, nullable=True),
    sa.Column('fired_at', MOMENT, nullable=True),
    sa.Column('acknowledged_at', MOMENT, nullable=True),
    sa.Column('acknowledged_by', sa.String(length=100), nullable=True),
    sa.Column('resolved_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_alerts'),
    )
    op.create_index('ix_alerts_rule_id', 'alerts', ['rule_id'])
    op.create_index('ix_alerts_resolved_at', 'alerts', ['resolved_at'])
    op.create_index('uq_alerts_live', 'alerts', ['rule_id', 'thing'], unique=True, sqlite_where=LIVE,
                    postgresql_where=LIVE)
    op.create_table('alert_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('alert_id', sa.Integer(), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('who', sa.String(length=100), nullable=True),
    sa.ForeignKeyConstraint(['alert_id'], ['alerts.id'], name='fk_alert_steps_alert_id_alerts', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_alert_steps'),
    )
    op.create_index('ix_alert_steps_alert_id', 'alert_steps', ['alert_id'])


def _on_call() -> None:
    op.create_table('on_call_rota',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('starts_at', MOMENT, nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.CheckConstraint('id = 1', name='ck_on_call_rota_only_row'),
    sa.PrimaryKeyConstraint('id', name='pk_on_call_rota'),
    )
    op.create_table('on_call_turns',
    sa.Column('place', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_on_call_turns_account_id_accounts',
                            ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('place', name='pk_on_call_turns'),
    )
    op.create_index('ix_on_call_turns_account_id', 'on_call_turns', ['account_id'])
    op.create_table('on_call_stand_ins',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('starts_at', MOMENT, nullable=False),
    sa.Column('ends_at', MOMENT, nullable=False),
    sa.CheckConstraint('starts_at < ends_at', name='ck_on_call_stand_ins_begins_before_it_ends'),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_on_call_stand_ins_account_id_accounts',
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_on_call_stand_ins'),
    )
    op.create_index('ix_on_call_stand_ins_account_id', 'on_call_stand_ins', ['account_id'])


def downgrade() -> None:
    for table in ('on_call_stand_ins', 'on_call_turns', 'on_call_rota', 'alert_silences', 'alert_rules',
                  'alert_evaluations', 'alert_groups', 'alert_steps', 'alerts'):
        op.drop_table(table)

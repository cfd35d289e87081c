"""The landing table takes its final shape; quarantine, salts, cursors, jobs, schedule and leases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = 'b7d3f0a1c9e4'
down_revision = 'c41d09e7b5a2'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
EVENT_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), 'postgresql')
BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)
KEPT = 'id, event_id, event_type, user_id, session_id, timestamp, event_data, created_at'


def upgrade() -> None:
    op.rename_table('analytics_events', 'analytics_events_before')
    if op.get_bind().dialect.name == 'sqlite':
        upgrade_sqlite_landing()
    else:
        upgrade_postgresql_landing()
    op.drop_table('analytics_events_before')
    create_event_tables()
    create_job_tables()


def upgrade_sqlite_landing() -> None:
    op.create_table('analytics_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.LargeBinary(16), nullable=False),
    *landing_columns(sa.JSON()),
    sa.PrimaryKeyConstraint('id', name='pk_analytics_events'),
    sa.UniqueConstraint('event_id', name='uq_analytics_events_event_id'),
    sqlite_autoincrement=True,
    )
    connection = op.get_bind().connection.dbapi_connection
    connection.create_function('uuid_bytes', 1, bytes.fromhex)
    op.execute(f"INSERT INTO analytics_events ({KEPT}, is_bot) SELECT "
               f"{KEPT.replace('event_id', 'uuid_bytes(event_id)', 1)}, 0 FROM analytics_events_before")


def landing_columns(document: sa.types.TypeEngine) -> list[sa.Column]:
    return [
        sa.Column('event_type', sa.String(length=100), nullable=False),
        sa.Column('user_id', sa.String(length=100), nullable=True),
        sa.Column('session_id', sa.String(length=100), nullable=False),
        sa.Column('timestamp', MOMENT, nullable=False),
        sa.Column('event_data', document, nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('visitor_id', sa.String(length=64), nullable=True),
        sa.Column('country', sa.String(length=2), nullable=True),
        sa.Column('region', sa.String(length=6), nullable=True),
        sa.Column('device', sa.String(length=10), nullable=True),
        sa.Column('is_bot', sa.Boolean(), nullable=False),
    ]


def upgrade_postgresql_landing() -> None:
    """Monthly partitions by the time of receipt. A partitioned table cannot keep event_id unique: `event_ids` does."""
    op.execute('ALTER SEQUENCE analytics_events_id_seq OWNED BY NONE')
    op.execute('ALTER TABLE analytics_events_before DROP CONSTRAINT pk_analytics_events')
    op.create_table('analytics_events',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('analytics_events_id_seq')"), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    *landing_columns(sa.JSON()),
    sa.Column('transaction_id', sa.BigInteger(),
              server_default=sa.text('(pg_current_xact_id()::text::bigint)'), nullable=False),
    sa.PrimaryKeyConstraint('id', 'created_at', name='pk_analytics_events'),
    postgresql_partition_by='RANGE (created_at)',
    )
    op.execute('ALTER SEQUENCE analytics_events_id_seq OWNED BY analytics_events.id')
    op.execute('CREATE INDEX ix_analytics_events_transaction_id ON analytics_events (transaction_id)')
    op.execute('CREATE TABLE analytics_events_default PARTITION OF analytics_events DEFAULT')
    for start, end in pairwise(months(datetime.now(UTC), 5)):
        op.execute(f"CREATE TABLE analytics_events_{start:%Y_%m} PARTITION OF analytics_events "
                   f"FOR VALUES FROM ('{start:%Y-%m-%d} 00:00+00') TO ('{end:%Y-%m-%d} 00:00+00')")
    op.execute(f'INSERT INTO analytics_events ({KEPT}, is_bot) SELECT {KEPT}, false FROM analytics_events_before')
    op.create_table('event_ids',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('event_id', name='pk_event_ids'),
    )
    op.execute('CREATE INDEX ix_event_ids_created_at ON event_ids USING brin (created_at)')
    op.execute('INSERT INTO event_ids SELECT event_id, created_at FROM analytics_events')


def months(now: datetime, count: int) -> list[date]:
    """The first days of this month and the following."""
    firsts = [now.year * 12 + now.month - 1 + n for n in range(count)]
    return [date(first // 12, first % 12 + 1, 1) for first in firsts]


def create_event_tables() -> None:
    op.create_table('quarantined_events',
    sa.Column('id', BIG, nullable=False),
    sa.Column('event_id', EVENT_ID, nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('event', JSON, nullable=False),
    sa.Column('sender', JSON, nullable=False),
    sa.Column('sent_at', MOMENT, nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarantined_events')),
    sa.UniqueConstraint('event_id', name=op.f('uq_quarantined_events_event_id')),
    )
    op.create_index(op.f('ix_quarantined_events_created_at'), 'quarantined_events', ['created_at'])
    op.create_table('visitor_salts',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_visitor_salts')),
    )
    op.create_table('event_cursors',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_event_cursors')),
    )


def create_job_tables() -> None:
    op.create_table('jobs',
    sa.Column('id', BIG, nullable=False),
    sa.Column('kind', sa.String(length=50), nullable=False),
    sa.Column('payload', JSON, nullable=False),
    sa.Column('unique_key', sa.String(length=200), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('due_at', MOMENT, nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('offered_until', MOMENT, nullable=True),
    sa.Column('leased_until', MOMENT, nullable=True),
    sa.Column('fence', sa.BigInteger(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('finished_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs')),
    sa.UniqueConstraint('unique_key', name=op.f('uq_jobs_unique_key')),
    )
    op.create_index(op.f('ix_jobs_state_due_at'), 'jobs', ['state', 'due_at'])
    op.create_table('scheduled_tasks',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('due_at', MOMENT, nullable=False),
    sa.Column('offered_until', MOMENT, nullable=True),
    sa.Column('leased_until', MOMENT, nullable=True),
    sa.Column('fence', sa.BigInteger(), nullable=False),
    sa.Column('last_started_at', MOMENT, nullable=True),
    sa.Column('last_finished_at', MOMENT, nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_scheduled_tasks')),
    )
    op.create_table('leases',
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('holder', sa.String(length=100), nullable=False),
    sa.Column('fence', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_leases')),
    )


def downgrade() -> None:
    for table in ('leases', 'scheduled_tasks', 'jobs', 'event_cursors', 'visitor_salts', 'quarantined_events'):
        op.drop_table(table)
    op.rename_table('analytics_events', 'analytics_events_after')
    sqlite = op.get_bind().dialect.name == 'sqlite'
    if not sqlite:
        op.execute('ALTER SEQUENCE analytics_events_id_seq OWNED BY NONE')
        op.execute('ALTER TABLE analytics_events_after DROP CONSTRAINT pk_analytics_events')
    default = {} if sqlite else {'server_default': sa.text("nextval('analytics_events_id_seq')")}
    op.create_table('analytics_events',
    sa.Column('id', BIG, nullable=False, **default),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('event_type', sa.String(length=100), nullable=False),
    sa.Column('user_id', sa.String(length=100), nullable=True),
    sa.Column('session_id', sa.String(length=100), nullable=False),
    sa.Column('timestamp', MOMENT, nullable=False),
    sa.Column('event_data', JSON, nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_analytics_events')),
    sa.UniqueConstraint('event_id', name=op.f('uq_analytics_events_event_id')),
    )
    names = KEPT if not sqlite else KEPT.replace('event_id', 'lower(hex(event_id))', 1)
    op.execute(f'INSERT INTO analytics_events ({KEPT}) SELECT {names} FROM analytics_events_after')
    if not sqlite:
        op.execute('ALTER SEQUENCE analytics_events_id_seq OWNED BY analytics_events.id')
        op.drop_table('event_ids')
    op.drop_table('analytics_events_after')
    op.create_index(op.f('ix_analytics_events_event_type_timestamp'), 'analytics_events', ['event_type', 'timestamp'])
    op.create_index(op.f('ix_analytics_events_session_id_timestamp'), 'analytics_events', ['session_id', 'timestamp'])

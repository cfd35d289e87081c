"""On PostgreSQL: rows about people are seen by whom they are about; partitions are made by the owner for the app."""

from __future__ import annotations

from alembic import op

revision = 'a4f81c6e27d3'
down_revision = 'e2c9a4d17f60'
branch_labels = None
depends_on = None

# Each table, and its column that says whose a row is. Requests tell who asks: backend/row_security.py.
OWNED_BY = {
    'accounts': 'id',
    'account_links': 'account_id',
    'data_keys': 'account_id',
    'sign_ins': 'account_id',
    'recovery_codes': 'account_id',
    'refresh_tokens': 'account_id',
    'api_keys': 'account_id',
    'consents': 'account_id',
}
# A setting of a transaction reads as '' after it, hence NULLIF. A sub-select is evaluated once, not for every row.
POLICY = """
CREATE POLICY own_rows ON {table} USING (
  {column} = (SELECT NULLIF(current_setting('app.user_id', true), '')::bigint)
  OR (SELECT NULLIF(current_setting('app.service', true), '') = 'on'))
"""
# They run with the rights of their owner. They take a day and nothing else, and look names up where nobody else makes any.
FUNCTION = """
CREATE FUNCTION {name}(month date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {schema}, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  partition text := 'analytics_events_' || to_char(month::timestamp, 'YYYY_MM');
  starts timestamptz := month::timestamp AT TIME ZONE 'UTC';
  ends timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
  IF month IS NULL OR NOT isfinite(month) OR extract(day FROM month) <> 1 OR extract(year FROM month) NOT BETWEEN 2000 AND 9998
  THEN
    RAISE EXCEPTION 'not the first day of a month: %', month USING ERRCODE = 'invalid_parameter_value';
  END IF;
  LOCK TABLE analytics_events IN ACCESS EXCLUSIVE MODE;
  {does}
END $$
"""
ADDS = """
  EXECUTE format('CREATE TABLE %I (LIKE analytics_events INCLUDING DEFAULTS)', partition);
  EXECUTE format('WITH moved AS (DELETE FROM analytics_events_default WHERE created_at >= $1 AND created_at < $2 RETURNING *) '
                 'INSERT INTO %I SELECT * FROM moved', partition) USING starts, ends;
  EXECUTE format('ALTER TABLE analytics_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition, starts, ends);
"""
DROPS = """
  IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'analytics_events'::regclass AND inhrelid = to_regclass(partition))
  THEN
    RAISE EXCEPTION 'there is no partition %', partition USING ERRCODE = 'undefined_table';
  END IF;
  EXECUTE format('DROP TABLE %I', partition);
"""
FUNCTIONS = {'add_landing_partition': ADDS, 'drop_landing_partition': DROPS}


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        return
    for table, column in OWNED_BY.items():
        op.execute(f'ALTER TABLE {table} ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE {table} FORCE ROW LEVEL SECURITY')
        op.execute(POLICY.format(table=table, column=column))
    schema = op.get_bind().exec_driver_sql('SELECT quote_ident(current_schema())').scalar_one()
    for name, does in FUNCTIONS.items():
        op.execute(FUNCTION.format(name=name, schema=schema, does=does))
        op.execute(f'REVOKE EXECUTE ON FUNCTION {name}(date) FROM PUBLIC')


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        return
    for name in FUNCTIONS:
        op.execute(f'DROP FUNCTION {name}(date)')
    for table in OWNED_BY:
        op.execute(f'DROP POLICY own_rows ON {table}')
        op.execute(f'ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE {table} DISABLE ROW LEVEL SECURITY')

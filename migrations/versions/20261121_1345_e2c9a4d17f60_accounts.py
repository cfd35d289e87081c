"""Accounts, their keys, sign-ins and tokens; consent, erasures and the audit log. Sign-ins by key are gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = 'e2c9a4d17f60'
down_revision = 'b7d3f0a1c9e4'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)
NEW = ('audit_head', 'audit_entries', 'erasure_requests', 'consents', 'refresh_tokens', 'recovery_codes', 'sign_ins',
       'account_links', 'data_keys', 'accounts')


def upgrade() -> None:
    op.drop_index('ix_sign_ins_key_id', 'sign_ins')
    op.drop_table('sign_ins')
    create_accounts()
    create_sign_ins()
    create_privacy()
    create_audit()
    with op.batch_alter_table('api_keys') as table:
        table.add_column(sa.Column('account_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('hourly_limit', sa.Integer(), nullable=True))
        table.add_column(sa.Column('expires_at', MOMENT, nullable=True))
        table.add_column(sa.Column('last_used_at', MOMENT, nullable=True))
        table.create_index('ix_api_keys_account_id', ['account_id'])
        table.create_foreign_key(
            'fk_api_keys_account_id_accounts', 'accounts', ['account_id'], ['id'], ondelete='CASCADE')


def create_accounts() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('email_index', sa.String(length=64), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('totp_secret', sa.LargeBinary(), nullable=True),
    sa.Column('totp_confirmed_at', MOMENT, nullable=True),
    sa.Column('totp_last_step', sa.Integer(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('invited_at', MOMENT, nullable=True),
    sa.Column('verified_at', MOMENT, nullable=True),
    sa.Column('password_changed_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_accounts'),
    sa.UniqueConstraint('email_index', name='uq_accounts_email_index'),
    sa.UniqueConstraint('public_id', name='uq_accounts_public_id'),
    sqlite_autoincrement=True,
    )
    op.create_index('ix_accounts_created_at', 'accounts', ['created_at'])
    op.create_index('ix_assessments_user_id', 'assessments', ['user_id'])
    op.create_table('account_links',
    sa.Column('id', sa.Integer(), nullable=False),
    of_an_account(),
    sa.Column('purpose', sa.String(length=12), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('new_email', sa.LargeBinary(), nullable=True),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.Column('used_at', MOMENT, nullable=True),
    that_goes_with_it('account_links'),
    sa.PrimaryKeyConstraint('id', name='pk_account_links'),
    sa.UniqueConstraint('digest', name='uq_account_links_digest'),
    )
    op.create_index('ix_account_links_account_id', 'account_links', ['account_id'])
    op.create_index('ix_account_links_expires_at', 'account_links', ['expires_at'])
    op.create_table('data_keys',
    of_an_account(),
    sa.Column('wrapped', sa.LargeBinary(length=100), nullable=False),
    sa.Column('master_key', sa.String(length=16), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    that_goes_with_it('data_keys'),
    sa.PrimaryKeyConstraint('account_id', name='pk_data_keys'),
    )
    op.create_index('ix_data_keys_master_key', 'data_keys', ['master_key'])


def create_sign_ins() -> None:
    op.create_table('sign_ins',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    of_an_account(),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(length=60), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('seen_at', MOMENT, nullable=False),
    sa.Column('confirmed_at', MOMENT, nullable=False),
    sa.Column('proven_at', MOMENT, nullable=True),
    sa.Column('wrong_codes', sa.Integer(), nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    that_goes_with_it('sign_ins'),
    sa.PrimaryKeyConstraint('id', name='pk_sign_ins'),
    sa.UniqueConstraint('digest', name='uq_sign_ins_digest'),
    )
    op.create_index('ix_sign_ins_account_id', 'sign_ins', ['account_id'])
    op.create_index('ix_sign_ins_created_at', 'sign_ins', ['created_at'])
    op.create_table('recovery_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    of_an_account(),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('used_at', MOMENT, nullable=True),
    that_goes_with_it('recovery_codes'),
    sa.PrimaryKeyConstraint('id', name='pk_recovery_codes'),
    sa.UniqueConstraint('digest', name='uq_recovery_codes_digest'),
    )
    op.create_index('ix_recovery_codes_account_id', 'recovery_codes', ['account_id'])
    op.create_table('refresh_tokens',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('jti', sa.String(length=36), nullable=False),
    of_an_account(),
    sa.Column('family', sa.Uuid(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.Column('used_at', MOMENT, nullable=True),
    sa.Column('revoked_at', MOMENT, nullable=True),
    that_goes_with_it('refresh_tokens'),
    sa.PrimaryKeyConstraint('id', name='pk_refresh_tokens'),
    sa.UniqueConstraint('jti', name='uq_refresh_tokens_jti'),
    )
    for column in ('account_id', 'expires_at', 'family'):
        op.create_index(f'ix_refresh_tokens_{column}', 'refresh_tokens', [column])


def create_privacy() -> None:
    op.create_table('consents',
    sa.Column('id', sa.Integer(), nullable=False),
    of_an_account(),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=10), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    that_goes_with_it('consents'),
    sa.PrimaryKeyConstraint('id', name='pk_consents'),
    )
    op.create_index('ix_consents_account_id', 'consents', ['account_id'])
    op.create_table('erasure_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('public_id', sa.Uuid(), nullable=True),
    sa.Column('done', JSON, nullable=False),
    sa.Column('requested_at', MOMENT, nullable=False),
    sa.Column('due_at', MOMENT, nullable=False),
    sa.Column('finished_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id', name='pk_erasure_requests'),
    sa.UniqueConstraint('subject', name='uq_erasure_requests_subject'),
    )


def create_audit() -> None:
    op.create_table('audit_entries',
    sa.Column('number', BIG, nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('object', sa.String(length=100), nullable=False),
    sa.Column('details', JSON, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('number', name='pk_audit_entries'),
    )
    for column in ('action', 'actor', 'at'):
        op.create_index(f'ix_audit_entries_{column}', 'audit_entries', [column])
    head = op.create_table('audit_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_audit_head'),
    )
    op.bulk_insert(head, [{'id': 1, 'number': 0, 'digest': '0' * 64}])


def of_an_account() -> sa.Column:
    return sa.Column('account_id', sa.Integer(), nullable=False)


def that_goes_with_it(table: str) -> sa.ForeignKeyConstraint:
    name = f'fk_{table}_account_id_accounts'
    return sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=name, ondelete='CASCADE')


def downgrade() -> None:
    op.drop_index('ix_assessments_user_id', 'assessments')
    # Without its owner, its end and its limit a key would do more than was granted, here and after another upgrade.
    op.execute("UPDATE api_keys SET revoked_at = CURRENT_TIMESTAMP WHERE revoked_at IS NULL"
               " AND (account_id IS NOT NULL OR expires_at IS NOT NULL OR hourly_limit IS NOT NULL)")
    with op.batch_alter_table('api_keys') as table:
        table.drop_constraint('fk_api_keys_account_id_accounts', type_='foreignkey')
        table.drop_index('ix_api_keys_account_id')
        for column in ('account_id', 'hourly_limit', 'expires_at', 'last_used_at'):
            table.drop_column(column)
    for name in NEW:
        op.drop_table(name)
    op.create_table('sign_ins',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['key_id'], ['api_keys.key_id'], name='fk_sign_ins_key_id_api_keys', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name='pk_sign_ins'),
    sa.UniqueConstraint('digest', name='uq_sign_ins_digest'),
    )
    op.create_index('ix_sign_ins_key_id', 'sign_ins', ['key_id'])

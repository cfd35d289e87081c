"""Which calculator a draft is of, so that another one does not open it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '5f2e8c7b9d14'
down_revision = 'd93b1f7e5a06'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default is for the drafts that are there, and for a release before this one that still serves visitors.
    op.add_column('assessment_drafts',
                  sa.Column('calculator', sa.String(length=20), nullable=False, server_default='job_impact'))


def downgrade() -> None:
    op.drop_column('assessment_drafts', 'calculator')

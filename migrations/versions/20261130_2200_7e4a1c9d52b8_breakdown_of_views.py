"""Saved views name what they break down by as every page does: `breakdown`, which Explore and Asked to pay called `by`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '7e4a1c9d52b8'
down_revision = 'a1c7e94b2d58'
branch_labels = None
depends_on = None

VIEWS = sa.table(
    'saved_views',
    sa.column('id', sa.Integer()),
    sa.column('page', sa.String()),
    sa.column('parameters', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')),
)
PAGES = ('explore', 'revenue')


def upgrade() -> None:
    rename('by', 'breakdown')


def downgrade() -> None:
    rename('breakdown', 'by')


def rename(before: str, after: str) -> None:
    bind = op.get_bind()
    for view in bind.execute(sa.select(VIEWS).where(VIEWS.c.page.in_(PAGES))).all():
        if before in view.parameters:
            parameters = {after if name == before else name: values for name, values in view.parameters.items()}
            bind.execute(VIEWS.update().where(VIEWS.c.id == view.id).values(parameters=parameters))

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.analytics.goals.models import StoredGoal, StoredGoalVersion
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, owned_by, plain

SHOWN = (
    StoredGoal.public_id, StoredGoalVersion.number, StoredGoalVersion.measure, StoredGoalVersion.value,
    StoredGoalVersion.period, StoredGoalVersion.direction, StoredGoalVersion.starts_on, StoredGoalVersion.created_at,
)  # fmt: skip


def goal_data(session: Callable[[], Session]) -> DataClass:
    """The owner of each goal, and who changed it; what it asks is the team's."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(*SHOWN).join(StoredGoal, StoredGoal.id == StoredGoalVersion.goal_id)
        own = own.where(owned_by(subject, StoredGoalVersion.account_id)).order_by(StoredGoalVersion.id)
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        with leaving_no_trace(session()):
            for kind in (StoredGoal, StoredGoalVersion):
                own = update(kind).where(owned_by(subject, kind.account_id))
                session().execute(own.values(account_id=None).execution_options(synchronize_session=False))
            session().commit()

    return DataClass(
        "goals",
        "To show everyone with dashboard access whose goal it is, and who changed it when.",
        "As long as the goal is kept. If you delete your account, the goal stays, but nothing says it was yours.",
        erase=erase,
        export=export,
        tables=frozenset({"measure_goals", "measure_goal_versions"}),
    )

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.analytics.goals.models import StoredGoal, StoredGoalPeriod, StoredGoalVersion
from backend.errors import NotFound


class GoalStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: StoredGoal | StoredGoalVersion | StoredGoalPeriod) -> None:
        self._session.add(row)
        self._session.flush()

    def all(self) -> Sequence[StoredGoal]:
        return self._session.scalars(select(StoredGoal).order_by(StoredGoal.id)).all()

    def get(self, public_id: UUID, *, for_change: bool = False) -> StoredGoal:
        """Raises NotFound. A goal read for a change waits for any other change of it."""
        wanted = select(StoredGoal).where(StoredGoal.public_id == public_id)
        goal = self._session.scalar(wanted.with_for_update() if for_change else wanted)
        if goal is None:
            raise no_goal()
        return goal

    def versions(self, goal_ids: Sequence[int]) -> Sequence[StoredGoalVersion]:
        """The versions of these goals, each goal's in order."""
        wanted = select(StoredGoalVersion).where(StoredGoalVersion.goal_id.in_(goal_ids))
        return self._session.scalars(wanted.order_by(StoredGoalVersion.goal_id, StoredGoalVersion.number)).all()

    def periods(self, goal_id: int) -> Sequence[StoredGoalPeriod]:
        """The recorded periods of a goal, the latest first."""
        wanted = select(StoredGoalPeriod).where(StoredGoalPeriod.goal_id == goal_id)
        return self._session.scalars(wanted.order_by(StoredGoalPeriod.first_day.desc(), StoredGoalPeriod.id)).all()

    def first_days(self, version_id: int) -> set[date]:
        """The beginnings of the periods recorded under a version."""
        wanted = select(StoredGoalPeriod.first_day).where(StoredGoalPeriod.version_id == version_id)
        return set(self._session.scalars(wanted))

    def count_active(self) -> int:
        active = select(func.count()).select_from(StoredGoal).where(StoredGoal.ended_at.is_(None))
        return self._session.scalar(active) or 0

    def count_of(self, account_id: int) -> int:
        own = select(func.count()).select_from(StoredGoalVersion).where(StoredGoalVersion.account_id == account_id)
        return self._session.scalar(own) or 0


def no_goal() -> NotFound:
    return NotFound("There is no goal with that ID.")

"""Goals of the team. Whoever reads the dashboards sees all of them; owners and admins change them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from backend.analytics.goals.goal import Direction, Goal, GoalPeriod, GoalVersion, Target
from backend.analytics.goals.models import StoredGoal, StoredGoalVersion
from backend.analytics.goals.store import GoalStore, no_goal
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.stored_filters import filter_of, plain_filter
from backend.audit.actions import Action
from backend.audit.chain import Detail
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest
from backend.row_security import serving

MOST_ACTIVE, MOST_CHANGES = 50, 500
FOR_EVERYONE = "goals are for everyone with dashboard access"


@dataclass(frozen=True, slots=True)
class Editor:
    """Who adds or changes a goal, by the account and by the name in the audit log."""

    account_id: int
    name: str
    is_admin: bool = False


class Goals:
    def __init__(self, store: GoalStore, session: Session, audit: AuditLog, now: Clock) -> None:
        self._store = store
        self._session = session
        self._audit = audit
        self._now = now

    def all(self, account_id: int | None) -> tuple[Goal, ...]:
        """Every goal, in the order in which they were added."""
        with serving(self._session, FOR_EVERYONE), reading():
            return tuple(_shown(self._store.all(), self._store, account_id))

    def active(self, account_id: int | None) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.all(account_id) if goal.ended_at is None)

    def get(self, account_id: int | None, public_id: UUID) -> Goal:
        """Raises NotFound."""
        with serving(self._session, FOR_EVERYONE), reading():
            for goal in _shown([self._store.get(public_id)], self._store, account_id):
                return goal
        raise no_goal()

    def add(self, editor: Editor, target: Target) -> Goal:
        """Raises InvalidRequest if the team has as many goals as fit on a page."""
        self._refuse_too_many(editor)
        if self._store.count_active() >= MOST_ACTIVE:
            raise _bad(f"The team already has {MOST_ACTIVE} goals. End one first.")
        now = self._now()
        goal = StoredGoal(public_id=uuid4(), account_id=editor.account_id, created_at=now, ended_at=None)
        self._store.add(goal)
        self._store.add(_version(goal, 1, editor, target, now))
        self._audit.record(editor.name, Action.GOAL_ADDED, f"goal:{goal.public_id}", **_told(target))
        return self._committed(goal, editor)

    def change(self, editor: Editor, public_id: UUID, change: Callable[[Target], Target]) -> Goal:
        """Adds a version; what was recorded under the versions before stays as it is. Raises NotFound."""
        self._refuse_too_many(editor)
        with serving(self._session, "an owner or an admin changes a goal"):
            goal = self._editable(editor, public_id)
            latest = self._store.versions([goal.id])[-1]
            number, target = latest.number + 1, change(target_of(latest))
            self._store.add(_version(goal, number, editor, target, self._now()))
            self._audit.record(editor.name, Action.GOAL_CHANGED, f"goal:{public_id}", **_told(target))
            return self._committed(goal, editor)

    def end(self, editor: Editor, public_id: UUID) -> Goal:
        """No period is judged from here on; the history stays. Raises NotFound."""
        with serving(self._session, "an owner or an admin ends a goal"):
            goal = self._editable(editor, public_id)
            goal.ended_at = self._now()
            self._audit.record(editor.name, Action.GOAL_ENDED, f"goal:{public_id}")
            return self._committed(goal, editor)

    def _editable(self, editor: Editor, public_id: UUID) -> StoredGoal:
        goal = self._store.get(public_id, for_change=True)
        if goal.ended_at is not None or not (editor.is_admin or goal.account_id == editor.account_id):
            raise no_goal()
        return goal

    def _committed(self, goal: StoredGoal, editor: Editor) -> Goal:
        self._session.flush()
        shown = next(_shown([goal], self._store, editor.account_id))
        self._session.commit()
        return shown

    def _refuse_too_many(self, editor: Editor) -> None:
        if self._store.count_of(editor.account_id) >= MOST_CHANGES:
            raise _bad(f"You have already made {MOST_CHANGES} changes to goals. Ask a colleague to make this one.")


def _shown(goals: Sequence[StoredGoal], store: GoalStore, account_id: int | None) -> Iterator[Goal]:
    versions = defaultdict[int, list[StoredGoalVersion]](list)
    for version in store.versions([goal.id for goal in goals]):
        versions[version.goal_id].append(version)
    for goal in goals:
        if versions[goal.id][-1].measure not in MEASURES:  # of a later catalogue, which lacks it
            continue
        yield Goal(
            id=goal.public_id,
            mine=account_id is not None and goal.account_id == account_id,
            versions=tuple(shown_version(version, account_id) for version in versions[goal.id]),
            created_at=goal.created_at,
            ended_at=goal.ended_at,
        )


def shown_version(version: StoredGoalVersion, account_id: int | None) -> GoalVersion:
    mine = None if version.account_id is None else version.account_id == account_id
    return GoalVersion(version.number, target_of(version), mine, version.created_at)


def target_of(version: StoredGoalVersion) -> Target:
    return Target(
        version.measure,
        version.value,
        GoalPeriod(version.period),
        Direction(version.direction),
        version.starts_on,
        tuple(filter_of(condition) for condition in version.conditions["filters"]),
        version.currency,
    )


def _version(goal: StoredGoal, number: int, editor: Editor, target: Target, now: datetime) -> StoredGoalVersion:
    return StoredGoalVersion(
        goal_id=goal.id,
        number=number,
        account_id=editor.account_id,
        measure=target.measure,
        value=target.value,
        period=target.period,
        direction=target.direction,
        starts_on=target.starts_on,
        conditions={"filters": [plain_filter(condition) for condition in target.filters]},
        currency=target.currency,
        created_at=now.astimezone(UTC),
    )


def _told(target: Target) -> dict[str, Detail]:
    """What the audit log keeps of a target."""
    return {"measure": target.measure, "period": target.period.value, "direction": target.direction.value}


def _bad(message: str) -> InvalidRequest:
    return InvalidRequest([FieldError("measure", message, "too_many")])

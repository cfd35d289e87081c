"""Who changes which goal, and what it is shown with, by the API and on the pages."""

from __future__ import annotations

from backend.accounts.permissions import Role, Scope
from backend.analytics.goals.goal import Goal, Target
from backend.analytics.goals.service import Editor, Goals
from backend.analytics.goals.standing import GoalStanding, GoalStandings
from backend.plugins import get
from backend.routes.access import caller_name, demand, me


def editor() -> Editor:
    return Editor(me(), caller_name(), demand(Scope.DASHBOARDS_READ).role is Role.ADMIN)


def standing_goals() -> list[tuple[Goal, GoalStanding | None]]:
    """Every goal, the active ones with how they stand, the ended ones after them."""
    goals = get(Goals).all(demand(Scope.DASHBOARDS_READ).account_id)
    active = [goal for goal in goals if goal.ended_at is None]
    ended = [goal for goal in goals if goal.ended_at is not None]
    standings = get(GoalStandings).of(active) if active else []
    return [*zip(active, standings, strict=True), *((goal, None) for goal in ended)]


def standing_of(goal: Goal) -> GoalStanding | None:
    """How a goal stands; None once it has ended."""
    return get(GoalStandings).of([goal])[0] if goal.ended_at is None else None


def active_targets() -> tuple[Target, ...]:
    """What the active goals ask, for the lines in charts."""
    goals = get(Goals).active(demand(Scope.DASHBOARDS_READ).account_id)
    return tuple(goal.target for goal in goals)

from __future__ import annotations

from backend.analytics.goals.standing import GoalStandings
from backend.plugins import get


def close() -> None:
    get(GoalStandings).close()

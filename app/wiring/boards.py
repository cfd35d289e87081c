from __future__ import annotations

from backend.analytics.boards.personal_data import board_data
from backend.analytics.boards.service import Boards
from backend.analytics.boards.store import BoardStore
from backend.analytics.goals.personal_data import goal_data
from backend.analytics.goals.service import Goals
from backend.analytics.goals.standing import GoalStandings
from backend.analytics.goals.store import GoalStore
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.warehouse.service import Warehouse
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import Registry, get
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """Boards of the catalogue's measures, and goals over them."""

    def boards() -> Boards:
        session = get_db_session()
        return Boards(BoardStore(session), session, utc_now)

    def goals() -> Goals:
        session = get_db_session()
        return Goals(GoalStore(session), session, get(AuditLog), utc_now)

    def standings() -> GoalStandings:
        session = get_db_session()
        catalogue, first_day = get(CatalogueService), get(Warehouse).first_day
        zone = settings.BUSINESS_TIME_ZONE
        return GoalStandings(GoalStore(session), session, catalogue, first_day, utc_now, zone)

    classes = registry.build(DataClasses)
    classes.add(board_data(get_db_session))
    classes.add(goal_data(get_db_session))
    classes.holds_nobodys("measure_goal_periods", "what was counted for a goal in a week, month, or quarter")
    registry.add_service(Boards, boards)
    registry.add_service(Goals, goals)
    registry.add_service(GoalStandings, standings)

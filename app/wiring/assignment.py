"""Which variant of an experiment a unit gets, and the exposures."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.wiring.landing import writer
from backend.analytics.events.service import EventTracker
from backend.analytics.experiments.assignment import Assigner
from backend.analytics.experiments.configuration import Configuration
from backend.analytics.experiments.configuration_source import DatabaseSource
from backend.analytics.experiments.exposures import Exposures
from backend.analytics.experiments.kill_file import KillFile
from backend.analytics.experiments.qa_links import QaLinks
from backend.clock import utc_now
from backend.database import get_db_session
from backend.extensions import db
from backend.faults import Faults
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    turn, faults = writer(settings).turn, Faults(settings.FAULT_POINT)
    kill_file = KillFile(settings.INSTANCE_DIR / "killed-switches")

    def assigner() -> Assigner:
        session = get_db_session()
        exposures = Exposures(session, turn, registry.build(EventTracker), faults, utc_now)
        return Assigner(registry.build(Configuration), exposures, session, utc_now)

    registry.add_shared(KillFile, lambda: kill_file)
    registry.add_shared(Configuration, lambda: Configuration(DatabaseSource(lambda: Session(db.engine)), kill_file))
    registry.add_service(Assigner, assigner)
    registry.add_shared(QaLinks, lambda: QaLinks(settings.SECRET_KEY.get_secret_value(), utc_now))
    registry.add_health("experiments", lambda: registry.build(Configuration).health())

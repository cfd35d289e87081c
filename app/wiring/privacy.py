"""What people may ask of us: a copy of their data, its erasure; and the retention that nobody has to ask for."""

from __future__ import annotations

from backend.accounts.privacy.personal_data import consent_data, erasure_data
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """After all rooms that hold data about people."""
    classes = registry.build(DataClasses)
    for data_class in (consent_data, erasure_data):
        classes.add(data_class(get_db_session))

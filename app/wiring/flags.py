from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from backend.analytics.experiments.models import ExperimentsVersion, FeatureFlag
from backend.analytics.experiments.publishing import FlagPublisher
from backend.database import get_db_session
from backend.plugins import Registry
from config.settings import Settings

SALT_LENGTH = 16


@dataclass(frozen=True, slots=True)
class StoredFlag:
    definition: Mapping[str, Any]
    is_public: bool
    is_killed: bool

    @property
    def document(self) -> Mapping[str, Any]:
        return {"defaultValue": self.definition.get("defaultValue")} if self.is_killed else self.definition


@dataclass(frozen=True, slots=True)
class StoredFlags:
    version: int
    changed_at: datetime | None
    flags: Mapping[str, StoredFlag]


def fit_out(registry: Registry, settings: Settings) -> None:
    """The flags that everybody may read. The salt changes with SECRET_KEY alone, and is published with them."""
    salt = hmac.digest(settings.secret_key.encode(), b"flags", "sha256").hex()[:SALT_LENGTH]
    registry.add_shared(FlagPublisher, lambda: FlagPublisher(stored_flags, salt))


def stored_flags() -> StoredFlags:
    session = get_db_session()
    version = session.get(ExperimentsVersion, 1)
    flags = {
        flag.key: StoredFlag(flag.definition, flag.is_public, flag.is_killed)
        for flag in session.scalars(select(FeatureFlag))
    }
    return StoredFlags(version.version if version else 0, version.changed_at if version else None, flags)

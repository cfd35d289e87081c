from __future__ import annotations

import hmac

from backend.accounts.service import KeyService
from backend.accounts.store import KeyStore
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    pepper = hmac.digest(settings.secret_key.encode(), b"api keys", "sha256")

    def keys() -> KeyService:
        session = get_db_session()
        return KeyService(KeyStore(session), session, pepper, utc_now)

    registry.add_service(KeyService, keys)

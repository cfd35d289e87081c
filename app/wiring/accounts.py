from __future__ import annotations

import hmac

from backend.accounts.keys.service import KeyService
from backend.accounts.keys.store import KeyStore
from backend.accounts.people import models as people
from backend.accounts.people.directory import Directory
from backend.accounts.privacy import models as privacy
from backend.accounts.sign_in import models as sign_in
from backend.accounts.tokens import models as tokens
from backend.audit import models as audit
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import Registry, get
from backend.vault.service import Vault
from config.settings import Settings

TABLES = (people, privacy, sign_in, tokens, audit)


def fit_out(registry: Registry, settings: Settings) -> None:
    pepper = hmac.digest(settings.secret_key.encode(), b"api keys", "sha256")

    def keys() -> KeyService:
        session = get_db_session()
        return KeyService(KeyStore(session), session, pepper, utc_now)

    def directory() -> Directory:
        return Directory(get_db_session(), get(Vault))

    registry.add_service(KeyService, keys)
    registry.add_service(Directory, directory)

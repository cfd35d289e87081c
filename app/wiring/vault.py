from __future__ import annotations

from backend.clock import utc_now
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import Registry
from backend.vault.key_checks import KeyChecks
from backend.vault.service import MasterKey, MasterKeys, Vault
from backend.vault.store import DataKeyStore
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """To be called before the rooms that hold personal data, which add it to the `DataClasses` made here."""
    classes = DataClasses()
    classes.holds_nobodys("key_checks", "which secrets this database was used with, as hashes")
    classes.holds_nobodys("installation_keys", "the key of secrets that are nobody's, such as addresses of channels")
    secrets = {"SECRET_KEY": settings.secret_key, "AUDIT_KEY": settings.AUDIT_KEY.get_secret_value()}
    masters = MasterKeys(MasterKey.of(text) for text in settings.master_keys)

    def vault() -> Vault:
        session = get_db_session()
        return Vault(DataKeyStore(session), session, masters, utc_now)

    registry.add_shared(DataClasses, lambda: classes)
    registry.add_shared(MasterKeys, lambda: masters)
    registry.add_service(Vault, vault)
    registry.add_service(KeyChecks, lambda: KeyChecks(get_db_session(), secrets))

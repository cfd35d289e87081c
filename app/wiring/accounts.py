from __future__ import annotations

import hmac
from datetime import timedelta

from app.tokens import JwtSigning
from backend.accounts.keys.personal_data import key_data
from backend.accounts.keys.service import KeyService
from backend.accounts.keys.store import KeyStore
from backend.accounts.people import models as people
from backend.accounts.people.directory import Directory
from backend.accounts.people.emails import Emails
from backend.accounts.people.personal_data import AccountData
from backend.accounts.people.preferences import PreferenceService
from backend.accounts.privacy import models as privacy
from backend.accounts.sign_in import models as sign_in
from backend.accounts.sign_in.personal_data import SignInData
from backend.accounts.sign_in.service import SignIns
from backend.accounts.sign_in.totp import SecondFactor
from backend.accounts.tokens import models as tokens
from backend.accounts.tokens.service import Tokens
from backend.accounts.tokens.store import TokenStore
from backend.audit import models as audit
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import Registry, get
from backend.vault.service import Vault
from config.settings import Settings

TABLES = (people, privacy, sign_in, tokens, audit)


def fit_out(registry: Registry, settings: Settings) -> None:
    pepper = hmac.digest(settings.secret_key.encode(), b"api keys", "sha256")

    def keys() -> KeyService:
        session = get_db_session()
        return KeyService(KeyStore(session), session, get(AuditLog), pepper, utc_now)

    def signed_tokens() -> Tokens:
        session = get_db_session()
        factor, signing = get(SecondFactor), JwtSigning()
        return Tokens(TokenStore(session), get(SignIns), factor, get(AuditLog), signing, session, utc_now)

    def directory() -> Directory:
        return Directory(get_db_session(), get(Emails), get(AuditLog))

    declare(registry.build(DataClasses), settings)
    registry.add_service(KeyService, keys)
    registry.add_service(Tokens, signed_tokens)
    registry.add_service(Directory, directory)
    registry.add_service(PreferenceService, lambda: PreferenceService(get_db_session()))


def declare(classes: DataClasses, settings: Settings) -> None:
    """Add the data classes of these tables."""
    unverified = timedelta(days=settings.UNVERIFIED_ACCOUNTS_RETENTION_DAYS)
    classes.add(AccountData(get_db_session, lambda: get(Vault), unverified).data_class())
    classes.add(SignInData(get_db_session, timedelta(days=settings.SIGN_INS_RETENTION_DAYS)).data_class())
    classes.add(key_data(get_db_session))

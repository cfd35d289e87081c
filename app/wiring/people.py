"""Accounts and the browsers signed in to them."""

from __future__ import annotations

import hmac

from flask import current_app

from app.wiring.measuring import observer
from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.emails import Emails
from backend.accounts.people.links import AccountLinks
from backend.accounts.people.notices import RESET_ASKED, Notices
from backend.accounts.people.passwords import Passwords
from backend.accounts.people.service import Accounts
from backend.accounts.people.store import AccountStore
from backend.accounts.sign_in.announcements import Announcements
from backend.accounts.sign_in.factor_store import FactorStore
from backend.accounts.sign_in.first_look import FirstLook
from backend.accounts.sign_in.password_check import PasswordCheck
from backend.accounts.sign_in.service import SignIns
from backend.accounts.sign_in.store import SignInStore
from backend.accounts.sign_in.totp import SecondFactor
from backend.analytics.monitoring.readings import Family
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.jobs.kinds import ClaimedJob, JobKinds
from backend.jobs.service import Jobs
from backend.mail.service import Mail
from backend.plugins import Registry
from backend.vault.service import Vault
from backend.vault.tokens import digest_of
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    secret = settings.secret_key.encode()
    index = EmailIndex(hmac.digest(secret, b"email index", "sha256"))
    pepper = hmac.digest(secret, b"recovery codes", "sha256")

    def notices() -> Notices:
        return Notices(registry.build(Mail), registry.build(AuditLog), registry.build(Jobs))

    def accounts() -> Accounts:
        session = get_db_session()
        emails, passwords = registry.build(Emails), registry.build(Passwords)
        links = AccountLinks(session, utc_now)
        return Accounts(AccountStore(session), links, emails, passwords, notices(), session, utc_now)

    def second_factor() -> SecondFactor:
        session = get_db_session()
        store, vault = FactorStore(session), registry.build(Vault)
        return SecondFactor(AccountStore(session), store, vault, notices(), pepper, session, utc_now)

    def sign_ins() -> SignIns:
        session = get_db_session()
        store, accounts, tell = SignInStore(session), AccountStore(session), notices()
        check = PasswordCheck(accounts, index, registry.build(Passwords), tell, session)
        announcements, printed = Announcements(store, accounts, tell), digest_of(_link()) if _link() else None
        return SignIns(store, check, second_factor(), announcements, session, utc_now, printed)

    def send_reset(job: ClaimedJob) -> None:
        accounts().send_reset(job.payload["index"], job.payload.get("promised"))

    registry.add_shared(EmailIndex, lambda: index)
    registry.add_shared(Passwords, lambda: Passwords(observe=observer(registry, Family.SIGN_IN)))
    registry.add_service(Emails, lambda: Emails(registry.build(Vault), index))
    registry.add_service(Accounts, accounts)
    registry.add_service(SecondFactor, second_factor)
    registry.add_service(SignIns, sign_ins)
    registry.add_service(FirstLook, lambda: FirstLook(_link(), accounts(), sign_ins(), get_db_session()))
    registry.build(JobKinds).add(RESET_ASKED, send_reset, forgets=True)


def _link() -> str:
    """The token of the link that this server printed; empty if it printed none."""
    token: str = current_app.config["FIRST_LOOK"]
    return token

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.wiring.measuring import observer
from backend.accounts.people.emails import PLACE_OF_EMAIL
from backend.accounts.people.models import Account
from backend.analytics.monitoring.readings import Family
from backend.clock import utc_now
from backend.database import get_db_session
from backend.jobs.kinds import ClaimedJob, JobKinds
from backend.jobs.service import Jobs
from backend.mail.outbox import Outbox
from backend.mail.overview import MailOverview
from backend.mail.personal_data import LetterData
from backend.mail.service import ATTEMPTS, KIND, Mail
from backend.mail.smtp import Security, SmtpPost, SmtpServer
from backend.personal_data import DataClasses
from backend.plugins import Registry
from backend.routes.caused_letters import note_letter
from backend.vault.service import Vault
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    outbox = Outbox(settings.INSTANCE_DIR / "outbox", settings.MAIL_FROM, utc_now)
    post = smtp(settings) if settings.SMTP_HOST else outbox
    observe = observer(registry, Family.EMAIL)
    note = note_letter if settings.opens_letters else ignore_letter

    def mail() -> Mail:
        vault = registry.build(Vault)
        address_of = partial(_address_of, get_db_session(), vault)
        return Mail(registry.build(Jobs), vault, address_of, post, settings.public_url, note, observe)

    def deliver(job: ClaimedJob) -> None:
        mail().deliver(job)

    def overview() -> MailOverview:
        reaches_people = bool(settings.SMTP_HOST)
        return MailOverview(get_db_session(), reaches_people=reaches_people, must_reach_people=settings.production)

    registry.add_shared(Outbox, lambda: outbox)
    registry.add_service(Mail, mail)
    registry.add_service(MailOverview, overview)
    registry.add_health("mail", lambda: overview().health())
    registry.build(DataClasses).add(LetterData(get_db_session, mail, outbox).data_class())
    registry.build(JobKinds).add(KIND, deliver, attempts=ATTEMPTS)


def smtp(settings: Settings) -> SmtpPost:
    server = SmtpServer(
        settings.SMTP_HOST,
        settings.SMTP_PORT,
        Security(settings.SMTP_SECURITY),
        settings.SMTP_USER,
        settings.SMTP_PASSWORD.get_secret_value(),
    )
    return SmtpPost(server, settings.MAIL_FROM, urlsplit(settings.public_url).hostname or "localhost", utc_now)


def ignore_letter(_name: str) -> None:
    """Where letters are mailed, whoever caused one reads it in their mailbox, if it is theirs."""


def _address_of(session: Session, vault: Vault, account_id: int) -> str | None:
    account = session.get(Account, account_id)
    return None if account is None else vault.open(account_id, PLACE_OF_EMAIL, account.email)

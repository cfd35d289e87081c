"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes that replace one each."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

import pyotp
from sqlalchemy.orm import Session

from backend.accounts.people.emails import PLACE_OF_EMAIL
from backend.accounts.people.models import Account
from backend.accounts.people.notices import Notices, name_of
from backend.accounts.people.store import AccountStore
from backend.accounts.sign_in.factor_store import FactorStore
from backend.audit.actions import Action
from backend.clock import Clock
from backend.errors import MingusError
from backend.mail.letter import Letter
from backend.vault.service import Vault

ISSUER = "Mingus"
STEP = 30
RECOVERY_CODES = 10
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, in which no two look alike
PLACE_OF_SECRET = "accounts.totp_secret"  # noqa: S105  (a column)


class FactorConflict(MingusError):
    status = 409
    code = "second_factor_conflict"
    title = "The second factor has changed"


class WrongCode(MingusError):
    status = 422
    code = "wrong_code"
    title = "The code is wrong"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The secret for an authenticator app, to be scanned as a QR code or typed."""

    uri: str
    secret: str


class SecondFactor:
    def __init__(
        self,
        accounts: AccountStore,
        store: FactorStore,
        vault: Vault,
        notices: Notices,
        pepper: bytes,
        session: Session,
        now: Clock,
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._vault = vault
        self._notices = notices
        self._pepper = pepper
        self._session = session
        self._now = now

    def enrol(self, account_id: int) -> str:
        """Make a secret that waits to be confirmed, replacing one that still waits; its provisioning URI."""
        account = self._accounts.for_change(account_id)
        if account.totp_confirmed_at is not None:
            raise FactorConflict("This account already has a second factor. Remove it before setting up another.")
        account.totp_secret = self._vault.seal(account_id, PLACE_OF_SECRET, pyotp.random_base32())
        account.totp_last_step = None
        uri = self._enrolment(account).uri
        self._session.commit()
        return uri

    def waiting(self, account_id: int) -> Enrolment | None:
        """The secret that waits to be confirmed, if there is one."""
        account = self._accounts.get(account_id)
        if account.totp_secret is None or account.totp_confirmed_at is not None:
            return None
        return self._enrolment(account)

    def confirm(self, account_id: int, code: str) -> list[str]:
        """Take the second factor into use: ends every sign-in. Returns the recovery codes, shown only once."""
        account = self._accounts.for_change(account_id)
        if account.totp_secret is None or account.totp_confirmed_at is not None:
            raise FactorConflict("No second factor is waiting to be confirmed.")
        if not self._is_fresh(account, _plain(code)):
            self._session.rollback()
            raise WrongCode("This is not the code your app shows now.")
        account.totp_confirmed_at = self._now()
        account.epoch += 1
        codes = self._new_recovery_codes(account_id)
        self._notices.tell(account, Letter.SECOND_FACTOR_ON)
        self._notices.record(name_of(account), Action.SECOND_FACTOR_ADDED, account)
        self._session.commit()
        return codes

    def give_up(self, account_id: int, code: str) -> None:
        """Remove the second factor for its owner, who proves it with a code or a recovery code. Raises WrongCode."""
        if not self.accepts(account_id, code):
            self._session.rollback()
            raise WrongCode("This is neither the code your app shows now nor an unused recovery code.")
        account = self._accounts.for_change(account_id)
        self._remove(name_of(account), account)

    def remove(self, by: str, public_id: UUID) -> None:
        """Remove the second factor of a person who lost it: ends every sign-in. Raises NotFound."""
        self._remove(by, self._accounts.by_public_id_for_change(public_id))

    def renew_recovery_codes(self, account_id: int) -> list[str]:
        """Replace all recovery codes; the new ones are shown only once."""
        account = self._accounts.for_change(account_id)
        if account.totp_confirmed_at is None:
            raise FactorConflict("Set up a second factor first.")
        codes = self._new_recovery_codes(account_id)
        self._notices.record(name_of(account), Action.RECOVERY_CODES_RENEWED, account)
        self._session.commit()
        return codes

    def recovery_codes_left(self, account_id: int) -> int:
        return self._store.unused(account_id)

    def accepts(self, account_id: int, code: str) -> bool:
        """Whether the code is right; each code works once. Joins the caller's transaction, commits nothing."""
        account, plain = self._accounts.get(account_id), _plain(code)
        if account.totp_confirmed_at is None:
            return False
        if re.fullmatch(r"[0-9]{6}", plain):
            return self._is_fresh(account, plain)
        used = self._store.use(account_id, self._digest(account_id, plain), self._now())
        if used:
            self._notices.tell(account, Letter.RECOVERY_CODE_USED, left=str(self._store.unused(account_id)))
        return used

    def _remove(self, by: str, account: Account) -> None:
        account.totp_secret = account.totp_confirmed_at = account.totp_last_step = None
        account.epoch += 1
        self._store.remove_all(account.id)
        self._notices.tell(account, Letter.SECOND_FACTOR_OFF)
        self._notices.record(by, Action.SECOND_FACTOR_REMOVED, account)
        self._session.commit()

    def _is_fresh(self, account: Account, code: str) -> bool:
        """Whether a code of this time step, or of one before or after, is right and unused, also in a race."""
        if account.totp_secret is None:
            return False
        totp = pyotp.TOTP(self._vault.open(account.id, PLACE_OF_SECRET, account.totp_secret), interval=STEP)
        current = int(self._now().timestamp()) // STEP
        for step in (current, current - 1, current + 1):
            if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
                return self._store.take_step(account.id, step)
        return False

    def _enrolment(self, account: Account) -> Enrolment:
        secret = self._vault.open(account.id, PLACE_OF_SECRET, account.totp_secret or b"")
        email = self._vault.open(account.id, PLACE_OF_EMAIL, account.email)
        return Enrolment(pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name=ISSUER), secret)

    def _new_recovery_codes(self, account_id: int) -> list[str]:
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        self._store.remove_all(account_id)
        self._store.add_all(account_id, [self._digest(account_id, _plain(code)) for code in codes])
        return codes

    def _digest(self, account_id: int, plain: str) -> str:
        return hmac.digest(self._pepper, f"{account_id}.{plain}".encode(), "sha256").hex()


def _recovery_code() -> str:
    """50 bits, as two words of five."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _plain(code: str) -> str:
    """A code without spaces and dashes; `o`, `i` and `l` are read as the digits that they look like."""
    letters = "".join(filter(str.isalnum, code.casefold())).encode("ascii", "replace").decode()
    return letters.translate(str.maketrans("oil", "011"))

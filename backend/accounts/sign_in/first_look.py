"""The link at the end of the banner of `make run`, which signs a local admin in, once."""

from __future__ import annotations

import hmac

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.accounts.people.service import Accounts
from backend.accounts.sign_in.service import SignIns
from backend.errors import MingusError, NotFound
from backend.row_security import serving


class FirstLookUsed(MingusError):
    status = 410
    code = "first_look_used"
    title = "This link has already been used"


class FirstLook:
    """`token` is what the banner of this server shows; empty where it shows no link."""

    def __init__(self, token: str, accounts: Accounts, sign_ins: SignIns, session: Session) -> None:
        self._token = token
        self._accounts = accounts
        self._sign_ins = sign_ins
        self._session = session

    def demand(self, token: str) -> None:
        """Raise NotFound unless it is the token of this server."""
        if not self._token or not hmac.compare_digest(self._token.encode(), token.encode(errors="surrogatepass")):
            raise NotFound("There is no such link.")

    def sign_in(self, device: str) -> str:
        """Sign the local admin in; the token of the sign-in. Raises FirstLookUsed, AccountConflict.

        The row of the sign-in marks the link as used, for every process.
        """
        self._session.rollback()  # on SQLite a transaction that began as a read, as of a page, cannot write
        self._session.connection(execution_options={"reads_only": False})
        with serving(self._session, "a link says whose it is"):
            if self._sign_ins.is_first_look_used():
                raise FirstLookUsed("It works once.")
            try:
                return self._sign_ins.open(self._accounts.local_admin(), device, first_look=True)
            except IntegrityError:  # another request used it in the same moment
                self._session.rollback()
                raise FirstLookUsed("It works once.") from None

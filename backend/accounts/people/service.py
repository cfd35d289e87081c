"""Accounts: sign-up and invitation, confirmation by mail, and changes of password, address, role and state."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.accounts.people.authenticated import Authenticated
from backend.accounts.people.conflict import AccountConflict, demand_another, demand_another_admin
from backend.accounts.people.emails import Emails
from backend.accounts.people.links import AccountLinkGone, AccountLinks
from backend.accounts.people.models import CLOSED, Account, AccountState, LinkPurpose
from backend.accounts.people.notices import Notices, name_of
from backend.accounts.people.passwords import Passwords
from backend.accounts.people.store import AccountStore
from backend.accounts.permissions import Role
from backend.audit.actions import Action
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest
from backend.mail.letter import Letter
from backend.row_security import act_for, serving

NOT_SIGNED_UP_WITH = (
    "This is not the password you chose when this link was sent. If you have signed up again since, open the "
    "link in the newer email."
)

LOCAL_ADMIN = "admin@localhost"  # no address that anybody can sign up with


class Accounts:
    """Each method is one use case: what it changes, its audit entry and its letters are one transaction.

    Passwords are hashed before that transaction begins, so that no lock waits for a hash. A raised epoch ends every
    sign-in and token given before. `by` is who does it, as the audit log names them.
    """

    def __init__(
        self,
        store: AccountStore,
        links: AccountLinks,
        emails: Emails,
        passwords: Passwords,
        notices: Notices,
        session: Session,
        now: Clock,
    ) -> None:
        self._store = store
        self._links = links
        self._emails = emails
        self._passwords = passwords
        self._notices = notices
        self._session = session
        self._now = now

    def sign_up(self, email: str, password: str) -> None:
        """Make a member's account that waits for its address to be confirmed.

        The answer never tells whether an address has an account: it takes as long, and the address gets a letter. Of
        several sign-ups with one address none changes another's password: each link works with its own.
        """
        self._demand_good(password, email)
        hashed = self._passwords.hash(password)
        try:
            self._sign_up(email, hashed)
        except IntegrityError:  # somebody signed up with this address in the same moment
            self._session.rollback()
            self._sign_up(email, hashed)

    def verify(self, token: str, password: str) -> Authenticated:
        """Confirm an address: the mailed link proves the address, the password who signed up with it.

        Both, because anybody can sign up with an address that is not theirs. Raises AccountLinkGone, InvalidRequest.
        """
        with reading():
            link = self._links.find(LinkPurpose.VERIFY, token)
            account_id, hashed = link.account_id, link.password_hash
        if hashed is None or not self._passwords.verify(hashed, password):
            raise InvalidRequest([FieldError("password", NOT_SIGNED_UP_WITH)])
        account = self._store.for_change(account_id)
        self._links.take(LinkPurpose.VERIFY, token)
        self._activate(account)
        self._set_password(account, hashed)
        return self._finish(account, Action.ACCOUNT_VERIFIED)

    def ask_reset(self, email: str) -> None:
        """Mail a link for a new password, if the address has an account, which a job looks up later."""
        self._notices.ask_later(self._emails.index(email))
        self._session.commit()

    def send_reset(self, email_index: str, promised: str | None) -> None:
        """Mail the link of `ask_reset`, as its job. Commits nothing."""
        account = self._store.by_index(email_index)
        if account is None or account.state in CLOSED:
            return
        if account.state == AccountState.INVITED:
            self._send_invitation(account, promised)
            return
        token = self._links.issue(account.id, LinkPurpose.RESET)
        self._notices.tell(account, Letter.RESET, promised=promised, path=f"/reset/{token}")

    def link_works(self, purpose: LinkPurpose, token: str) -> None:
        """Raises AccountLinkGone when it does not."""
        self._links.find(purpose, token)

    def reset(self, token: str, password: str) -> None:
        """Set a new password: ends every sign-in. The link proves the address, so it is confirmed too."""
        hashed = self._hash_for_link(LinkPurpose.RESET, token, password)
        account = self._store.for_change(self._links.take(LinkPurpose.RESET, token).account_id)
        if account.state in CLOSED:
            raise AccountLinkGone("This account is disabled.")
        self._activate(account)
        self._set_password(account, hashed)
        self._notices.tell(account, Letter.PASSWORD_CHANGED)
        self._finish(account, Action.PASSWORD_RESET)

    def create(self, email: str, role: Role, password: str) -> Account:
        """Make an active account, for the shell. Raises InvalidRequest."""
        self._demand_good(password, email)
        hashed = self._passwords.hash(password)
        account = self._new(email, role, AccountState.ACTIVE, hashed)
        account.verified_at = self._now()
        self._notices.record("cli", Action.ACCOUNT_CREATED, account, role=role)
        self._session.commit()
        return account

    def local_admin(self) -> Authenticated:
        """The admin of a first look, without a password, made on first use. Commits nothing. Raises AccountConflict."""
        account = self._store.by_index(self._emails.index(LOCAL_ADMIN))
        if account is None:
            account = self._add(LOCAL_ADMIN, Role.ADMIN, AccountState.ACTIVE, None)
            account.verified_at = account.created_at
            self._notices.record("cli", Action.ACCOUNT_CREATED, account, role=Role.ADMIN)
        if account.state != AccountState.ACTIVE or account.role != Role.ADMIN:
            raise AccountConflict(f"The account {LOCAL_ADMIN} was disabled or given another role.")
        return Authenticated.of(account)

    def invite(self, by: str, email: str, role: Role) -> str:
        """Make an account whose owner chooses a password by a mailed link; the link's path. Raises InvalidRequest."""
        account = self._new(email, role, AccountState.INVITED, None)
        account.invited_at = account.created_at
        path = self._send_invitation(account)
        self._notices.record(by, Action.ACCOUNT_INVITED, account, role=role)
        self._session.commit()
        return path

    def invite_again(self, by: str, public_id: UUID) -> str:
        """Mail a new link, which replaces the one before; its path. Raises NotFound, AccountConflict."""
        account = self._store.by_public_id_for_change(public_id)
        if account.state != AccountState.INVITED:
            raise AccountConflict("This invitation has already been accepted.")
        self._links.withdraw(account.id, LinkPurpose.INVITE)
        path = self._send_invitation(account)
        self._notices.record(by, Action.ACCOUNT_INVITED, account, role=account.role)
        self._session.commit()
        return path

    def accept_invitation(self, token: str, password: str) -> Authenticated:
        """Raises AccountLinkGone, InvalidRequest."""
        hashed = self._hash_for_link(LinkPurpose.INVITE, token, password)
        account = self._store.for_change(self._links.take(LinkPurpose.INVITE, token).account_id)
        if account.state != AccountState.INVITED:
            raise AccountLinkGone("This invitation has been accepted or withdrawn.")
        self._activate(account)
        self._set_password(account, hashed)
        return self._finish(account, Action.INVITATION_ACCEPTED)

    def change_password(self, account_id: int, old: str, new: str) -> None:
        """Ends every sign-in, also the caller's, which `SignIns.keep` renews. Raises InvalidRequest."""
        before = self._demand_password(account_id, "old_password", old)
        with reading():
            email = self._emails.of(self._store.get(account_id))
        self._demand_good(new, email, "new_password")
        hashed = self._passwords.hash(new)
        account = self._store.for_change(account_id)
        self._demand_unchanged(account, before, "old_password")
        self._set_password(account, hashed)
        self._notices.tell(account, Letter.PASSWORD_CHANGED)
        self._finish(account, Action.PASSWORD_CHANGED)

    def ask_email_change(self, account_id: int, password: str, new: str) -> None:
        """Mail a link to the new address, without telling whether it has an account. Raises InvalidRequest."""
        before = self._demand_password(account_id, "password", password)
        account = self._store.for_change(account_id)
        self._demand_unchanged(account, before, "password")
        if self._emails.index(new) == account.email_index:
            raise InvalidRequest([FieldError("email", "This is already your email address.")])
        other = self._store.by_index(self._emails.index(new))
        if other is None:
            token = self._links.issue(account_id, LinkPurpose.CHANGE_EMAIL, self._emails.seal_new(account_id, new))
            self._notices.tell(account, Letter.EMAIL_CHANGE, to=new, path=f"/email/{token}")
        else:
            with serving(self._session, "the letter goes to somebody else"):
                self._tell_of_account(other)
        self._finish(account, Action.EMAIL_CHANGE_ASKED)

    def confirm_email_change(self, token: str) -> None:
        """Take the new address into use and tell the old one: ends every sign-in. Raises AccountLinkGone."""
        link = self._links.take(LinkPurpose.CHANGE_EMAIL, token)
        account = self._store.for_change(link.account_id)
        new = self._emails.open_new(account.id, link.new_email or b"")
        if account.state != AccountState.ACTIVE or self._store.by_index(self._emails.index(new)):
            raise AccountLinkGone("The account or the address can no longer be changed this way.")
        self._notices.tell(account, Letter.EMAIL_CHANGED, to=self._emails.of(account))
        self._emails.put(account, new)
        account.epoch += 1
        self._links.withdraw(account.id)
        self._finish(account, Action.EMAIL_CHANGED)

    def change_role(self, by: str, public_id: UUID, role: Role) -> None:
        """Ends every sign-in. Raises NotFound, AccountConflict."""
        admins = self._store.active_admins()
        account = self._store.by_public_id_for_change(public_id)
        demand_another(by, account)
        before = account.role
        if before == role:
            return
        if role is not Role.ADMIN:
            demand_another_admin(admins, account)
        account.role = role
        account.epoch += 1
        self._notices.tell(account, Letter.ROLE_CHANGED, role=role)
        self._notices.record(by, Action.ROLE_CHANGED, account, before=before, after=role)
        self._session.commit()

    def disable(self, by: str, public_id: UUID) -> None:
        """Disable an account: ends every sign-in and link. Raises NotFound, AccountConflict."""
        admins = self._store.active_admins()
        account = self._store.by_public_id_for_change(public_id)
        demand_another(by, account)
        demand_another_admin(admins, account)
        account.state = AccountState.DISABLED
        account.epoch += 1
        self._links.withdraw(account.id)
        self._notices.record(by, Action.ACCOUNT_DISABLED, account)
        self._session.commit()

    def enable(self, by: str, public_id: UUID) -> None:
        """Return an account to the state in which it was disabled. Raises NotFound, AccountConflict."""
        account = self._store.by_public_id_for_change(public_id)
        if account.state != AccountState.DISABLED:
            raise AccountConflict("This account is not disabled.")
        never = AccountState.INVITED if account.invited_at else AccountState.UNVERIFIED
        account.state = AccountState.ACTIVE if account.verified_at else never
        self._notices.record(by, Action.ACCOUNT_ENABLED, account)
        self._session.commit()

    def end_sign_ins(self, by: str, public_id: UUID) -> None:
        """End every sign-in and token of an account. Raises NotFound."""
        account = self._store.by_public_id_for_change(public_id)
        account.epoch += 1
        self._notices.record(by, Action.SIGN_INS_ENDED, account)
        self._session.commit()

    def named(self, email: str) -> UUID:
        """The public id of the account with this address. Raises NotFound."""
        return self._store.get_by_index(self._emails.index(email)).public_id

    def _sign_up(self, email: str, hashed: str) -> None:
        account = self._store.by_index_for_change(self._emails.index(email))
        if account is None:
            account = self._add(email, Role.MEMBER, AccountState.UNVERIFIED, None)
        act_for(self._session, account.id)
        if account.state == AccountState.UNVERIFIED:
            token = self._links.issue(account.id, LinkPurpose.VERIFY, password_hash=hashed)
            self._notices.tell(account, Letter.VERIFY, path=f"/verify/{token}")
        else:
            self._do_as_much()
            self._tell_of_account(account)
        self._notices.record("nobody", Action.SIGN_UP_ASKED, account)
        self._session.commit()

    def _do_as_much(self) -> None:
        """Make an account and roll it back, so that the time taken does not tell whether the address has one."""
        with self._session.begin_nested() as undone:
            self._add(f"{uuid4().hex}@nobody.invalid", Role.MEMBER, AccountState.UNVERIFIED, None)
            undone.rollback()

    def _new(self, email: str, role: Role, state: AccountState, hashed: str | None) -> Account:
        address_in_use = InvalidRequest([FieldError("email", "An account with this email address already exists.")])
        if self._store.by_index(self._emails.index(email)):
            raise address_in_use
        try:
            return self._add(email, role, state, hashed)
        except IntegrityError:
            raise address_in_use from None

    def _add(self, email: str, role: Role, state: AccountState, hashed: str | None) -> Account:
        now = self._now()
        account = Account(
            public_id=uuid4(),
            email=b"",
            email_index=self._emails.index(email),
            password_hash=hashed,
            role=role,
            state=state,
            epoch=1,
            created_at=now,
            password_changed_at=now if hashed else None,
        )
        with serving(self._session, "an account is nobody's until it has a number"):
            self._store.add(account)
            self._emails.begin(account, email)
        return account

    def _tell_of_account(self, account: Account) -> None:
        """Mail an address that has an account and was used as if it had none."""
        if account.state == AccountState.INVITED:
            self._send_invitation(account)
        else:
            self._notices.tell(account, Letter.EXISTS)

    def _send_invitation(self, account: Account, promised: str | None = None) -> str:
        path = f"/invitation/{self._links.issue(account.id, LinkPurpose.INVITE)}"
        self._notices.tell(account, Letter.INVITE, promised=promised, path=path, role=account.role)
        return path

    def _hash_for_link(self, purpose: LinkPurpose, token: str, password: str) -> str:
        with reading():
            email = self._emails.of(self._store.get(self._links.find(purpose, token).account_id))
        self._demand_good(password, email)
        return self._passwords.hash(password)

    def _activate(self, account: Account) -> None:
        account.state = AccountState.ACTIVE
        account.verified_at = account.verified_at or self._now()
        self._links.withdraw(account.id)

    def _set_password(self, account: Account, hashed: str) -> None:
        account.password_hash, account.password_changed_at = hashed, self._now()
        account.epoch += 1
        self._links.withdraw(account.id)

    def _demand_good(self, password: str, email: str | None, field: str = "password") -> None:
        if problem := self._passwords.problem(password, email or ""):
            raise InvalidRequest([FieldError(field, problem)])

    def _demand_password(self, account_id: int, field: str, password: str) -> str | None:
        """Check the account's password; the hash that it was checked against."""
        with reading():
            account = self._store.get(account_id)
            hashed, name = account.password_hash, name_of(account)
        if not self._passwords.verify(hashed, password):
            self._notices.refused(Action.PASSWORD_REFUSED, name, by=name)
            self._session.commit()
            raise InvalidRequest([FieldError(field, "This is not your password.")])
        return hashed

    def _demand_unchanged(self, account: Account, hashed: str | None, field: str) -> None:
        if account.password_hash != hashed:
            raise InvalidRequest([FieldError(field, "Your password has just been changed.")])

    def _finish(self, account: Account, action: Action) -> Authenticated:
        """Record and commit a change by the account's own person."""
        self._notices.record(name_of(account), action, account)
        self._session.commit()
        return Authenticated.of(account)

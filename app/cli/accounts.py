from __future__ import annotations

from uuid import UUID

import click
from flask import current_app

from app.cli.commands import Commands
from backend.accounts.people.addresses import deliverable, why_not
from backend.accounts.people.directory import AccountSearch, AccountSummary, Directory
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role
from backend.accounts.sign_in.totp import SecondFactor
from backend.plugins import get

group = Commands("accounts", help="Manage who can sign in. The audit log records each command as `cli`.")
BY = "cli"
ROLES = click.Choice([role.value for role in Role])


def an_address(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    address = deliverable(value)
    if address is None:
        raise click.BadParameter(why_not(value))
    return address


@group.command("create")
@click.option("--email", required=True, callback=an_address, help="The address they sign in with and get email at.")
@click.option("--role", required=True, type=ROLES, help="What the account is for.")
@click.option(
    "--invite", is_flag=True, help="Email a link to choose a password instead of asking for one, and print the link."
)
def create(email: str, role: str, *, invite: bool) -> None:
    """Create an account that is ready to use. Asks for its password."""
    if invite:
        click.echo(current_app.config["PUBLIC_URL"] + get(Accounts).invite(BY, email, Role(role)))
        return
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    account = get(Accounts).create(email, Role(role), password)
    click.echo(f"Created {account.public_id}.")


@group.command("list")
def list_all() -> None:
    """List accounts, newest first."""
    number, pages = 1, 1
    while number <= pages:
        listing = get(Directory).search(BY, AccountSearch(), number)
        for account in listing.accounts:
            click.echo(_line(account))
        number, pages = number + 1, listing.pages


@group.command("change-role")
@click.argument("account")
@click.argument("role", type=ROLES)
def change_role(account: str, role: str) -> None:
    """Change the role of ACCOUNT, an email address or public ID. Signs it out everywhere."""
    get(Accounts).change_role(BY, _public_id(account), Role(role))


@group.command("disable")
@click.argument("account")
def disable(account: str) -> None:
    """Block sign-ins to ACCOUNT, an email address or public ID, from the next request on."""
    get(Accounts).disable(BY, _public_id(account))


@group.command("enable")
@click.argument("account")
def enable(account: str) -> None:
    """Undo `disable`."""
    get(Accounts).enable(BY, _public_id(account))


@group.command("remove-second-factor")
@click.argument("account")
def remove_second_factor(account: str) -> None:
    """For someone who lost their app and recovery codes. They set up a new one at the next sign-in. Verify who asks."""
    get(SecondFactor).remove(BY, _public_id(account))


def _public_id(account: str) -> UUID:
    return get(Accounts).named(account) if "@" in account else click.UUID.convert(account, None, None)


def _line(account: AccountSummary) -> str:
    factor = "second factor" if account.has_factor else ""
    email = account.email or "(unreadable)"
    return f"{account.public_id}  {account.role:13}{account.state:12}{factor:15}{account.created_at:%Y-%m-%d}  {email}"

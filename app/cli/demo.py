from __future__ import annotations

from time import perf_counter

import click
from flask import current_app
from flask.cli import AppGroup

from app.cli.lake import plain_errors
from app.logs import without_request_lines
from app.wiring.demo import door_of_this_process
from backend.demo.doors import Door, ServerDoor
from backend.demo.service import DemoVisits
from backend.demo.work import DAYS, SEED, SESSIONS
from backend.formats import counted
from backend.plugins import get

group = AppGroup("demo", help="Made-up visits that show what the dashboards can do.")


def an_address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.startswith(("http://", "https://")):
        raise click.BadParameter("must begin with http:// or https://")
    return value


@group.command("visits")
@click.option(
    "--sessions", default=SESSIONS, show_default=True, type=click.IntRange(1, 200_000), help="How many visits."
)
@click.option(
    "--days", default=DAYS, show_default=True, type=click.IntRange(1, 365), help="Over how many days up to now."
)
@click.option("--seed", default=SEED, show_default=True, type=int, help="A different seed makes different visits.")
@click.option(
    "--url", callback=an_address, help="A running server of this installation. Default: the one at PUBLIC_URL."
)
@click.option("--yes", is_flag=True, help="Do not ask, even where MINGUS_ENV is production.")
def visits(sessions: int, days: int, seed: int, url: str | None, *, yes: bool) -> None:
    """Send demo visits through the event API, or within this process where no server runs."""
    if current_app.config["PRODUCTION"] and not yes:
        click.confirm("This is a production installation. Mix demo visits with real ones?", abort=True)
    began = perf_counter()
    with plain_errors():
        demo = get(DemoVisits)
        world = demo.world(sessions, days, seed)
        door = _door(url)
        with click.progressbar(length=sessions, label="Sessions") as shown, without_request_lines():
            sent = demo.send(world, door, shown.update)
        demo.sync()
    what = (
        f"{counted(sent.sessions, 'session')} of {counted(sent.visitors, 'visitor')}, {counted(sent.events, 'event')}"
    )
    click.echo(f"Sent {what}, in {perf_counter() - began:.0f} s; seed {seed}.")
    click.echo(f"See {current_app.config['PUBLIC_URL']}/analytics; `flask demo clear` removes them.")


@group.command("clear")
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(*, yes: bool) -> None:
    """Remove all demo visits: landing table, quarantine, lake, files. Real visits stay."""
    if not yes:
        click.confirm("Remove all demo visits from everywhere?", abort=True)
    with plain_errors():
        demo = get(DemoVisits)
        erased = demo.clear()
        left = demo.left()
    landing = counted(erased.landing, "landing row")
    click.echo(f"Removed {landing}, {erased.quarantined:,} in quarantine, {erased.lake:,} in the lake.")
    if left:
        raise click.ClickException(
            f"{counted(left, 'row')} arrived meanwhile: someone is sending demo visits. Try again."
        )
    click.echo("Checked again: none are left.")


def _door(url: str | None) -> Door:
    server = ServerDoor(url or current_app.config["PUBLIC_URL"])
    if server.answers():
        return server
    if url:
        raise click.ClickException(f"No Mingus server answers at {url}.")
    click.echo("No server runs at PUBLIC_URL; sending within this process.")
    return door_of_this_process(current_app.config["TRUSTED_HOSTS"])

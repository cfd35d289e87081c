from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import click

from app.cli.commands import Commands
from backend.analytics.lake.erasure import Erasure
from backend.analytics.lake.overview import LakeInspection, LakeOverview
from backend.analytics.lake.sync import LakeSync, Synced
from backend.analytics.lake.upkeep import LakeUpkeep
from backend.analytics.warehouse.engine import STANDING
from backend.analytics.warehouse.question import DIALECTS, compiled_anew, standing_sql
from backend.formats import counted, duration
from backend.plugins import get

group = Commands("lake", help="Manage the history that queries are answered from.")
BUSY = "Another process is updating the lake. Nothing was done."


@contextmanager
def plain_errors() -> Iterator[None]:
    """What the lake and its disk say, in a sentence too."""
    from deltalake.exceptions import DeltaError

    try:
        yield
    except (DeltaError, OSError) as error:
        raise click.ClickException(f"The lake cannot be used: {error}") from None


@group.command("sync")
def sync() -> None:
    """Move new events into the lake now."""
    with plain_errors():
        synced = get(LakeSync).run()
    click.echo(sentence(synced) if synced else BUSY)


@group.command("rebuild")
def rebuild() -> None:
    """Compare every landing row with the lake and add what it lacks, as after a restore; sessions are made again."""
    with plain_errors():
        synced = get(LakeSync).rebuild()
    if synced is None:
        raise click.ClickException(BUSY)
    click.echo(sentence(synced))


def sentence(synced: Synced) -> str:
    days = f", {min(synced.days)} to {max(synced.days)}" if synced.days else ""
    return (
        f"Added {counted(synced.rows, 'event')}{days}. The lake is as of {synced.progress.as_of:%Y-%m-%d %H:%M:%S} UTC."
    )


@group.command("questions")
def questions() -> None:
    """Write anew the SQL of the questions that background work asks, after a change to what a session is."""
    for question, dialect in product(STANDING, DIALECTS):
        path = standing_sql(question, dialect)
        path.write_text(compiled_anew(question, dialect))
        click.echo(f"{path.stat().st_size / 1e3:.1f} kB in {path.name}")


@group.command("status")
def status() -> None:
    """Show the tables, the watermark, and how far the lake is behind the landing table."""
    with plain_errors():
        now = get(LakeInspection).look()
    for table in now.tables:
        days = (
            f"{min(table.days)} to {max(table.days)} ({counted(len(table.days), 'day')})" if table.days else "no days"
        )
        size = f"{counted(table.rows, 'row')} in {counted(table.files, 'file')}, {table.bytes / 2**20:,.1f} MiB"
        click.echo(f"{table.name:10} version {table.version}: {size}, {days}")
    click.echo(f"watermark  {now.watermark}")
    click.echo(f"behind     {lag(now)}")
    click.echo(f"as of      {now.as_of.isoformat() if now.as_of else 'never synced'}")
    if now.refused:
        click.echo("refused    the landing table is older than the lake: run `flask lake rebuild`")
    if now.rebuilding:
        click.echo("rebuilding every id is compared until the next sync reaches the end")


def lag(now: LakeOverview) -> str:
    if now.refused:
        return "unknown"
    if now.behind is None:
        return "nothing: it holds every event that was accepted"
    return f"{counted(now.rows_behind, 'event')}, the oldest accepted {duration(now.behind.total_seconds())} ago"


@group.command("compact")
@click.option(
    "--files",
    default=2,
    show_default=True,
    type=click.IntRange(2),
    help="Fewest small files for a day to be compacted.",
)
def compact(files: int) -> None:
    """Join the small files of each day."""
    with plain_errors():
        done = get(LakeUpkeep).compact(files)
    click.echo(f"{counted(done.removed, 'file')} became {done.added}.")


@group.command("vacuum")
@click.option("--hours", default=1, show_default=True, type=click.IntRange(1), help="Hours of old versions to keep.")
def vacuum(hours: int) -> None:
    """Delete the files that no version of the last hours holds."""
    with plain_errors():
        deleted = get(LakeUpkeep).vacuum(hours)
    click.echo(f"Deleted {counted(deleted, 'file')}.")


@group.command("erase")
@click.option("--session", "session_id", help="All events of a session.")
@click.option("--user", "user_id", help="All events of a user.")
@click.option("--visitor", "visitor_id", help="All events of a visitor.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(session_id: str | None, user_id: str | None, visitor_id: str | None, yes: bool) -> None:
    """Erase one person's events from everywhere: landing table, quarantine, lake, files."""
    people = {"session": session_id, "user": user_id, "visitor": visitor_id}
    named = [f"{kind} {value!r}" for kind, value in people.items() if value]
    if len(named) != 1 or "" in people.values():
        raise click.UsageError("Name one of --session, --user, --visitor.")
    if not yes:
        click.confirm(f"Erase all events of {named[0]} from everywhere, permanently?", abort=True)
    with plain_errors():
        erased = get(Erasure).erase(session_id=session_id, user_id=user_id, visitor_id=visitor_id)
    landing = counted(erased.landing, "landing row")
    click.echo(f"Erased {landing}, {erased.quarantined:,} in quarantine, {erased.lake:,} in the lake.")

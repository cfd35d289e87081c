from __future__ import annotations

import time

import click

from app.alarm import Alarm
from app.cli.commands import Commands
from backend.formats import counted
from backend.jobs.models import JobState
from backend.jobs.service import Jobs
from backend.jobs.timetable import Timetable
from backend.plugins import get

group = Commands("jobs", help="Background work.")


@group.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only jobs in this state.")
def list_newest(state: str | None) -> None:
    """List the newest hundred jobs."""
    jobs = get(Jobs).list(JobState(state) if state else None)
    for job in jobs:
        tries = counted(job.attempts, "try", "tries")
        line = f"{job.id:>8}  {job.state:8}{job.kind:24}{job.due_at:%Y-%m-%d %H:%M:%S}  {tries:9}{job.last_error or ''}"
        click.echo(line.rstrip())
    if not jobs:
        click.echo("There are no jobs." if state is None else f"There are no {state} jobs.")


@group.command("retry")
@click.argument("job_id", metavar="ID", type=int, required=False)
@click.option("--all-dead", is_flag=True, help="Retry every dead job.")
def retry(job_id: int | None, all_dead: bool) -> None:
    """Retry a dead job, or all of them, with every attempt restored."""
    if (job_id is None) != all_dead:
        raise click.UsageError("Name one job, or pass --all-dead.")
    if job_id is None:
        click.echo(f"{counted(get(Jobs).retry_all_dead('cli'), 'dead job')} will be retried.")
        return
    get(Jobs).retry(job_id, "cli")
    click.echo(f"Job {job_id} will be retried.")


@group.command("run")
@click.option("--once", is_flag=True, help="Exit when nothing is due.")
def run(once: bool) -> None:
    """Run due jobs in this process until Ctrl-C."""
    alarm, attempted = Alarm(), 0
    while (attempts := get(Jobs).run_due(within=alarm.within)) or not once:
        attempted += attempts
        time.sleep(0 if attempts else 1)
    click.echo(f"Tried {counted(attempted, 'job')}.")


@group.command("schedule")
def schedule() -> None:
    """Show what runs on a schedule: the next run, and how the last one went."""
    rows = get(Timetable).rows()
    for row in rows:
        last = f"{row.last_finished_at:%Y-%m-%d %H:%M:%S}" if row.last_finished_at else "never"
        trouble = f"failed {counted(row.failures, 'time')}: {row.last_error}" if row.failures else ""
        click.echo(f"{row.name:28}next {row.due_at:%Y-%m-%d %H:%M:%S}  last {last:21}{trouble}".rstrip())
    if not rows:
        click.echo("No scheduler has run yet.")

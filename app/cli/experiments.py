from __future__ import annotations

import click

from app.cli.commands import Commands
from backend.analytics.experiments.definition import Experiment, ExperimentStatus
from backend.analytics.experiments.service import CLI, ExperimentService
from backend.plugins import get

group = Commands("experiments", help="Experiments.")
WHY = click.option("--why", default="", help="The reason, which the history keeps.")


@group.command("list")
@click.option("--status", type=click.Choice([status.value for status in ExperimentStatus]), help="Only of this status.")
def list_all(status: str | None) -> None:
    """List experiments, the newest first."""
    experiments = get(ExperimentService).all(ExperimentStatus(status) if status else None)
    for experiment in experiments:
        click.echo(_line(experiment))
    if not experiments:
        click.echo("There are no experiments." if status is None else f"There are no {status} experiments.")


@group.command("show")
@click.argument("test_id", metavar="ID")
def show(test_id: str) -> None:
    """Show an experiment, what stands against its start, and its history."""
    service = get(ExperimentService)
    experiment = service.get(test_id)
    click.echo(_line(experiment))
    for variant in experiment.config.variants:
        click.echo(f"  {variant.key:20}{experiment.weights[variant.key]:>8.2%}  {variant.name}")
    if experiment.status is ExperimentStatus.DRAFT:
        for concern in service.concerns(experiment):
            click.echo(f"  {'Blocks the start' if concern.blocks else 'Warning'}: {concern.message}")
    for entry in service.history(test_id):
        click.echo(f"  {entry.at:%Y-%m-%d %H:%M}  {entry.deed:12}{entry.who}  {entry.why}".rstrip())


@group.command("start")
@click.argument("test_id", metavar="ID")
@WHY
def start(test_id: str, why: str) -> None:
    """Start a draft."""
    click.echo(_line(get(ExperimentService).start(test_id, CLI, why)))


@group.command("stop")
@click.argument("test_id", metavar="ID")
@WHY
def stop(test_id: str, why: str) -> None:
    """Stop an experiment for good."""
    click.echo(_line(get(ExperimentService).stop(test_id, CLI, why)))


def _line(experiment: Experiment) -> str:
    config = experiment.config
    return f"{experiment.test_id:42}{experiment.status.value:10}{config.type.value:20}{config.name}"

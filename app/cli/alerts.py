from __future__ import annotations

import time

import click

from app.cli.commands import Commands
from backend.analytics.monitoring.channels.channel import Channel, Delivery, DeliveryState
from backend.analytics.monitoring.channels.delivering import Deliveries
from backend.analytics.monitoring.channels.service import ChannelService
from backend.formats import counted
from backend.plugins import get

group = Commands("alerts", help="Alerts and where they are sent.")
PATIENCE_SECONDS = 30.0


@group.command("test")
@click.option("--channel", "channel_id", metavar="ID", help="Only this channel. Default: every one that is turned on.")
def test(channel_id: str | None) -> None:
    """Send a test message to each channel, and say what came of it."""
    channels = get(ChannelService)
    tested = [channels.get(channel_id)] if channel_id else [each for each in channels.all() if each.is_enabled]
    sent = {channels.send_test("cli", channel.id): channel for channel in tested}
    get(Deliveries).run()
    failed = 0
    for delivery_id, channel in sent.items():
        delivery = _outcome(delivery_id)
        failed += delivery.state is not DeliveryState.DELIVERED
        click.echo(_in_words(channel, delivery))
    if failed:
        raise click.ClickException(f"{counted(failed, 'channel')} did not take the message.")


def _outcome(delivery_id: int) -> Delivery:
    """The message after its first attempt, which background work may be making just now."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (delivery := get(ChannelService).delivery(delivery_id)).state is DeliveryState.WAITING:
        if delivery.attempts or time.monotonic() > until:
            break
        time.sleep(0.2)
        get(Deliveries).run()
    return delivery


def _in_words(channel: Channel, delivery: Delivery) -> str:
    answer = f" ({delivery.answer})" if delivery.answer else ""
    match delivery.state:
        case DeliveryState.DELIVERED:
            return f"{channel.name}: delivered{answer}."
        case DeliveryState.WAITING if delivery.attempts:
            return f"{channel.name}: not delivered yet{answer}. It will be tried again."
        case DeliveryState.WAITING:
            return f"{channel.name}: waits for messages that came before it."
        case _:
            return f"{channel.name}: not delivered{answer}."

"""`/ops/channels`: where alerts are sent, whether they arrived, and the forms that change it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.channels.service import ChannelService
from backend.dashboards.ops.channels import CHOICES, shown_channel, shown_channels, shown_delivery
from backend.dashboards.pages.ops import OPERATIONS
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.pages.forms import NO_ERRORS, Errors, form_page, if_refused, of_every_field
from backend.routes.pages.ops import may_control
from backend.routes.reader import reader_zone
from backend.routes.schemas.channel_forms import added_channel, changed_channel

bp = Blueprint("ops_channels", __name__, url_prefix=f"{OPERATIONS.path}/channels")
MOST_DELIVERIES = 50


@bp.get("")
@require(Scope.MONITORING_READ)
def show_all() -> str:
    service, zone = get(ChannelService), reader_zone()
    channels = service.all()
    names = {channel.id: channel.name for channel in channels}
    deliveries = [shown_delivery(one, names, zone) for one in service.deliveries(most=MOST_DELIVERIES)]
    shown = shown_channels(channels, service.latest(), zone)
    return render_template("ops/channels.html", channels=shown, deliveries=deliveries, may_control=may_control())


def new_page(errors: Errors = NO_ERRORS) -> str:
    return form_page("ops/new_channel.html", of_every_field(errors), **CHOICES)


def channel_page(errors: Errors = NO_ERRORS, *, channel_id: str) -> str:
    channel = shown_channel(get(ChannelService).get(channel_id), None, reader_zone())
    return form_page("ops/channel.html", of_every_field(errors), channel=channel, sent=bool(request.form), **CHOICES)


@bp.get("/new")
@require(Scope.MONITORING_CONTROL)
def new() -> str:
    return new_page()


@bp.post("/new")
@require(Scope.MONITORING_CONTROL)
@if_refused(new_page)
def add() -> ResponseReturnValue:
    channel = added_channel(request.form)
    get(ChannelService).add(caller_name(), channel)
    secret = _secret(channel.address.secret if channel.address else "")
    flash(f"Channel added. Send a test to see that it arrives.{secret}")
    return redirect("/ops/channels", 303)


@bp.get("/<channel_id>")
@require(Scope.MONITORING_CONTROL)
def show(channel_id: str) -> str:
    return channel_page(channel_id=channel_id)


@bp.post("/<channel_id>")
@require(Scope.MONITORING_CONTROL)
@if_refused(channel_page)
def change(channel_id: str) -> ResponseReturnValue:
    service = get(ChannelService)
    service.change(caller_name(), channel_id, changed_channel(request.form, service.get(channel_id).kind))
    flash("Saved. What waits for this channel is sent now.")
    return redirect("/ops/channels", 303)


@bp.post("/<channel_id>/test")
@require(Scope.MONITORING_CONTROL)
def test(channel_id: str) -> ResponseReturnValue:
    get(ChannelService).send_test(caller_name(), channel_id)
    flash("A test is on its way. Reload to see whether it arrived.")
    return redirect("/ops/channels#deliveries", 303)


@bp.post("/<channel_id>/delete")
@require(Scope.MONITORING_CONTROL)
def delete(channel_id: str) -> ResponseReturnValue:
    get(ChannelService).delete(caller_name(), channel_id)
    flash("Channel deleted. What was sent to it stays in the list.")
    return redirect("/ops/channels", 303)


def _secret(secret: str) -> str:
    """Of a webhook, the secret that signs its messages, which is shown this once."""
    is_sent = bool(request.form.get("secret")) or request.form.get("kind") != "webhook"
    return "" if is_sent or not secret else f" Its signing secret, shown only now: {secret}"

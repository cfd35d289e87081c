"""`/api/analytics/performance/channels` and `…/deliveries`: where alerts are sent, and what was."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.channels.service import ChannelService
from backend.plugins import get
from backend.routes.access import caller_name, demand, require
from backend.routes.schemas.alert_channels import (
    AddedChannelResponse,
    ChannelBody,
    ChannelChange,
    ChannelPath,
    ChannelResponse,
    ChannelsResponse,
    DeliveriesQuery,
    DeliveriesResponse,
    DeliveryResponse,
)
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "alert_channels",
    __name__,
    url_prefix="/performance",
    abp_tags=[Tag(name="Channels for alerts", description="Where alerts are sent, and what became of each message.")],
    abp_security=[{"api_key": []}, {"access_token": []}],
)


@bp.get("/channels", responses={200: ChannelsResponse, **problems(401, 403)})
@require(Scope.MONITORING_READ)
def show_all() -> Answer:
    """List the channels, without their secrets, each with its newest message"""
    channels = get(ChannelService)
    return ChannelsResponse.of(channels.all(), channels.latest()).model_dump(mode="json")


@bp.post("/channels", responses={201: AddedChannelResponse, **problems(400, 401, 403, 413, 415, 422)})
@require(Scope.MONITORING_CONTROL)
def add(body: ChannelBody) -> Answer:
    """Add a channel; its secrets are kept encrypted"""
    new = body.channel()
    added = get(ChannelService).add(caller_name(), new)
    return AddedChannelResponse.of_added(added, new).model_dump(mode="json"), 201


@bp.put("/channels/<channel_id>", responses={200: ChannelResponse, **problems(400, 401, 403, 404, 409, 413, 415, 422)})
@require(Scope.MONITORING_CONTROL)
def change(path: ChannelPath, body: ChannelChange) -> Answer:
    """Change a channel, except its kind; what waits for it is tried again at once"""
    channels = get(ChannelService)
    new = body.changed(channels.changeable(path.channel_id).kind)
    changed = channels.change(caller_name(), path.channel_id, new)
    return ChannelResponse.of(changed, channels.latest().get(changed.id)).model_dump(mode="json")


@bp.delete("/channels/<channel_id>", responses={204: None, **problems(401, 403, 404, 409, 422)})
@require(Scope.MONITORING_CONTROL)
def delete(path: ChannelPath) -> Response:
    """Delete a channel; the log of what it was sent stays"""
    get(ChannelService).delete(caller_name(), path.channel_id)
    return Response(status=204)


@bp.post("/channels/<channel_id>/test", responses={202: DeliveryResponse, **problems(401, 403, 404, 422)})
@require(Scope.MONITORING_CONTROL)
def test(path: ChannelPath) -> Answer:
    """Send a test message, by email to whoever asks; the answer names its entry in the log"""
    channels, account_id = get(ChannelService), demand(Scope.MONITORING_CONTROL).account_id
    recipients = () if account_id is None else (account_id,)
    delivery_id = channels.send_test(caller_name(), path.channel_id, recipients)
    return DeliveryResponse.of(channels.delivery(delivery_id)).model_dump(mode="json"), 202


@bp.get("/deliveries", responses={200: DeliveriesResponse, **problems(401, 403, 422)})
@require(Scope.MONITORING_READ)
def deliveries(query: DeliveriesQuery) -> Answer:
    """List what was sent, the newest first, a hundred at most"""
    found = get(ChannelService).deliveries(query.state, query.channel, query.before, query.limit)
    return DeliveriesResponse.of(found).model_dump(mode="json")

"""`/api/analytics/event`: what visitors did."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag

from backend.analytics.events.intake import EventIntake
from backend.analytics.events.wire.bodies import parse
from backend.analytics.events.wire.event import Limits
from backend.clock import utc_now
from backend.errors import TooLarge
from backend.plugins import get
from backend.routes.access import Rate, public
from backend.routes.api.event_senders import NotTracked, sender_here
from backend.routes.schemas.answer import Answer
from backend.routes.schemas.events import EventBody, EventsRecorded
from backend.routes.schemas.problem import problems

bp = APIBlueprint(
    "events",
    __name__,
    abp_tags=[Tag(name="Events", description="What visitors did.")],
    abp_security=[{}, {"api_key": []}, {"access_token": []}],
)


@bp.post("/event", responses={202: EventsRecorded, 204: None, **problems(400, 401, 403, 413, 415, 422)})
@public("browsers report their own visit; other sites are refused", Rate.EVENTS)
def record(raw: EventBody) -> Answer:
    """Store events, each once

    Send one event, an array or `{"events": [...]}`; also one event a line as application/x-ndjson, and JSON that a
    beacon calls text/plain. Good events are durable before the answer. Bad ones come back with their index and a
    reason. 422 means that none were good. The same `event_id` is stored once. Events that cannot have happened when
    they say are kept apart. 204 means that the browser asks not to be tracked, and nothing was read.
    """
    sender = sender_here()
    sender.admit()
    batch = sender.vouch(parse(_body(sender.limits), request.mimetype, sender.limits, utc_now()))
    refused_at = {event.index for event in batch.rejected}
    taken = get(EventIntake).take(batch.events, batch.envelope, sender.facts(), refused_at)
    return EventsRecorded.of(taken, batch.rejected).model_dump(), 202


@bp.errorhandler(NotTracked)
def record_nothing(_error: NotTracked) -> Response:
    return Response(status=204, headers={"Tk": "N"})


def _body(limits: Limits) -> bytes:
    """One byte past the limit is asked for: a chunked body names no length, and would be cut off unseen."""
    request.max_content_length = limits.size + 1
    if request.content_length is not None and request.content_length > limits.size:
        raise TooLarge(f"Send at most {limits.size} bytes a request.")
    return request.get_data(cache=False)

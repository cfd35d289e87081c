"""`/api/analytics/event`: what visitors did."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag

from backend.accounts.permissions import Scope
from backend.analytics.events.intake import EventIntake
from backend.analytics.events.senders.facts import RequestFacts
from backend.analytics.events.wire.bodies import parse
from backend.analytics.events.wire.event import BROWSER, WITH_KEY, Limits
from backend.clock import utc_now
from backend.errors import Forbidden, TooLarge
from backend.plugins import get
from backend.routes.access import Rate, caller, demand, public
from backend.routes.consent import asks_not_to_be_tracked, may_recognise, recognised_member
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
@public("browsers report their own visit; other sites are refused below", Rate.EVENTS)
def record(raw: EventBody) -> Answer | Response:
    """Store events, each once

    Send one event, an array or `{"events": [...]}`; also one event a line as application/x-ndjson, and JSON that a
    beacon calls text/plain. Good events are durable before the answer; bad ones come back with their index and a
    reason. 422 says that not one was good. The same `event_id` is stored once. Events that cannot have happened when
    they say are kept apart. 204 says that the browser asks not to be tracked, and nothing was read.
    """
    limits = _limits()
    if limits is BROWSER and asks_not_to_be_tracked():
        return Response(status=204, headers={"Tk": "N"})
    batch = parse(_body(limits), request.mimetype, limits, utc_now())
    if limits is BROWSER:
        if batch.holds_demo:
            raise Forbidden("Sessions with such a name are demo visits, which come with an API key.")
        batch = batch.as_from(recognised_member(), lasting=may_recognise())
    facts = RequestFacts(request.host, request.headers, request.remote_addr) if limits is BROWSER else None
    taken = get(EventIntake).take(batch.events, batch.said, facts, {rejection.index for rejection in batch.rejected})
    return EventsRecorded.of(taken, batch.rejected).model_dump(), 202


def _limits() -> Limits:
    """A key needs its scope; without a key the request must come from one of our own pages."""
    if caller() is None:
        _refuse_other_sites()
        return BROWSER
    demand(Scope.EVENTS_WRITE)
    return WITH_KEY


def _refuse_other_sites() -> None:
    """Browsers say where a request comes from; older ones at least name the origin of the page."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = site == "same-origin" or (site is None and origin == request.host_url.rstrip("/"))
    if not own:
        raise Forbidden("Events come from our own pages, or with an API key.")


def _body(limits: Limits) -> bytes:
    """One byte past the limit is asked for: a chunked body names no length, and would be cut off unseen."""
    request.max_content_length = limits.size + 1
    if request.content_length is not None and request.content_length > limits.size:
        raise TooLarge(f"Send at most {limits.size} bytes a request.")
    return request.get_data(cache=False)

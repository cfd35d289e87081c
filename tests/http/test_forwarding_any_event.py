"""CAP-5: whatever the event API accepts is a request by GA4's rules, or a counted skip."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.analytics.events.names import EventName
from tests.http.forwarding import OWN_PAGE, URL, hours_ago

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0, 2**53 + 1, 10**400])
TEXTS = st.text() | st.text("aü😀", min_size=95, max_size=200) | st.sampled_from(["", "a@b.example", "USD", "EURO"])
VALUES = st.none() | st.booleans() | NUMBERS | TEXTS | st.lists(st.integers(), max_size=2)
PROPERTIES = st.sampled_from(["source", "medium", "campaign", "step", "seconds", "offer", "price_cents", "currency"])
NAMES = st.sampled_from([*EventName, "page_view", "ga_thing", "n" * 40, "n" * 41]) | st.from_regex(
    r"[a-z][a-z0-9_]{0,99}", fullmatch=True
)
EVENTS = st.fixed_dictionaries(
    {
        "event_type": NAMES,
        "session_id": st.sampled_from(["s-1", "s-2"]) | st.from_regex(r"[A-Za-z0-9._:-]{1,100}", fullmatch=True),
        "event_data": st.dictionaries(PROPERTIES | st.text(max_size=50), VALUES, max_size=30),
    },
    optional={"user_id": TEXTS, "timestamp": st.sampled_from([-23, -0.1, 0, 71.9, 72.1, 1000]).map(hours_ago)},
)


@given(st.lists(EVENTS, min_size=1, max_size=40))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_api_accepts_is_sent_by_the_rules_or_counted_as_skipped(sqlite_site, events):
    site = sqlite_site
    before = Counter(site.counts.of)
    answer = site.app.test_client().post(URL, data=json.dumps(events), headers=OWN_PAGE, content_type="text/plain")

    site.forward()
    while site.work():
        pass

    new = site.counts.of - before
    assert new["ga4.sent"] + new["ga4.skipped"] == answer.json.get("accepted", 0)
    assert len(site.ga4.events()) == site.counts.of["ga4.sent"]
    assert (site.ga4.problems, new["ga4.failed"]) == ([], 0)

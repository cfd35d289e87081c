"""What docs/monitoring.md shows of each format is what is sent, and its way to verify a webhook works. PERF-4"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from backend.analytics.monitoring.channels import pagerduty, slack, teams, webhook
from backend.analytics.monitoring.channels.message import Message
from tests.alert_changes import change
from tests.alert_servers import ROUTING_KEY, SIGNING_SECRET
from tests.servers import PROJECT

SITE, ZONE = "https://mingus.example", "America/New_York"
CHANGE = change()
MESSAGE = Message.of([CHANGE], SITE, ZONE)
BODY = webhook.body(MESSAGE, [CHANGE], 12, SITE, ZONE)
SENT = {
    "slack": slack.body(MESSAGE),
    "pagerduty": pagerduty.body(MESSAGE, CHANGE, ROUTING_KEY, SITE, ZONE),
    "teams": teams.body(MESSAGE),
    "webhook": BODY,
}
AT = datetime(2025, 11, 30, 22, tzinfo=UTC)


def example(name):
    text = (PROJECT / "docs" / "monitoring.md").read_text()
    [code] = re.findall(rf"^```\w+ {name}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return code


@pytest.mark.parametrize("name", SENT)
def test_the_example_of_a_format_is_what_is_sent(name):
    assert json.loads(example(name)) == json.loads(SENT[name])


def test_the_documented_way_takes_what_is_genuine_and_nothing_else():
    names = {}
    exec(example("verify"), names)
    is_genuine, now = names["is_genuine"], AT.timestamp()
    sent = webhook.headers(BODY, SIGNING_SECRET, 12, AT)
    signature = sent["Mingus-Signature"]

    assert sent["Mingus-Delivery"] == "12"
    assert is_genuine(signature, BODY, SIGNING_SECRET, now + 299)
    assert not is_genuine(signature, BODY, SIGNING_SECRET, now + webhook.REPLAY_WINDOW.total_seconds() + 1)
    assert not is_genuine(signature, BODY + b" ", SIGNING_SECRET, now)
    assert not is_genuine(signature, BODY, "another-secret-of-anybody", now)
    assert not is_genuine(f"t={int(now) + 60},{signature.partition(',')[2]}", BODY, SIGNING_SECRET, now)
    assert not is_genuine("v1=", BODY, SIGNING_SECRET, now)

"""The flags that browsers and GrowthBook's SDKs read, and which other sites may: EXP-7, ACC-12."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread

import pytest
from growthbook import GrowthBook
from werkzeug.serving import make_server

from backend.analytics.experiments.configuration import Configuration
from backend.analytics.experiments.evaluator import evaluate_feature
from backend.analytics.experiments.models import ExperimentsVersion, FeatureFlag
from backend.analytics.experiments.publishing import FlagPublisher
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import get
from tests.conftest import close, make_app, make_settings

FRIEND, STRANGER = "https://friend.example", "https://stranger.example"
ADDRESSES = ("/api/flags/config", "/api/features/sdk-mingus")
SPLIT = {"variations": ["blue", "green"], "hashVersion": 2, "seed": "s", "hashAttribute": "visitor_id", "coverage": 0.5}


@pytest.fixture
def flagged(app):
    """Keeps flags by key, public unless another thing is said."""

    def keep(**definitions):
        with app.app_context():
            session, now = get_db_session(), utc_now()
            for key, definition in definitions.items():
                own = {"is_public": True, "is_killed": False} | definition.pop("own", {})
                session.merge(
                    FeatureFlag(key=key, description="", definition=definition, created_at=now, updated_at=now, **own)
                )
            before = session.get(ExperimentsVersion, 1)
            session.merge(ExperimentsVersion(id=1, version=before.version + 1 if before else 1, changed_at=now))
            session.commit()
            get(Configuration)._looked_at = float("-inf")  # as if a second had passed

    return keep


@pytest.fixture
def neighbor(instance):
    """A client of a site whose API one other site may call."""
    app = make_app(make_settings(instance, CORS_ORIGINS=f"{FRIEND}, https://other.example"))
    yield app.test_client()
    close(app)


def _rule(**condition):
    return {"defaultValue": False, "rules": [{"condition": condition, "force": True}]}


def _features(client):
    return client.get("/api/flags/config").json["features"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_flags_are_published_like_any_others(client, flagged, address):
    flagged(color={"defaultValue": "red"})
    before = client.get(address)
    flagged(color={"defaultValue": "red", "own": {"is_public": False}})

    after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})

    assert before.json["features"] == {"color": {"defaultValue": "red"}}
    assert (after.status_code, after.json["features"]) == (200, {})


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_browser_asks_each_time_and_is_sent_only_what_changed(client, flagged, address):
    flagged(color={"defaultValue": "red"})
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")


def test_a_killed_flag_is_sent_without_its_rules(client, flagged):
    flagged(color={"defaultValue": "red", "rules": [{"force": "blue"}], "own": {"is_killed": True}})

    assert _features(client) == {"color": {"defaultValue": "red"}}


def test_a_scheduled_rule_is_sent_as_the_share_of_now(app, client, flagged):
    schedule = {
        "from": 0.1,
        "to": 0.5,
        "starts_at": "2026-01-01T00:00:00+00:00",
        "ends_at": "2026-01-09T00:00:00+00:00",
    }
    flagged(
        color={"defaultValue": "red", "rules": [{"force": "blue", "hashAttribute": "visitor_id", "schedule": schedule}]}
    )
    with app.app_context():
        publisher = get(FlagPublisher)
        documents = [
            replace(publisher, now=lambda day=day: datetime(2026, 1, day, tzinfo=UTC)).document() for day in (1, 5, 20)
        ]
    rules = [document["features"]["color"]["rules"] for document in documents]

    assert [rule for [rule] in rules] == [
        {"force": "blue", "hashAttribute": "visitor_id", "coverage": share} for share in (0.1, 0.3, 0.5)
    ]
    assert _features(client)["color"]["rules"] == rules[-1]


def test_rules_over_what_only_the_server_knows_stay_with_all_that_need_them(client, flagged):
    flagged(
        abroad=_rule(country="DE"),
        paying=_rule(**{"$or": [{"country": "DE"}, {"plan": "gold"}]}),
        chosen=_rule(user_id={"$in": ["a-person"]}),
        grouped=_rule(country={"$not": {"$inGroup": "team"}}),
        bucketed={"defaultValue": 1, "rules": [SPLIT | {"hashAttribute": "salary"}]},
        later={
            "defaultValue": 1,
            "rules": [{"force": 2, "parentConditions": [{"id": "paying", "condition": {"value": True}}]}],
        },
        latest={
            "defaultValue": 1,
            "rules": [{"force": 2, "parentConditions": [{"id": "later", "condition": {"value": 2}}]}],
        },
    )

    assert list(_features(client)) == ["abroad"]


def test_email_addresses_are_sent_as_salted_hashes_that_still_match(app, client, flagged):
    flagged(staff=_rule(email={"$in": ["Ada@Example.com"]}), looked_into=_rule(email={"$regex": "@example.com$"}))

    answer = client.get("/api/flags/config")
    document = answer.json
    with app.app_context():
        email = get(FlagPublisher).hashed(" ada@example.com")

    assert "example" not in answer.text.lower()
    assert list(document["features"]) == ["staff"]
    assert (document["hashed"], evaluate_feature("staff", document | {"attributes": {"email": email}})["value"]) == (
        ["email"],
        True,
    )


def test_another_client_key_leads_nowhere(client):
    assert client.get("/api/features/sdk-other").status_code == 404


def test_growthbooks_sdk_reads_the_flags_and_puts_everyone_where_we_do(app, client, flagged):
    flagged(color={"defaultValue": "red", "rules": [SPLIT]}, abroad=_rule(country="DE"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    sdk = GrowthBook(api_host=f"http://127.0.0.1:{server.port}", client_key="sdk-mingus")
    try:
        sdk.load_features()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    document = client.get("/api/flags/config").json

    for number in range(200):
        attributes = {"visitor_id": f"Zoë-{number}", "country": "DE" if number % 2 else "US"}
        sdk.set_attributes(attributes)
        for key in ("color", "abroad"):
            ours = evaluate_feature(key, document | {"attributes": attributes})
            assert sdk.eval_feature(key).value == ours["value"]
    sdk.destroy()


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/v1/auth/account", "/api/calculator/nothing"])
def test_only_listed_sites_read_the_api_and_never_with_cookies(neighbor, address):
    friend = neighbor.get(address, headers={"Origin": FRIEND})
    others = [
        neighbor.get(address, headers={"Origin": origin})
        for origin in (STRANGER, "null", FRIEND + ":8443", FRIEND.upper())
    ]

    assert friend.headers["Access-Control-Allow-Origin"] == FRIEND
    assert [answer.headers.get("Access-Control-Allow-Origin") for answer in others] == [None] * 4
    assert all("Origin" in answer.vary for answer in (friend, *others, neighbor.get(address)))
    assert not any("Access-Control-Allow-Credentials" in answer.headers for answer in (friend, *others))


def test_a_preflight_is_answered_before_anybody_is_asked_who_they_are(neighbor):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}

    allowed = neighbor.options("/api/calculator/assess", headers=asked | {"Origin": FRIEND})
    refused = neighbor.options("/api/calculator/assess", headers=asked | {"Origin": STRANGER})

    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (204, FRIEND)
    assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in refused.headers


@pytest.mark.parametrize("address", ["/", "/api/analytics/goals", "/api/flags/configuration", "/health/live"])
def test_everything_else_is_for_our_own_pages(neighbor, address):
    assert "Access-Control-Allow-Origin" not in neighbor.get(address, headers={"Origin": FRIEND}).headers


def test_without_a_list_no_other_site_reads_anything(client):
    assert "Access-Control-Allow-Origin" not in client.get(ADDRESSES[0], headers={"Origin": FRIEND}).headers

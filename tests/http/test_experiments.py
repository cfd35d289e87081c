"""EXP-1: experiments, flags, and holdouts by the API and from the shell."""

from __future__ import annotations

import pytest

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.ai_calculator_ab_testing import ai_calculator_ab_testing
from backend.analytics.experiments.configuration import Configuration
from backend.analytics.experiments.definition import TestType
from backend.analytics.experiments.service import ExperimentService
from backend.errors import InvalidRequest, NotFound
from backend.plugins import get

TESTS, FLAGS, HOLDOUTS = "/api/analytics/ab-testing", "/api/flags", "/api/analytics/holdouts"
ARMS = [{"key": "control", "name": "As it is", "weight": 0.5}, {"key": "new", "name": "New", "weight": 0.5}]
BODY = {
    "name": "Price test",
    "type": "custom",
    "hypothesis": "A lower price sells more.",
    "unit": "session",
    "variants": ARMS,
    "traffic": 1.0,
    "targeting": {},
    "namespace": {},
    "primary": "conversion_rate",
    "secondary": [],
    "guardrails": [{"measure": "bounce_rate", "max_drop": 0.05}],
    "statistics": {"engine": "frequentist", "sequential": True, "alpha": 0.05, "correction": "holm"},
    "minimum": {"days": 7, "users_per_variant": 500},
    "mde": 0.1,
    "allocation": "fixed",
    "schedule": {},
}


def with_scope(app, *scopes):
    client = app.test_client()
    with app.app_context():
        key = get(KeyService).create("test", scopes)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


@pytest.fixture
def editor(app):
    return with_scope(app, Scope.EXPERIMENTS_READ, Scope.EXPERIMENTS_WRITE)


def created(client, **changes):
    answer = client.post(f"{TESTS}/create", json=BODY | changes)
    assert answer.status_code == 201, answer.json
    return answer.json["test_id"]


def fields(answer, status):
    assert answer.status_code == status, answer.json
    return {error["field"] for error in answer.json["errors"]}


def test_an_experiment_is_created_changed_started_and_stopped_by_the_api(editor):
    address = f"{TESTS}/{created(editor)}"
    changed = editor.patch(address, json={"mde": 0.2, "schedule": {"ends_at": "2100-01-01T00:00:00Z"}, "why": "Less"})
    started = editor.post(f"{address}/start?why=Go")
    editor.post(f"{address}/weights", json={"weights": {"control": 0.1, "new": 0.9}, "traffic": 0.5, "why": "Fine"})
    stopped = editor.post(f"{address}/stop").json["data"]
    shown = editor.get(address).json["data"]

    assert (changed.json["data"]["config"]["mde"], changed.json["data"]["config"]["traffic"]) == (0.2, 1.0)
    assert (started.status_code, started.json["data"]["status"]) == (200, "running")
    assert [period["weights"]["new"] for period in stopped["periods"]] == [0.5, 0.9]
    assert [entry["deed"] for entry in shown["history"]] == ["stopped", "reweighted", "started", "edited", "created"]
    assert {entry["who"].partition(":")[0] for entry in shown["history"]} == {"key"}
    assert (shown["history"][2]["why"], shown["concerns"]) == ("Go", [])
    assert [one["test_id"] for one in editor.get(f"{TESTS}?status=stopped").json["data"]] == [shown["test_id"]]
    assert editor.get(f"{TESTS}?status=draft").json["data"] == []


def test_a_bad_design_is_refused_with_every_reason(editor):
    bad = {
        "variants": [ARMS[0], ARMS[0] | {"weight": 0.6}],
        "targeting": {"path": {"$regex": "(?<=x)"}},
        "primary": "happiness",
        "namespace": {"name": "home", "start": 0.5, "end": 0.2},
        "schedule": {"starts_at": "2027-01-02T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z"},
    }
    urgent = [ARMS[0], ARMS[1] | {"payload": {"text": "Only today"}}]

    assert fields(editor.post(f"{TESTS}/create", json=BODY | bad), 422) == {
        "variants", "variants.0.key", "variants.1.key", "targeting.path.$regex", "primary", "namespace.end",
        "schedule.ends_at",
    }  # fmt: skip
    refused = editor.post(f"{TESTS}/create", json=BODY | {"type": "urgency_messaging", "variants": urgent})
    assert "variants.1.payload.source" in fields(refused, 422)
    typed = editor.post(f"{TESTS}/create", json=BODY | {"unit": "household", "mde": "10%", "seed": "mine"})
    assert fields(typed, 422) == {"unit", "mde", "seed"}
    assert fields(editor.post(f"{TESTS}/create", json=BODY | {"namespace": {"name": "x"}}), 422) == {"namespace"}
    assert editor.get(TESTS).json["data"] == []


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("schedule.starts_at", {"schedule": {"starts_at": "0001-01-01T00:00:00+14:00"}}),
        ("schedule.ends_at", {"schedule": {"ends_at": "9999-12-31T23:59:59-14:00"}}),
        ("schedule.starts_at", {"schedule": {"starts_at": 1}}),
        ("conversion_window_hours", {"conversion_window_hours": 10**29}),
    ],
)
def test_times_that_no_calendar_holds_are_refused_at_their_field(editor, field, change):
    assert fields(editor.post(f"{TESTS}/create", json=BODY | change), 422) == {field}
    assert fields(editor.patch(f"{TESTS}/{created(editor)}", json=change), 422) == {field}


def test_what_runs_is_not_redesigned(editor):
    address = f"{TESTS}/{created(editor)}"
    editor.post(f"{address}/start")
    refused = editor.patch(address, json={"mde": 0.2})
    again = editor.post(f"{address}/start")

    assert (fields(refused, 409), fields(again, 409)) == ({"status"}, {"status"})
    assert refused.json["code"] == "experiment_conflict"
    assert editor.post(f"{address}/weights", json={"traffic": 0.5}).status_code == 422
    assert editor.post(f"{address}/automation", json={"roll_back": True}).json["data"]["config"]["automation"] == {
        "roll_out": False, "roll_back": True,
    }  # fmt: skip
    shipped = editor.post(f"{address}/ship", json={"variant": "new", "share": 0.25, "why": "Won"}).json["data"]
    assert (shipped["status"], shipped["shipped"], shipped["shipped_share"]) == ("stopped", "new", 0.25)
    copy = editor.post(f"{address}/copy").json["test_id"]
    assert editor.get(f"{TESTS}/{copy}").json["data"]["status"] == "draft"


def test_a_follow_up_starts_from_what_is_shipped_and_from_nothing_else(editor):
    address = f"{TESTS}/{created(editor)}"
    early = editor.post(f"{address}/follow-up")
    editor.post(f"{address}/start")
    editor.post(f"{address}/ship", json={"variant": "new", "share": 1, "why": "Won"})
    made = editor.post(f"{address}/follow-up")
    drafted = editor.get(f"{TESTS}/{made.json['test_id']}").json["data"]
    won = next(each for each in editor.get(address).json["data"]["config"]["variants"] if each["key"] == "new")

    assert (fields(early, 409), made.status_code, drafted["status"]) == ({"shipped"}, 201, "draft")
    assert drafted["follows"] == address.rpartition("/")[2]
    assert drafted["config"]["variants"][0]["payload"] == won["payload"]
    editor.post(f"{address}/ship", json={"variant": "new", "share": 0, "why": "Taken back"})
    assert fields(editor.post(f"{address}/follow-up"), 409) == {"shipped"}


def test_reading_takes_one_scope_and_changing_another(app, editor):
    test_id = created(editor)
    reader, stranger = with_scope(app, Scope.EXPERIMENTS_READ), with_scope(app, Scope.DASHBOARDS_READ)

    assert reader.get(f"{TESTS}/{test_id}").status_code == 200
    assert reader.post(f"{TESTS}/{test_id}/start").status_code == 403
    assert reader.post(FLAGS, json={"key": "beta"}).status_code == 403
    assert {stranger.get(address).status_code for address in (TESTS, FLAGS, HOLDOUTS)} == {403}
    assert {app.test_client().get(address).status_code for address in (TESTS, FLAGS, HOLDOUTS)} == {401}
    assert editor.get(f"{TESTS}/nothing").status_code == 404


def test_a_flag_is_added_changed_killed_revived_and_deleted_with_its_history(editor):
    rules = [{"force": True, "coverage": 0.1, "hashVersion": 2, "condition": {"country": "US"}}]
    added = editor.post(FLAGS, json={"key": "beta", "default_value": False, "rules": rules, "why": "New page"})
    taken = editor.post(FLAGS, json={"key": "beta"})
    editor.put(f"{FLAGS}/beta", json={"default_value": False, "rules": [], "is_public": True})
    killed = editor.post(f"{FLAGS}/beta/kill?why=Broken").json["data"]
    revived = editor.post(f"{FLAGS}/beta/revive").json["data"]
    needs = [{"force": 1, "parentConditions": [{"id": "beta", "condition": {"value": True}}]}]
    editor.post(FLAGS, json={"key": "after", "rules": needs})
    needed = editor.delete(f"{FLAGS}/beta")
    editor.delete(f"{FLAGS}/after")
    gone = editor.delete(f"{FLAGS}/beta")
    history = editor.get(f"{FLAGS}/beta/history").json["data"]

    assert (added.status_code, added.json["data"]["rules"]) == (201, rules)
    assert (fields(taken, 409), fields(needed, 409), gone.status_code) == ({"key"}, {"key"}, 204)
    assert (killed["is_killed"], revived["is_killed"], revived["is_public"]) == (True, False, True)
    assert [entry["deed"] for entry in history] == ["deleted", "revived", "killed", "changed", "added"]
    assert (history[2]["why"], history[0]["after"]) == ("Broken", None)
    assert (editor.get(FLAGS).json["data"], editor.get(f"{FLAGS}/beta").status_code) == ([], 404)


def test_a_bad_flag_is_refused_with_every_reason(editor):
    rules = [{"force": 1, "coverage": 2}, {"variations": [1, 2], "weights": [0.5, 0.4], "color": 1}]

    assert fields(editor.post(FLAGS, json={"key": "no way", "rules": rules}), 422) == {
        "key", "rules.0.coverage", "rules.1.weights", "rules.1.color",
    }  # fmt: skip


def test_a_holdout_keeps_its_share_and_takes_no_experiment_that_has_begun(editor):
    draft, running = created(editor), created(editor)
    editor.post(f"{TESTS}/{running}/start")
    added = editor.post(HOLDOUTS, json={"name": "half-2027", "share": 0.05, "test_ids": [draft]})
    begun = editor.patch(f"{HOLDOUTS}/half-2027", json={"test_ids": [draft, running]})
    unknown = editor.patch(f"{HOLDOUTS}/half-2027", json={"test_ids": ["nothing", draft, draft]})

    assert (added.status_code, fields(begun, 409)) == (201, {"test_ids"})
    assert fields(unknown, 422) == {"test_ids.0", "test_ids.2"}
    assert editor.patch(f"{HOLDOUTS}/half-2027", json={"test_ids": []}).json["data"]["share"] == 0.05
    assert editor.delete(f"{HOLDOUTS}/half-2027").status_code == 204
    assert fields(editor.post(HOLDOUTS, json={"name": "half-2027", "share": 0.1}), 409) == {"name"}


def test_python_makes_and_starts_experiments_by_the_founding_names(app):
    offers = [
        {"name": "Basic", "price": 9.99, "features": ["Plan"]},
        {"name": "Plus", "price": 19, "features": ["Plan", "Call"]},
    ]
    with app.app_context():
        offer = ai_calculator_ab_testing.create_conversion_offer_test("Two prices", offers)
        moved = ai_calculator_ab_testing.create_personalization_test("Moves", [{}, {"moves": "pay"}])
        ai_calculator_ab_testing.start_test(offer)
        started, draft = get(ExperimentService).get(offer), get(ExperimentService).get(moved)
        with pytest.raises(InvalidRequest):
            ai_calculator_ab_testing.create_urgency_test("Hurry", [{}, {"text": "Only today"}])
        with pytest.raises(InvalidRequest):
            ai_calculator_ab_testing.create_risk_algorithm_test("Weights", ["by magic", "equal_kinds"])

    assert (started.status, started.config.type) == ("running", TestType.CONVERSION_OFFER)
    assert [variant.payload["price_cents"] for variant in started.config.variants] == [999, 1900]
    assert [dict(variant.payload) for variant in draft.config.variants] == [{}, {"moves": "pay"}]


def test_python_asks_for_variants_and_results_by_the_founding_names(app):
    plugin = ai_calculator_ab_testing
    with app.app_context():
        test_id = plugin.create_personalization_test("Moves", [{}, {"moves": "pay"}])
        with pytest.raises(InvalidRequest):
            plugin.get_results(test_id)
        plugin.start_test(test_id)
        get(Configuration)._looked_at = float("-inf")  # as if a second had passed
        first, again = (
            [plugin.get_variant(test_id, user_id=f"user-{number}") for number in range(12)] for _ in range(2)
        )
        with pytest.raises(InvalidRequest, match="splits by user"):
            plugin.get_variant(test_id, session_id="s-1")
        with pytest.raises(InvalidRequest):
            plugin.get_variant(test_id, user_id="nul\0")
        with pytest.raises(NotFound):
            plugin.get_variant("nothing", user_id="user-1")
        results = plugin.get_results(test_id)

    assert first == again
    assert set(first) == {"control", "variant-1"}
    assert results.experiment.test_id == test_id


def test_the_shell_lists_shows_starts_and_stops(app, editor):
    test_id, run = created(editor), app.test_cli_runner().invoke
    listed, shown = run(args=["experiments", "list"]).output, run(args=["experiments", "show", test_id]).output
    started = run(args=["experiments", "start", test_id, "--why", "Go"])
    stopped = run(args=["experiments", "stop", test_id])
    again = run(args=["experiments", "start", test_id])

    assert test_id in listed
    assert "As it is" in shown
    assert ("running" in started.output, "stopped" in stopped.output) == (True, True)
    assert (again.exit_code, "Copy it to a new draft" in again.output) == (1, True)

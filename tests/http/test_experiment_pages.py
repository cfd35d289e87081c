"""EXP-1..8: experiments and flags on the pages, every form without a script."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from backend.accounts.permissions import Role
from backend.analytics.experiments.service import CLI, ExperimentService
from backend.plugins import get
from tests.accounts import BROWSER, form_token, make_account, signed_in
from tests.http.experimenting import CONFIG, counted_experiment
from tests.http.operating import headline, page, words

ANSWERS = {
    "type": "conversion_offer", "name": "Cheaper plan", "hypothesis": "Does a lower price make more people ask?",
    "v0-label": "Today", "v1-label": "Nine dollars", "v1-offer": "pro", "v1-name": "Pro", "v1-price": "9",
    "v1-features": "Everything\nEvery year", "unit": "visitor", "traffic": "100", "primary": "upgrades", "mde": "10",
    "g0-measure": "result_visitors", "g0-drop": "5", "minimum_days": "7", "minimum_units": "500",
}  # fmt: skip


@pytest.fixture
def experimenter(app, client):
    return signed_in(client, make_account(app, Role.EXPERIMENTER))


def send(client, path, data, form=None):
    token = form_token(client, form or path)
    return client.post(path, data={"csrf_token": token} | data, headers=BROWSER)


def drafted(client):
    answer = send(client, "/experiments/new", ANSWERS | {"go": "save"}, "/experiments/new?type=conversion_offer")
    assert answer.status_code == 303, words(answer.text)
    return answer.location


def test_without_experiments_the_list_says_what_one_is_and_leads_to_the_first(experimenter):
    text = page(experimenter, "/experiments")

    assert "No experiments yet" in text
    assert 'href="/experiments/new"' in text
    assert "Offer and price" in page(experimenter, "/experiments/new")


def test_five_answers_make_a_draft_that_is_started_paused_and_stopped(experimenter):
    here = drafted(experimenter)

    assert headline(page(experimenter, here)) == "This experiment has not started."
    assert send(experimenter, f"{here}/start", {}, here).status_code == 303
    assert headline(page(experimenter, here)) == "Nobody has been counted yet."
    assert "Cheaper plan Offer and price" in words(page(experimenter, "/experiments"))
    assert send(experimenter, f"{here}/pause", {}, here).status_code == 303
    assert "Paused" in words(page(experimenter, here))
    assert send(experimenter, f"{here}/stop", {"why": "Enough seen"}, here).status_code == 303
    assert re.search("Stopped ?: Enough seen", words(page(experimenter, here)))


def test_too_small_traffic_is_said_with_numbers_before_the_start(experimenter):
    typed = ANSWERS | {"go": "check", "baseline": "4", "units_per_day": "60"}
    answer = send(experimenter, "/experiments/new", typed, "/experiments/new?type=conversion_offer")
    text = words(answer.text)

    assert re.search(r"The traffic is too small: [\d,]+ visitors at 60 a day take [\d,]+ days", text)
    assert re.search(r"In 56 days this traffic can tell a gain of \d+% or more", text)
    assert 'value="Cheaper plan"' in answer.text


def test_enough_traffic_is_said_in_whole_weeks(experimenter):
    typed = ANSWERS | {"baseline": "40", "units_per_day": "2000"}
    token = form_token(experimenter, "/experiments/new?type=conversion_offer")
    answer = experimenter.post("/experiments/new/power", data=typed | {"csrf_token": token}, headers=BROWSER)

    assert re.search(r"This takes [\d to]+ days, in whole weeks", words(answer.text))
    assert "<html" not in answer.text


def test_what_is_wrong_is_told_at_its_fields_and_what_was_typed_stays(experimenter):
    typed = ANSWERS | {"go": "save", "name": "", "v1-price": "0.10", "mde": "ten"}
    answer = send(experimenter, "/experiments/new", typed, "/experiments/new?type=conversion_offer")
    again = send(experimenter, "/experiments/new", typed | {"mde": "10"}, "/experiments/new?type=conversion_offer")

    assert (answer.status_code, again.status_code) == (422, 422)
    assert 'id="mde-e"' in answer.text
    assert 'id="name-e"' in again.text
    assert 'id="v1-price-e"' in again.text
    assert "<title>Error: " in again.text
    assert "Does a lower price make more people ask?" in again.text


def test_a_draft_is_edited_as_it_was_typed(experimenter):
    here = drafted(experimenter)
    form = page(experimenter, f"{here}/edit")

    assert 'value="9.00"' in form
    assert send(experimenter, f"{here}/edit", ANSWERS | {"name": "Nine", "go": "save"}).status_code == 303
    assert "Nine" in page(experimenter, here)


@pytest.mark.parametrize("targeting", [{"country": "US"}, {"country": {"$in": [1, None]}}, {"path": "/x"}])
def test_a_design_that_the_form_cannot_show_is_kept_and_left_to_the_api(app, experimenter, targeting):
    with app.app_context():
        test_id = get(ExperimentService).create(replace(CONFIG, targeting=targeting), CLI).test_id
    answer = experimenter.get(f"/experiments/{test_id}/edit", headers=BROWSER, follow_redirects=True)

    assert answer.status_code == 200
    assert "Change it by the API." in words(answer.text)


def test_three_even_versions_are_saved_again_untouched(experimenter):
    third = {"v2-label": "Two dollars", "v2-offer": "two", "v2-name": "Two", "v2-price": "2", "v2-features": "All"}
    form = "/experiments/new?type=conversion_offer"
    here = send(experimenter, "/experiments/new", ANSWERS | third | {"go": "save"}, form).location
    edited = page(experimenter, f"{here}/edit")
    typed = {f"v{row}-weight": re.search(f'name="v{row}-weight"[^>]*value="([^"]*)"', edited)[1] for row in range(3)}

    assert send(experimenter, f"{here}/edit", ANSWERS | third | typed | {"go": "save"}).status_code == 303


def test_a_counted_experiment_shows_its_numbers_its_checks_and_a_pdf(app, experimenter):
    test_id = counted_experiment(app)
    text = words(page(experimenter, f"/experiments/{test_id}?breakdown=country"))

    assert "Too early to tell." in text
    assert "Split is even." in text
    assert "Exploratory." in text
    assert "successes = " in text
    assert experimenter.get(f"/experiments/{test_id}.pdf", headers=BROWSER).data.startswith(b"%PDF-")
    assert experimenter.get(f"/experiments/{test_id}?measure=nonsense", headers=BROWSER).status_code == 422


def test_a_version_is_shipped_and_rolled_back(app, experimenter):
    here = f"/experiments/{counted_experiment(app)}"

    assert send(experimenter, f"{here}/ship", {"variant": "plus", "share": "25"}, here).status_code == 303
    assert "Plus is shown to 25%" in words(page(experimenter, here))
    assert send(experimenter, f"{here}/ship", {"variant": "plus", "share": "0"}, here).status_code == 303
    assert "Rolled back" in words(page(experimenter, here))
    assert send(experimenter, f"{here}/ship", {"variant": "plus", "share": "much"}, here).status_code == 422


def test_an_analyst_reads_and_changes_nothing(app, analyst):
    here = f"/experiments/{counted_experiment(app)}"
    text = page(analyst, here)

    assert "mingus_force" not in text
    assert "Stop the experiment" not in text
    assert analyst.get("/experiments/new", headers=BROWSER).status_code == 403
    assert analyst.post(f"{here}/stop", headers=BROWSER).status_code in (400, 403)


def test_a_flag_is_added_switched_off_only_when_confirmed_and_deleted(experimenter):
    rules = '[{"force": true, "coverage": 0.25}]'
    added = send(experimenter, "/flags/new", {"key": "new-home", "default": "false", "rules": rules})
    assert added.status_code == 303
    assert "true to 25% of everyone" in words(page(experimenter, "/flags/new-home"))

    assert send(experimenter, "/flags/new-home/kill", {}, "/flags/new-home").status_code == 422
    assert send(experimenter, "/flags/new-home/kill", {"sure": "on", "why": "Errors"}, "/flags/new-home").location
    assert re.search("Switched off ?: Errors", words(page(experimenter, "/flags/new-home")))
    assert send(experimenter, "/flags/new-home/revive", {}, "/flags/new-home").status_code == 303
    assert send(experimenter, "/flags/new-home/delete", {"sure": "on"}, "/flags/new-home").status_code == 303
    assert "No flags yet" in page(experimenter, "/flags")


def test_a_name_that_stands_twice_in_a_flag_is_not_lost_without_a_word(experimenter):
    flag = {"key": "beta", "default": '{"a": 1, "a": 2}', "rules": "[]"}

    answer = send(experimenter, "/flags/new", flag)

    assert answer.status_code == 422
    assert "“a” is named twice in one object." in words(answer.text)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rules": "[1]"}, "Rule 1: must be an object."),
        ({"rules": '[{"force": 1}, {"force": 1, "coverage": -1}]'}, "Rule 2, coverage: must be from 0 to 1."),
        ({"key": "a b"}, "The key must be up to 60 letters"),
    ],
)
def test_what_is_wrong_with_a_flag_is_told_where_it_was_typed(experimenter, changes, sentence):
    answer = send(experimenter, "/flags/new", {"key": "beta", "default": "false", "rules": "[]"} | changes)

    assert answer.status_code == 422
    assert sentence in words(answer.text)


def test_rules_that_are_no_json_are_refused_at_their_field(experimenter):
    answer = send(experimenter, "/flags/new", {"key": "x", "default": "yes", "rules": "{}"})

    assert answer.status_code == 422
    assert 'id="default-e"' in answer.text
    assert 'id="rules-e"' in answer.text

"""EXP-3: what a running experiment changes of a result, and that nothing else does."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.wiring.product_names import product_names
from backend.analytics.experiments import assignment
from backend.analytics.experiments.configuration import Configuration
from backend.analytics.experiments.definition import ExperimentStatus, ExperimentUnit, TestType, Variant
from backend.analytics.experiments.families import payload_problems
from backend.assessments.job_impact.presentation.statements import SOURCES
from backend.assessments.job_impact.store import StoredAssessment
from backend.assessments.visit.models import Draft
from backend.database import get_db_session
from backend.plugins import get
from backend.reference.loading import Reference
from tests.experiments import run, set_status
from tests.http.visiting import Visitor, change, only

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
PLUS = {
    "offer": "plus",
    "name": "Mingus Plus",
    "price_cents": 750,
    "currency": "USD",
    "features": ["A new look at your job each month", "Pay <by> county"],
}
TRUE = {"text": SOURCES["bls_2024_34"].wordings[0], "source": "bls_2024_34"}
USE_TWICE = {"weighting": "use_twice"}
BY_PAY = {"next_steps": "by_pay", "moves": "pay"}
FAMILIES = {
    TestType.RISK_ALGORITHM: USE_TWICE,
    TestType.CONVERSION_OFFER: PLUS,
    TestType.PERSONALIZATION: BY_PAY,
    TestType.URGENCY_MESSAGING: TRUE,
}


@pytest.fixture
def person(app):
    return somebody(app)


def somebody(app):
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    return Visitor(client)


def start(app, family, payload):
    """An experiment that gives everybody this one variant."""
    arms = (Variant("control", "Control", 0.0), Variant("b", "B", 1.0, payload))
    assert payload_problems(family, arms, product_names()) == ()
    with app.app_context():
        run(get_db_session(), family.value, type=family, variants=arms, unit=ExperimentUnit.SESSION)
        look_again()


def stop(app, family):
    with app.app_context():
        set_status(get_db_session(), family.value, ExperimentStatus.STOPPED)
        look_again()


def look_again():
    """A second has passed."""
    get(Configuration)._looked_at = float("-inf")


def result(person, **fields):
    person.begin(**fields)
    return unescape(person.get(person.result).text)


def place(page):
    return re.search(r"More exposed than (\S+) of 100 US workers", page)[1]


def test_a_result_is_scored_by_the_weighting_of_its_variant_and_says_which(app, person):
    usual = result(somebody(app))
    start(app, TestType.RISK_ALGORITHM, USE_TWICE)

    page = result(person)

    assert (place(usual), place(page)) == ("51", "49")
    assert "averages three kinds of evidence, with use counted twice: tasks 54, abilities 56, use 43." in page
    assert "use 42.6 (counted twice)" in page
    assert "Model exposure-1.0, use_twice." in page
    assert "counted twice" not in usual


def test_a_result_keeps_its_score_when_the_experiment_has_ended_whoever_reads_it(app, person):
    start(app, TestType.RISK_ALGORITHM, USE_TWICE)
    before = place(result(person))
    stop(app, TestType.RISK_ALGORITHM)
    person.answer("place")

    stored = only(app, StoredAssessment)

    assert [place(reader.get(person.result).text) for reader in (person, somebody(app))] == [before] * 2
    assert (round(stored.score, 1), stored.model) == (48.9, "exposure-1.0, use_twice")
    assert place(result(somebody(app))) == "51"


def test_a_score_by_a_weighting_that_is_no_longer_published_is_asked_for_anew(app, person):
    result(person)
    change(app, answers=only(app, Draft).answers | {"weighting": "of_old"})

    assert person.get(person.result).location == "/ai-job-impact-calculator?notice=gone"


def test_the_answers_of_the_usual_weighting_are_stored_as_ever(app, person):
    result(person)

    assert "weighting" not in only(app, Draft).answers


def test_an_offer_stands_with_its_name_price_and_features_and_charges_nothing(app, person):
    start(app, TestType.CONVERSION_OFFER, PLUS)

    person.begin()
    page = person.get(person.result).text

    assert 'data-offer="plus"' in page
    assert 'data-price-cents="750" hidden>I would pay $7.50 a month</button>' in page
    assert '<h2 id="offer-h">Planned: Mingus Plus</h2>' in page
    assert "<li>Pay &lt;by&gt; county</li>" in page
    assert "It would cost $7.50 a month. It isn’t on sale yet." in page
    assert "paid membership" not in page


def test_a_variant_orders_the_advice_and_the_related_jobs_until_the_visitor_sorts_them(app, person):
    start(app, TestType.PERSONALIZATION, BY_PAY)

    page = result(person, occupation="43-4051")
    changes = [float(change) for change in re.findall(r'<tr role="row"[^>]*data-pay="([^"]+)"', page)]
    sorted_by_hand = person.get(f"{person.result}?sort=openings").text

    assert re.findall(r"<li><h3>([^<]+)", page)[0] == "Know what the job pays"
    assert changes == sorted(changes, reverse=True)
    assert '<option value="pay" selected>' in page
    assert '<option value="openings" selected>' in sorted_by_hand


def test_a_statement_stands_with_its_source(app, person):
    start(app, TestType.URGENCY_MESSAGING, TRUE)

    page = result(person)

    assert f'<p class="statement">{TRUE["text"]} <span class="note">Source: <a href="https://www.bls.gov/emp/">' in page


def test_the_growth_that_a_statement_tells_is_the_one_that_is_shipped(app):
    with app.app_context():
        growth = get(Reference).all_jobs_growth_percent

    assert all(f"{growth:.1f}%" in wording for wording in SOURCES["bls_2024_34"].wordings)


def test_whoever_was_given_a_link_sees_no_offer_no_statement_and_the_usual_order(app, person):
    person.begin()
    before = somebody(app).get(person.result).text
    for family, payload in FAMILIES.items():
        start(app, family, payload)

    assert "Mingus Plus" in person.get(person.result).text
    assert without_tokens(somebody(app).get(person.result).text) == without_tokens(before)


def test_pages_that_caches_keep_take_no_part(app, person):
    addresses = ("/jobs/registered-nurses", "/jobs", "/", "/methodology")
    before = [without_tokens(somebody(app).get(address).text) for address in addresses]
    for family, payload in FAMILIES.items():
        start(app, family, payload)

    answers = [person.get(address) for address in addresses]
    own = person.begin() and person.get(person.result)

    assert [without_tokens(answer.text) for answer in answers] == before
    assert not any("mingus_visitor" in str(answer.headers.getlist("Set-Cookie")) for answer in answers)
    assert "Mingus Plus" in own.text
    assert not own.cache_control.public
    assert own.cache_control.no_store or own.cache_control.private


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_who_asks_not_to_be_tracked_sees_the_usual_result(app, person, header):
    for family, payload in FAMILIES.items():
        start(app, family, payload)
    person.client.environ_base[f"HTTP_{header.upper().replace('-', '_')}"] = "1"

    page = result(person)

    assert (place(page), "A paid membership is planned" in page, 'class="statement"' in page) == ("51", True, False)


def test_no_answer_but_the_group_of_the_occupation_can_decide_a_variant(app, person, monkeypatch):
    seen = []
    ask = assignment.Assigner.of_type

    def noting(self, family, viewer, attributes, *more):
        return ask(self, family, viewer, lambda who: seen.append((family, attributes(who))) or attributes(who), *more)

    monkeypatch.setattr(assignment.Assigner, "of_type", noting)
    for family, payload in FAMILIES.items():
        start(app, family, payload)
    person.finish()
    person.get(person.result)

    names = {name for _, attributes in seen for name in attributes}
    assert {family for family, _ in seen} == set(FAMILIES)
    assert names <= {"country", "region", "device", "is_member", "path", "source", "occupation_group"}
    assert {attributes.get("occupation_group") for _, attributes in seen} == {None, "29"}


def without_tokens(page):
    page = re.sub(r'nonce="[^"]*"', "", page)
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)

"""EXP-3: the four families as a visitor sees them: in the page as the server sent it, so that nothing flickers."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from contextlib import closing
from uuid import uuid4

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from backend.analytics.experiments.definition import ExperimentUnit, TestType, Variant
from backend.analytics.experiments.models import ExperimentsVersion
from tests.experiments import run
from tests.http.test_product_variants import FAMILIES, TRUE
from tests.servers import wait_until

RESULT = re.compile(r"/result/[\w-]{22}$")
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
# Chromium without a window calls itself headless, and a bot is in no experiment.
PERSON = {"user_agent": CHROME, "extra_http_headers": {"Sec-CH-UA": '"Chromium";v="140", "Google Chrome";v="140"'}}
A_LOOK_SECONDS = 1.2


@pytest.fixture(scope="module")
def experiments(shared_server):
    """The folder of a server where everybody gets the second variant of each family."""
    folder = shared_server.as_installed()
    engine = sa.create_engine(f"sqlite:///{folder / 'mingus.db'}")
    with Session(engine) as session:
        for family, payload in FAMILIES.items():
            arms = (Variant("control", "Control", 0.0), Variant("b", "B", 1.0, payload))
            run(session, family.value, type=TestType(family), variants=arms, unit=ExperimentUnit.SESSION)
        # The server may remember the same number of another database.
        session.execute(sa.update(ExperimentsVersion).values(version=uuid4().int % 10**9))
        session.commit()
    engine.dispose()
    time.sleep(A_LOOK_SECONDS)
    return folder


@pytest.fixture
def visit(experiments, shared_server, chromium):
    """A result of customer service, and the page as the server sent it."""
    with chromium.new_context(**PERSON) as context:
        page = context.new_page()
        page.goto(f"{shared_server.gunicorn.url}/ai-job-impact-calculator")
        page.get_by_role("combobox", name="Your job title").fill("customer service representative")
        page.get_by_role("option").first.click()
        expect(page).to_have_url(RESULT)
        yield page, page.reload().text()


def test_a_score_says_its_weighting_and_is_the_same_for_whoever_gets_the_link(visit, chromium):
    page, sent = visit

    expect(page.get_by_role("heading", name="More exposed than 90 of 100 US workers")).to_be_visible()
    expect(page.locator(".fig-foot")).to_contain_text("with use counted twice: tasks 91, abilities 71, use 99.")
    assert "with use counted twice" in sent
    with chromium.new_context(**PERSON) as other:
        reader = other.new_page()
        reader.goto(page.url)
        expect(reader.get_by_role("heading", name="More exposed than 90 of 100 US workers")).to_be_visible()


def test_an_offer_shows_its_price_and_the_events_carry_what_was_shown(visit, experiments):
    page, sent = visit
    offer = page.get_by_role("region", name="Planned: Mingus Plus")
    offer.scroll_into_view_if_needed()
    expect(offer).to_contain_text("It would cost $7.50 a month. It isn’t on sale yet.")

    offer.get_by_role("button", name="I would pay $7.50 a month").click()

    expect(offer.get_by_role("status")).to_have_text("Thanks. You weren’t charged.")
    assert "Planned: Mingus Plus" in sent
    names = ("conversion_offer_viewed", "paid_upgrade_clicked")
    wait_until(lambda: {*names} <= events(experiments).keys(), "both events are stored", 10)
    told = [events(experiments)[name] for name in names]
    shown = {"offer": "plus", "price_cents": 750, "currency": "USD"}
    assert [{key: data[key] for key in shown} for data in told] == [shown] * 2


def test_advice_and_related_jobs_come_in_the_order_of_the_variant(visit):
    page, sent = visit

    expect(page.locator(".advice h3").first).to_have_text("Know what the job pays")
    expect(page.get_by_label("Sort by")).to_have_value("pay")
    sizes = page.locator("tr[data-pay]:not([hidden])").evaluate_all("rows => rows.map((row) => +row.dataset.pay)")
    assert sizes == sorted(sizes, reverse=True)
    assert sent.index("Know what the job pays") < sent.index("Thinking of a move?")

    page.get_by_label("Sort by").select_option("openings")
    openings = "rows => rows.map((row) => +row.dataset.openings)"
    counts = page.locator("tr[data-pay]:not([hidden])").evaluate_all(openings)
    assert counts == sorted(counts, reverse=True)


def test_a_statement_leads_to_its_source(visit):
    page, sent = visit
    statement = page.locator(".statement")

    expect(statement).to_contain_text(TRUE["text"])
    expect(statement.get_by_role("link")).to_have_attribute("href", "https://www.bls.gov/emp/")
    assert TRUE["text"] in sent


def events(folder):
    with closing(sqlite3.connect(folder / "mingus.db")) as connection:
        rows = connection.execute("SELECT event_type, event_data FROM analytics_events")
        return {name: json.loads(data) for name, data in rows}

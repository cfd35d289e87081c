"""Files that browsers and crawlers look for at the root of the site."""

from __future__ import annotations

import html
import re
from hashlib import sha256
from urllib.robotparser import RobotFileParser

import brotli
import pytest
from sqlalchemy import event

from backend.accounts.permissions import Role
from backend.extensions import db
from tests.accounts import make_account, sign_in_by_form
from tests.servers import PROJECT

VENDORED = re.findall(r"^\| `(.+?)` .* `([0-9a-f]{64})` \|$", (PROJECT / "docs/vendored.md").read_text(), re.MULTILINE)


@pytest.fixture
def stays_signed_in(any_app):
    """A browser with the cookie that every answer renews."""
    client = any_app.test_client()
    sign_in_by_form(client, make_account(any_app, Role.MEMBER), stays="1")
    return client


@pytest.mark.parametrize(
    ("url", "mimetype"),
    [
        ("/tracker.js", "text/javascript"),
        ("/vitals.js", "text/javascript"),
        ("/robots.txt", "text/plain"),
        ("/.well-known/gpc.json", "application/json"),
        ("/favicon.ico", "image/svg+xml"),
    ],
)
def test_each_file_has_its_type_and_may_be_kept_for_an_hour(client, url, mimetype):
    response = client.get(url, buffered=True)

    assert (response.status_code, response.mimetype) == (200, mimetype)
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get(url, headers={"If-None-Match": response.headers["ETag"]}, buffered=True)
    assert again.status_code == 304


@pytest.mark.parametrize("url", ["/static/css/tokens.css", "/tracker.js"])
def test_who_is_signed_in_gets_the_same_files_and_is_not_even_looked_for(stays_signed_in, url):
    asked = []
    with stays_signed_in.application.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    mine = stays_signed_in.get(url, buffered=True)
    anybodys = stays_signed_in.application.test_client().get(url, buffered=True)

    assert mine.data == anybodys.data
    for name in ("Cache-Control", "Set-Cookie", "Vary"):
        assert mine.headers.get(name) == anybodys.headers.get(name)
    assert "public" in mine.headers["Cache-Control"]
    assert "Cookie" not in mine.headers["Vary"]
    assert asked == []


def test_a_file_that_is_not_there_is_missing_for_who_is_signed_in_too(stays_signed_in):
    missing = stays_signed_in.get("/static/none.css", buffered=True)

    assert missing.status_code == 404
    assert "public" not in missing.headers["Cache-Control"]


def test_crawlers_may_read_all_results_too_or_networks_could_not_show_their_previews(client):
    """A result keeps itself out of search engines, by noindex, which only a crawler that may read it finds."""
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt", buffered=True).text.splitlines())

    for agent in ("any", "Twitterbot", "LinkedInBot", "facebookexternalhit"):
        assert all(robots.can_fetch(agent, url) for url in ("/", "/methodology", "/result/x", "/result/x/card.png"))
    assert robots.site_maps() == [f"{client.application.config['PUBLIC_URL']}/sitemap.xml"]


def test_a_doubled_slash_leads_to_no_host_that_somebody_names(client):
    answer = client.get("/jobs//registered-nurses", headers={"Host": "evil.example"})

    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_the_site_says_that_it_honours_global_privacy_control(client):
    assert client.get("/.well-known/gpc.json", buffered=True).json == {"gpc": True, "lastUpdate": "2026-11-21"}


def test_the_tracker_costs_a_page_at_most_two_kilobytes(client):
    # CAP-3
    assert len(brotli.compress(client.get("/tracker.js", buffered=True).data, quality=11)) <= 2_000


def test_the_vitals_come_with_the_library_that_measures_them(client):
    sent = client.get("/vitals.js", buffered=True).data

    assert sent.startswith(b"var webVitals=")
    assert b'mingus.track("web_vitals"' in sent
    assert len(brotli.compress(sent, quality=11)) <= 4_000


@pytest.mark.parametrize(("name", "digest"), VENDORED)
def test_a_vendored_file_is_the_one_that_was_published(name, digest):
    assert sha256((PROJECT / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("folder", ["app/static/js/vendor", "app/static/css/vendor", "app/static/shapes"])
def test_every_vendored_file_is_listed(folder):
    listed = {name for name, _ in VENDORED if name.startswith(folder)}

    assert {str(path.relative_to(PROJECT)) for path in (PROJECT / folder).iterdir()} == listed


def test_the_style_sheets_of_a_page_come_as_one_that_a_browser_may_keep_for_ever(client):
    page = client.get("/jobs/registered-nurses").text
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)

    response = client.get(html.unescape(sheet))

    assert (response.status_code, response.mimetype) == (200, "text/css")
    assert response.headers["Cache-Control"] == "public, max-age=31536000"
    assert all(rule in response.text for rule in (":root", ".btn", ".sec", ".jobs-list"))
    assert "/*" not in response.text
    again = client.get(html.unescape(sheet), headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_a_style_sheet_that_no_page_asks_for_is_missing(client):
    assert client.get("/styles/none.css").status_code == 404

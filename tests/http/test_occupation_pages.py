"""CALC-5a: public pages of jobs. They are the same for everybody, found by search engines, and kept."""

from __future__ import annotations

import gzip
import json
import re
from urllib.parse import quote_plus
from xml.etree import ElementTree as ET

import pytest

from backend.accounts.permissions import Role
from backend.plugins import get
from backend.routes.pages.kept_pages import KeptPages
from tests.accounts import make_account, sign_in_by_form

NURSES = "/jobs/registered-nurses"
HEALTHCARE = "/jobs/groups/healthcare-practice"
UNSCORED = "/jobs/legislators"
KEPT = [NURSES, UNSCORED, HEALTHCARE, f"{HEALTHCARE}?sort=pay&order=asc", "/sitemap.xml"]
ROW = re.compile(r'<tr><th scope="row"><a href="/jobs/([^"]+)">.*?</tr>')
CELL = re.compile(r'<td class="num(?: hide-s)?">(.*?)</td>')
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def table(page):
    """The cells of each job by its slug."""
    return {row[1]: CELL.findall(row[0]) for row in ROW.finditer(page)}


def number(text):
    """Of 51, <1, 3,391,000, $97,550 or −4.9%; what is below 1 counts as 0."""
    return float("0" if "&lt;" in text else text.replace("−", "-").strip("+%$").replace(",", ""))


def structured_data(page):
    return json.loads(re.search(r'<script type="application/ld\+json">(.+?)</script>', page, re.DOTALL)[1])


class TestTheAddress:
    @pytest.mark.parametrize(
        ("written", "address"),
        [
            ("/jobs/Registered-Nurses", NURSES),
            ("/jobs/registered_nurses", NURSES),
            ("/jobs/registered-nurses/", NURSES),
            ("/jobs/29-1141", NURSES),
            ("/jobs/groups/Healthcare_Practice?sort=pay", f"{HEALTHCARE}?sort=pay&order=desc"),
            ("/jobs/groups/healthcare-practice/", HEALTHCARE),
            ("/jobs/", "/jobs"),
            ("/jobs/?q=nurse", "/jobs?q=nurse"),
        ],
    )
    def test_another_way_to_write_it_leads_to_it_for_good(self, client, written, address):
        answer = client.get(written)

        assert (answer.status_code, answer.location) == (301, address)
        assert client.get(address).status_code == 200

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("/jobs/sports-bar-critics", "sports bar critics"),
            ("/jobs/29-9999", "29 9999"),
            ("/jobs/registered-nurses/pay", "registered nurses pay"),
        ],
    )
    def test_one_of_no_job_leads_on_to_the_search(self, client, address, words):
        page = client.get(address)

        assert page.status_code == 404
        assert f'href="/jobs?q={quote_plus(words)}">Search for “{words}”</a>' in page.text
        assert client.get(address, headers={"Accept": "application/json"}).json["code"] == "not_found"

    def test_one_of_no_group_leads_on_too(self, client):
        page = client.get("/jobs/groups/astronauts")

        assert page.status_code == 404
        assert 'href="/jobs"' in page.text

    def test_it_stands_in_the_page_in_full_whichever_host_was_asked(self, app):
        page = app.test_client().get(NURSES, base_url="http://127.0.0.1:5000").text

        assert f'<link rel="canonical" href="{app.config["PUBLIC_URL"]}{NURSES}">' in page
        assert f'<meta property="og:url" content="{app.config["PUBLIC_URL"]}{NURSES}">' in page

    def test_a_sorted_list_is_the_same_page_to_search_engines(self, app, client):
        page = client.get(f"{HEALTHCARE}?sort=pay&order=asc").text

        assert f'<link rel="canonical" href="{app.config["PUBLIC_URL"]}{HEALTHCARE}">' in page


class TestKeeping:
    @pytest.mark.parametrize("address", KEPT)
    def test_whoever_has_the_page_is_told_so(self, client, address):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

        assert not first.headers["ETag"].startswith("W/")
        assert "public" in first.headers["Cache-Control"]
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]

    @pytest.mark.parametrize("address", KEPT)
    def test_everybody_gets_the_same_and_no_cookie(self, app, address):
        member = app.test_client()
        sign_in_by_form(member, make_account(app, Role.ADMIN), stays="1")
        mine, anybodys = member.get(address), app.test_client().get(address)

        assert mine.data == anybodys.data
        for answer in (mine, anybodys):
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Vary"] == "Accept-Encoding"

    def test_it_travels_compressed_to_those_who_can_read_that(self, client):
        plain, compressed = client.get(NURSES), client.get(NURSES, headers={"Accept-Encoding": "gzip, br"})

        assert compressed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in client.get(NURSES, headers={"Accept-Encoding": "gzip;q=0"}).headers
        assert gzip.decompress(compressed.data) == plain.data
        assert len(compressed.data) < len(plain.data) / 3
        assert compressed.headers["ETag"] != plain.headers["ETag"]

    def test_a_page_is_rendered_once_until_those_asked_for_since_need_its_room(self, app):
        rendered = []

        def render(text):
            return lambda: rendered.append(text) or text * 1_000

        with app.test_request_context():
            one = len(gzip.compress(b"a" * 1_000, mtime=0))
            pages = KeptPages(str, most_bytes=2 * one + 1)
            answers = [pages.answer(name, render(name)).get_data(as_text=True) for name in "aabaca"]

        assert answers == [name * 1_000 for name in "aabaca"]
        assert rendered == ["a", "b", "c"]
        assert pages.size <= 2 * one + 1

    def test_its_scripts_are_this_sites_own_files_and_hold_no_nonce(self, client):
        page = client.get(NURSES)

        assert "script-src 'self';" in page.headers["Content-Security-Policy"]
        assert set(re.findall(r'nonce="([^"]*)"', page.text)) == {""}
        inline = [attributes for attributes in re.findall(r"<script([^>]*)>", page.text) if " src=" not in attributes]
        assert inline == [' type="application/ld+json"']
        assert "csrf_token" not in page.text


class TestThePage:
    def test_structured_data_names_the_job_its_pay_and_the_way_to_it(self, app, client):
        trail, job = structured_data(client.get(NURSES).text)["@graph"]
        pay = job["estimatedSalary"][0]

        assert (job["@type"], job["name"], job["occupationalCategory"]) == ("Occupation", "Registered nurse", "29-1141")
        assert pay["@type"] == "MonetaryAmountDistribution"
        assert pay["percentile10"] < pay["percentile25"] < pay["median"] < pay["percentile75"] < pay["percentile90"]
        assert trail["@type"] == "BreadcrumbList"
        assert [step["item"].removeprefix(app.config["PUBLIC_URL"]) for step in trail["itemListElement"]] == [
            "/jobs",
            HEALTHCARE,
            NURSES,
        ]

    def test_previews_show_its_words_and_an_image_that_is_there(self, app, client):
        page = client.get(NURSES).text
        shown = dict(re.findall(r'<meta property="og:([^"]+)" content="([^"]+)">', page))
        image = client.get(shown["image"].removeprefix(app.config["PUBLIC_URL"]))

        assert shown["title"] == "Registered nurse: what AI can reach, pay, and outlook"
        assert f'<meta name="description" content="{shown["description"]}">' in page
        assert shown["image"] == f"{app.config['PUBLIC_URL']}{NURSES}/card.png"
        assert (image.mimetype, image.data[:4]) == ("image/png", b"\x89PNG")
        assert "public" in image.headers["Cache-Control"]
        assert client.get(f"{NURSES}/card.png", headers={"If-None-Match": image.headers["ETag"]}).status_code == 304

    def test_its_image_has_one_address_too(self, client):
        assert client.get("/jobs/29-1141/card.png").location == f"{NURSES}/card.png"
        assert client.get("/jobs/nobody/card.png").status_code == 404

    def test_every_job_it_names_has_a_page(self, client):
        named = set(re.findall(r'<a href="(/jobs/[^"]+)"', client.get(NURSES).text))

        assert len(named) > 15
        assert {client.get(address).status_code for address in named} == {200}

    def test_it_begins_a_result_of_ones_own(self, client):
        assert 'href="/?job=registered-nurses"' in client.get(NURSES).text

    def test_one_without_a_score_leads_to_the_nearest_that_have_one(self, client):
        page = client.get(UNSCORED).text

        assert "The nearest jobs with a score" in page
        assert "median pay by state" not in page.casefold()  # none is published


class TestTheSearch:
    def test_it_finds_a_job_by_any_of_its_titles_and_says_what_it_is(self, client):
        page = client.get("/jobs?q=staff+nurse").text

        assert f'<a href="{NURSES}">Registered nurse</a>' in page
        assert "Cares for patients" in page
        assert '<meta name="robots" content="noindex">' in page

    def test_it_says_when_nothing_is_like_it_and_when_nothing_was_typed(self, client):
        assert "No job title looks like “qqqqqq”" in client.get("/jobs?q=qqqqqq").text
        assert "Enter a job title" in client.get("/jobs?q=+").text

    def test_without_a_search_it_lists_the_kinds_of_work_for_search_engines_too(self, client):
        page = client.get("/jobs").text

        assert len(re.findall(r'href="/jobs/groups/[^"]+"', page)) == 22
        assert "noindex" not in page

    def test_every_page_leads_to_it(self, client):
        for address in ("/", "/methodology", NURSES):
            assert len(re.findall(r'<a href="/jobs">Jobs</a>', client.get(address).text)) >= 2


class TestTheListOfAGroup:
    @pytest.mark.parametrize(("sort", "column"), [("place", 0), ("employment", 1), ("pay", 2), ("growth", 3)])
    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_it_holds_every_job_of_the_group_in_the_order_asked_for(self, client, sort, column, order):
        rows = table(client.get(f"{HEALTHCARE}?sort={sort}&order={order}").text)
        values = [cells[column] for cells in rows.values()]
        published = [number(value) for value in values if value not in ("–", "no score")]

        assert len(rows) == len(table(client.get(HEALTHCARE).text)) > 50
        assert published == sorted(published, reverse=order == "desc")
        assert all(value in ("–", "no score") for value in values[len(published) :])

    @pytest.mark.parametrize("query", ["", "?utm_source=newsletter", "?sort=employment&order=desc"])
    def test_the_largest_job_stands_first_where_nothing_else_is_asked_for(self, client, query):
        assert next(iter(table(client.get(HEALTHCARE + query).text))) == "registered-nurses"

    def test_an_order_that_cannot_be_is_refused_with_every_bad_field(self, client):
        answer = client.get(f"{HEALTHCARE}?sort=luck&order=up", headers={"Accept": "application/json"})

        assert answer.status_code == 422
        assert [error["field"] for error in answer.json["errors"]] == ["sort", "order"]
        assert "must be one of place, employment, pay, growth" in client.get(f"{HEALTHCARE}?sort=luck").text


def test_the_sitemap_lists_every_public_page_and_each_is_there(app, client):
    tree = ET.fromstring(client.get("/sitemap.xml").data)
    listed = [location.text for location in tree.iterfind(f"{NAMESPACE}url/{NAMESPACE}loc")]
    addresses = [address.removeprefix(app.config["PUBLIC_URL"]) for address in listed]

    assert tree.tag == f"{NAMESPACE}urlset"
    assert len(listed) == len(set(listed)) == 832 + 22 + 5
    assert all(address.startswith("/") for address in addresses)
    for address in [address for address in addresses if address.count("/") != 2] + addresses[-3:]:
        page = client.get(address)
        assert page.status_code == 200
        assert "noindex" not in page.text


def test_pages_that_are_kept_stay_within_their_memory(app, client):
    with app.app_context():
        before = get(KeptPages).size
        client.get(NURSES)
        assert 0 < get(KeptPages).size - before < 20_000

"""What goes along with the link to a result: its head for previews, its image, and its PDF."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from struct import unpack

import pytest
from pypdf import PdfReader


@pytest.fixture
def reader(app):
    """Somebody who was sent the link, or the crawler of a network that shows a preview of it."""
    return app.test_client()


def tags(page):
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page)
    return {name: unescape(content) for name, content in found}


def test_a_shared_result_tells_networks_what_it_is(finished, reader):
    page = reader.get(finished.result)
    told = tags(page.text)

    assert "<title>What AI means for a nurse’s work | Mingus</title>" in page.text
    assert told["og:title"] == "What AI means for a nurse’s work"
    assert told["og:description"] == told["description"]
    assert told["description"].startswith("AI reaches about as much of a nurse’s work as of the typical job")
    assert told["og:type"] == "article"
    assert told["twitter:card"] == "summary_large_image"
    assert told["robots"] == "noindex"


def test_addresses_in_the_head_are_absolute_and_lead_to_the_page_and_its_image(finished, reader, app):
    site = app.config["PUBLIC_URL"]
    told = tags(reader.get(finished.result).text)
    image = reader.get(told["og:image"].removeprefix(site))

    assert told["og:url"] == f"{site}{finished.result}"
    assert told["og:image"].startswith(f"{site}/result/")
    assert (image.status_code, image.mimetype) == (200, "image/png")
    assert (
        unpack(">II", image.data[16:24]) == (int(told["og:image:width"]), int(told["og:image:height"])) == (1200, 630)
    )


def test_the_number_is_shown_where_the_link_says_so(finished, reader, app):
    plain = reader.get(finished.result).text
    ticked = reader.get(f"{finished.result}?card=number").text

    assert not re.search(r"\d", tags(plain)["og:description"])
    assert "of 100 US workers" in tags(ticked)["og:description"]
    assert tags(ticked)["og:url"] == f"{app.config['PUBLIC_URL']}{finished.result}?card=number"
    images = [reader.get(f"{finished.result}/card.png{query}").data for query in ("", "?card=number")]
    assert images[0] != images[1]


@pytest.mark.parametrize("rest", ["", "/card.png"])
def test_another_kind_of_preview_is_refused(finished, reader, rest):
    answer = reader.get(f"{finished.result}{rest}?card=everything", headers={"Accept": "application/json"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["card"]


@pytest.mark.parametrize("rest", ["/card.png", ".pdf"])
def test_files_of_a_result_are_for_its_readers_until_it_is_withdrawn(finished, reader, rest):
    address = f"{finished.result}{rest}"
    before = reader.get(address)
    finished.post(f"{finished.result}/withdraw")
    after = reader.get(address)

    assert (before.status_code, after.status_code) == (200, 404)
    for answer in (before, after):
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert reader.get(f"/result/nobody{rest}").status_code == 404


def test_the_pdf_is_named_by_the_job_and_leads_back(finished, reader, app):
    answer = reader.get(f"{finished.result}.pdf")
    pdf = PdfReader(BytesIO(answer.data))
    links = [note.get_object()["/A"]["/URI"] for page in pdf.pages for note in page.get("/Annots", ())]

    assert answer.headers["Content-Disposition"] == 'attachment; filename="ai-impact-registered-nurse.pdf"'
    assert f"{app.config['PUBLIC_URL']}{finished.result}" in links


def test_the_owner_finds_every_way_to_send_the_result_beside_it(finished, reader, app):
    row = re.search(r'<section class="card share-row.*?</section>', finished.get(finished.result).text, re.DOTALL)[0]
    site = app.config["PUBLIC_URL"]

    assert f'value="{site}{finished.result}" readonly' in row
    assert f'data-numbered="{site}{finished.result}?card=number"' in row
    assert f'href="{finished.result}.pdf"' in row
    assert f'action="{finished.result}/withdraw" method="post"' in row
    assert "share-row" not in reader.get(finished.result).text


def test_without_script_the_tick_changes_the_link_to_be_copied(finished, app):
    page = finished.get(f"{finished.result}?card=number").text

    assert re.search(r'name="card" value="number" checked', page)
    assert f'value="{app.config["PUBLIC_URL"]}{finished.result}?card=number" readonly' in page


def test_a_job_without_a_score_has_no_number_to_send(visitor):
    visitor.begin(occupation="11-1031", job_title="legislator")
    row = re.search(r'<section class="card share-row.*?</section>', visitor.get(visitor.result).text, re.DOTALL)[0]

    assert "my number" not in row
    assert visitor.get(f"{visitor.result}/card.png").status_code == 200

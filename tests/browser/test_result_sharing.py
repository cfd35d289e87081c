"""A result on its way to somebody else: on paper, and as a link that a button copies."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

RESULT = re.compile(r"/result/[\w-]{22}$")


def finish(page, server, job):
    page.goto(f"{server.url}/ai-job-impact-calculator")
    page.get_by_role("combobox", name="Your job title").fill(job)
    page.get_by_role("option").first.click()
    expect(page).to_have_url(RESULT)


@pytest.mark.parametrize("job", ["registered nurse", "truck driver"])
def test_a_result_is_printed_on_two_letter_pages_in_light_colors_with_every_section(server, chromium, job):
    with chromium.new_context(color_scheme="dark") as context:
        page = context.new_page()
        finish(page, server, job)
        page.get_by_role("button", name="Switch between light and dark").click()
        page.get_by_role("button", name="Switch between light and dark").click()
        pages = [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(format="Letter"))).pages]
        page.emulate_media(media="print")
        background = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")

    assert len(pages) == 2
    for words in (
        "The job in three parts",
        "The job, part by part",
        "Pay and outlook",
        "Sources and method",
        "/result/",
    ):
        assert words in " ".join(" ".join(pages).split())
    assert all(int(channel) > 240 for channel in re.findall(r"\d+", background)[:3])


def test_the_link_is_copied_with_the_number_or_without_it_and_the_page_says_so(server, context, page):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    finish(page, server, "registered nurse")
    path = page.url.removeprefix(server.url)
    row = page.get_by_role("region", name="Send it or keep it")

    row.get_by_role("button", name="Copy link").click()
    expect(row.get_by_role("status")).to_have_text("Link copied.")
    plain = page.evaluate("navigator.clipboard.readText()")
    row.get_by_label("With my number in the preview image").check()
    expect(row.get_by_role("status")).to_have_text("The link now shows your number in its preview.")
    row.get_by_role("button", name="Copy link").click()
    expect(row.get_by_role("status")).to_have_text("Link copied.")

    assert plain.endswith(path)
    assert page.evaluate("navigator.clipboard.readText()") == f"{plain}?card=number"


def test_where_the_clipboard_is_closed_the_link_is_shown_to_be_copied_by_hand(server, page):
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    finish(page, server, "registered nurse")
    row = page.get_by_role("region", name="Send it or keep it")
    expect(row.get_by_label("Link to this result")).to_be_hidden()

    row.get_by_role("button", name="Copy link").click()

    expect(row.get_by_label("Link to this result")).to_be_visible()
    expect(row.get_by_role("status")).to_contain_text("Copy the link from the field.")
    expect(row.get_by_label("Link to this result")).to_be_focused()

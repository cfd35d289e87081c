"""Charts in a real browser, under the strict policy and without any other host: the fixture `context` holds both."""

from __future__ import annotations

import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.specimen import FIGURES
from tests.browser.test_accessibility import RULES
from tests.conftest import server_environ
from tests.figures import HOSTILE
from tests.servers import gunicorn

DRAWN = [name for name, _, _ in FIGURES]
REQUEST_ID = "0f1e2d3c-4b5a-4968-8776-655443322110"


@pytest.fixture(scope="module")
def specimen(tmp_path_factory, migrated_sqlite):
    instance = tmp_path_factory.mktemp("specimen")
    shutil.copy(migrated_sqlite, instance / "mingus.db")
    log = instance / "gunicorn.log"
    with gunicorn(server_environ(instance), log, "tests.browser.specimen:application()") as server:
        yield server.url


@pytest.fixture
def charts(specimen, page):
    page.goto(f"{specimen}/specimen")
    return page


def chart(page, name, state="drawn"):
    """One chart, scrolled to and in its final state."""
    found = page.locator(f"#{name}")
    found.scroll_into_view_if_needed()
    expect(found).to_have_attribute("data-state", state)
    return found


def ink(found, selector, attribute="stroke"):
    return found.locator(selector).first.evaluate(f"mark => getComputedStyle(mark).{attribute}")


def test_each_chart_is_drawn_and_described(charts):
    for name, figure, _ in FIGURES:
        found = chart(charts, name)
        expect(found.get_by_role("heading")).to_have_text(figure.title)
        expect(found.get_by_role("img", name=figure.description)).to_be_visible()
        assert found.locator(".main-svg path[style*='fill'], .main-svg path[style*='stroke']").count() > 2, name


def test_charts_out_of_sight_are_drawn_too_for_whoever_prints(charts):
    for name in DRAWN:
        expect(charts.locator(f"#{name}")).to_have_attribute("data-state", "drawn", timeout=20_000)


def test_a_button_leads_to_paper_or_a_pdf(charts):
    charts.evaluate("window.print = () => { document.title = 'printed'; }")

    charts.get_by_role("button", name="Print or save as PDF").click()

    expect(charts).to_have_title("printed")


def test_a_chart_takes_the_place_that_was_kept_for_it(charts):
    for name, width in (("revenue", 1280), ("revenue", 360)):
        charts.set_viewport_size({"width": width, "height": 800})
        charts.reload()
        kept = charts.locator(f"#{name} .chart__plot").bounding_box()["height"]
        assert chart(charts, name).locator(".chart__canvas").bounding_box()["height"] == kept > 0


def test_the_theme_button_inks_a_chart_again(charts):
    found = chart(charts, "trend")
    light = ink(found, ".scatterlayer .js-line")
    charts.get_by_role("button", name="Switch between light and dark").click()
    expect(found.locator(".main-svg").first).to_have_css("background-color", "rgb(24, 32, 32)")

    assert (
        light == ink(chart(charts, "parts"), "nothing, .chart__legend") or ink(found, ".scatterlayer .js-line") != light
    )
    found.get_by_role("group").evaluate("group => group.closest('details').open = true")


def test_a_system_that_turns_dark_inks_them_too(charts):
    found = chart(charts, "trend")
    charts.emulate_media(color_scheme="dark")

    expect(found.locator(".main-svg").first).to_have_css("background-color", "rgb(24, 32, 32)")


def test_a_chart_follows_its_width_and_leaves_out_labels(charts):
    found = chart(charts, "trend")
    wide = found.locator(".xtick").count()
    charts.set_viewport_size({"width": 360, "height": 800})

    expect(found.locator(".main-svg").first).to_have_attribute("width", re.compile(r"^\d{3}$"))
    assert found.locator(".main-svg").first.bounding_box()["width"] < 330
    assert found.locator(".xtick").count() <= wide
    assert charts.evaluate("document.documentElement.scrollWidth") == 360


def test_the_pointer_is_told_the_day_and_both_values(charts):
    found = chart(charts, "trend")
    found.locator(".chart__canvas").hover(position={"x": 400, "y": 100})

    told = found.locator(".tip")
    expect(told).to_contain_text(re.compile(r"Sessions\d{3}"))
    expect(told).to_contain_text(re.compile(r"Oct \d+\d{3}Changeup [\d.]+%"))
    assert found.locator(".hovertext").count() == 0


@pytest.mark.parametrize("name", ["trend", "parts"])
def test_the_tip_covers_no_line(charts, name):
    found = chart(charts, name)
    canvas = found.locator(".chart__canvas")
    size = canvas.bounding_box()
    for share in (0.1, 0.35, 0.6, 0.95):
        canvas.hover(position={"x": size["width"] * share, "y": size["height"] / 2})
        expect(found.locator(".tip")).to_be_visible()
        covered = found.evaluate(
            """found => {
              const box = found.querySelector(".tip").getBoundingClientRect();
              return [...found.querySelectorAll(".scatterlayer .js-line")].filter((line) => {
                const [whole, at] = [line.getTotalLength(), line.getScreenCTM()];
                return [...Array(200).keys()].some((step) => {
                  const { x, y } = line.getPointAtLength((whole * step) / 199).matrixTransform(at);
                  return x > box.left && x < box.right && y > box.top && y < box.bottom;
                });
              }).length;
            }"""
        )
        assert covered == 0, share


def test_the_keyboard_goes_from_day_to_day(charts):
    found = chart(charts, "trend")
    found.locator(".chart__canvas").focus()

    charts.keyboard.press("ArrowRight")
    expect(found.get_by_role("status")).to_contain_text("Sun, Oct 25")
    charts.keyboard.press("ArrowRight")
    expect(found.get_by_role("status")).to_contain_text("Mon, Oct 26")
    charts.keyboard.press("End")
    expect(found.get_by_role("status")).to_contain_text("Sat, Nov 21, until 2:32 PM")
    charts.keyboard.press("Escape")
    expect(found.locator(".tip")).to_be_hidden()


def test_a_click_on_a_day_says_which_day_it_was(charts):
    found = chart(charts, "trend")
    found.evaluate("found => found.addEventListener('chart:day', ({ detail }) => { document.title = detail.day; })")
    found.locator(".chart__canvas").focus()

    charts.keyboard.press("Home")
    charts.keyboard.press("Enter")

    expect(charts).to_have_title("2026-10-25")


def test_the_pointer_over_canada_is_not_over_russia_round_the_world(charts):
    canvas = chart(charts, "world").locator(".chart__canvas")
    size = canvas.bounding_box()
    canvas.hover(position={"x": size["width"] * 0.3, "y": size["height"] * 0.2})

    expect(charts.locator("#world .tip")).to_contain_text("CanadaSessions1,104")


def test_a_bar_leads_to_what_is_behind_it(charts):
    found = chart(charts, "revenue")

    with charts.expect_request("**/analytics/revenue?source=google"):
        found.locator(".chart__canvas").click(position={"x": 100, "y": 26})


def test_names_of_strangers_stay_text(charts):
    said = []
    charts.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    found = chart(charts, "revenue")
    canvas = found.locator(".chart__canvas")
    canvas.hover(position={"x": 4, "y": canvas.bounding_box()["height"] - 8})

    expect(found.locator(".tip")).to_contain_text(HOSTILE)
    expect(found.locator(".annotation-text", has_text="onerror=alert(1)")).to_be_visible()
    assert found.locator("img, .main-svg a").count() == 0
    assert said == []


def test_a_chart_that_failed_says_so_and_is_tried_again(specimen, page):
    page.route("**/world.json*", lambda route: route.fulfill(status=503, headers={"X-Request-Id": REQUEST_ID}))
    page.goto(f"{specimen}/specimen")
    found = chart(page, "world", "failed")
    alert = found.get_by_role("alert")

    expect(alert).to_contain_text("This chart couldn’t be drawn")
    expect(alert).to_contain_text(f"Request id {REQUEST_ID}.")
    assert found.get_attribute("aria-busy") is None
    page.unroute("**/world.json*")
    alert.get_by_role("button", name="Try again").click()
    expect(found).to_have_attribute("data-state", "drawn")


def test_without_what_draws_charts_the_tables_stand_in(specimen, page):
    page.route("**/plotly-basic.min.js*", lambda route: route.abort())
    page.goto(f"{specimen}/specimen")

    found = chart(page, "trend", "failed")
    expect(found.get_by_role("alert")).to_contain_text("The chart library couldn’t be loaded.")
    expect(found.get_by_role("rowheader", name="Sun, Oct 25")).to_be_visible()


def test_without_javascript_the_table_is_the_chart(chromium, specimen):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{specimen}/specimen")

    expect(page.locator("#trend").get_by_role("rowheader", name="Sun, Oct 25")).to_be_visible()
    expect(page.locator("#trend .chart__space")).to_be_hidden()
    expect(page.locator("#trend .chart__legend")).to_be_hidden()
    assert page.locator("#trend .more__body").evaluate("table => table.scrollHeight === table.clientHeight")
    context.close()


def test_an_empty_chart_says_why_and_what_next(charts):
    found = charts.locator("#empty")

    expect(found).to_contain_text("No data in this period.")
    expect(found.get_by_role("link", name="Show the last 90 days")).to_be_visible()


@pytest.mark.parametrize("name", ["trend", "world"])
def test_a_chart_is_saved_as_a_picture_of_itself(charts, name):
    found = chart(charts, name)
    with charts.expect_download() as download:
        found.get_by_role("button", name="PNG").click()

    picture = download.value.path().read_bytes()
    assert download.value.suggested_filename == f"{name}.png"
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20]) == 2000
    assert len(picture) > 50_000


def test_paper_is_light_and_shows_the_tables(charts):
    charts.emulate_media(color_scheme="dark")
    found = chart(charts, "trend")
    charts.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    charts.emulate_media(media="print")

    expect(found.locator(".main-svg").first).to_have_css("background-color", "rgb(255, 255, 255)")
    assert found.locator(".main-svg").first.bounding_box()["width"] == 660
    expect(found.get_by_role("rowheader", name="Sun, Oct 25")).to_be_visible()
    charts.emulate_media(media="screen", color_scheme="dark")
    charts.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(found.locator(".main-svg").first).to_have_css("background-color", "rgb(24, 32, 32)")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing(chromium, specimen, width, scheme):
    context = chromium.new_context(bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{specimen}/specimen")
    for name in DRAWN:
        chart(page, name)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")

    found = Axe().run(page, options=RULES).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert wide == width

"""The calculator's pages in a browser: their bytes, and when the largest part is painted on a slow phone."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playwright.sync_api import Page, sync_playwright

from tests.servers import CHROMIUM, CHROMIUM_ARGS

SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
LARGEST_PAINT = """() => new Promise(resolve => {
  new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => resolve(null), 3000);
})"""
SHIFT = """() => new Promise(resolve => {
  let total = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => { total += e.value; }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => resolve(total), 500);
})"""


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes over the wire by kind, paint and shift at a 4x slower CPU on slow 4G."""

    name: str
    html: int
    css: int
    script: int
    requests: int
    lcp_ms: float
    cls: float


def weigh(server: str) -> list[Weight]:
    """The home page, a result as its owner sees it, and a job's public page, each loaded into an empty cache."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        result, owner = take_assessment(page, server), page.context.storage_state()
        weights = []
        for name, url in (("home", f"{server}/"), ("result", result), ("job", f"{server}/jobs/registered-nurses")):
            state = owner if name == "result" else None
            fresh = browser.new_context(viewport={"width": 390, "height": 844}, storage_state=state).new_page()
            weights.append(_weigh(fresh, name, url))
        browser.close()
        return weights


def take_assessment(page: Page, server: str) -> str:
    """Answer as a registered nurse; returns the address of the result."""
    page.goto(f"{server}/?q=registered+nurse")
    page.get_by_role("button", name="Registered nurse").first.click()
    page.wait_for_url("**/result/*")
    return page.url


def _weigh(page: Page, name: str, url: str) -> Weight:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW_4G)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    devtools.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    devtools.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: int(e["encodedDataLength"])}))
    page.goto(url)
    lcp, shift = page.evaluate(LARGEST_PAINT), page.evaluate(SHIFT)
    time.sleep(1)

    def total(kind: str) -> int:
        return sum(size for request, size in sizes.items() if kinds.get(request) == kind)

    return Weight(name, total("Document"), total("Stylesheet"), total("Script"), len(sizes), lcp or float("nan"), shift)

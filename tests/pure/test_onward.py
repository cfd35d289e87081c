"""Check 33: a form leads on to a page of this site, whatever its address says."""

from __future__ import annotations

import pytest

from backend.routes.schemas.onward import safe_next

ELSEWHERE = [
    "",
    "analytics",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https://evil.example/analytics",
    "javascript:alert(1)",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/\t/evil.example",
    "/analytics\r\nSet-Cookie: a=b",
    "/analytics%0d%0aSet-Cookie: a=b",
    "/\x00/evil.example",
    " //evil.example",
    "\uff0f\uff0fevil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_another_site_is_never_gone_on_to(target):
    assert safe_next(target) == "/"
    assert safe_next(target, "/account") == "/account"


@pytest.mark.parametrize("target", ["/", "/analytics/funnel.csv?tz=America%2FNew_York&start=2026-11-01", "/a/b#c"])
def test_a_page_of_this_site_is(target):
    assert safe_next(target) == target

"""Files that browsers and crawlers look for at the root of the site."""

from __future__ import annotations

from urllib.robotparser import RobotFileParser

import pytest


@pytest.mark.parametrize(
    ("url", "mimetype"),
    [
        ("/tracker.js", "text/javascript"),
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


def test_crawlers_may_read_all_but_what_belongs_to_one_visitor(client):
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt", buffered=True).text.splitlines())

    assert all(robots.can_fetch("any", url) for url in ("/", "/ai-job-impact-calculator", "/methodology"))
    assert not any(robots.can_fetch("any", url) for url in ("/shared/x", "/ai-job-impact-calculator/x/result"))


def test_the_site_says_that_it_honours_global_privacy_control(client):
    assert client.get("/.well-known/gpc.json", buffered=True).json == {"gpc": True, "lastUpdate": "2026-11-21"}

"""CALC-3, CALC-4; check 18: the week, pay, links and the PDF; nothing kept that must not be."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from backend.analytics.events.models import AnalyticsEvent
from backend.assessments.job_impact.store import StoredAssessment
from backend.assessments.visit.models import Draft, SharedResult
from backend.clock import utc_now
from tests.http.visiting import ACTIONS, ADDRESSES, NURSE, SALARY, START, Visitor, change, link_in, only, rows


def activities(page):
    return re.findall(r'name="(activities\.[^"]+)"[^>]* value="([^"]*)"', page)


def test_a_week_left_as_shown_is_a_typical_week(visitor, app):
    visitor.begin()
    visitor.answer("place", "background")
    shown = dict(activities(visitor.get(f"{visitor.draft}/week").text))

    visitor.post(f"{visitor.draft}/week", **shown)
    assert shown
    assert only(app, StoredAssessment).activities == {}


def test_a_changed_week_moves_the_score_and_a_typical_one_brings_it_back(finished, app):
    typical = only(app, StoredAssessment).score
    shown = dict(activities(finished.get(f"{finished.draft}/week").text))
    one = next(iter(shown))

    finished.post(f"{finished.draft}/week", **dict.fromkeys(shown, "0") | {one: "40"})
    changed = only(app, StoredAssessment)
    finished.post(f"{finished.draft}/week", **shown, typical="1")
    assert changed.activities[one.removeprefix("activities.")] == 40
    assert changed.score != typical
    assert only(app, StoredAssessment).score == typical


def test_a_week_that_cannot_be_is_refused(finished):
    shown = dict(activities(finished.get(f"{finished.draft}/week").text))
    one = next(iter(shown))

    for hours in ("-1", "169", "many", "nan", "inf", "1e9"):
        page = finished.post(f"{finished.draft}/week", **shown | {one: hours})
        assert page.status_code == 422
        assert f'value="{hours}"' in page.text
    assert finished.post(f"{finished.draft}/week", **dict.fromkeys(shown, "0")).status_code == 422


def test_hours_of_another_job_are_passed_over(finished, app):
    finished.post(f"{finished.draft}/week", **{"activities.9.Z.9": "12"})

    assert only(app, StoredAssessment).activities == {}


def test_another_job_goes_back_to_a_typical_week(finished, app):
    shown = dict(activities(finished.get(f"{finished.draft}/week").text))
    finished.post(f"{finished.draft}/week", **shown | {next(iter(shown)): "33"})

    finished.post(f"{finished.draft}/job", occupation="43-3031", job_title="bookkeeper")
    assert only(app, StoredAssessment).activities == {}
    assert only(app, StoredAssessment).occupation == "43-3031"
    assert finished.get(f"{finished.draft}/result").status_code == 200


def test_the_result_alone_can_be_asked_for(finished):
    fields = {"csrf_token": finished.token()}
    part = finished.client.post(f"{finished.draft}/week", data=fields, headers={"X-Fragment": "result"})

    assert part.status_code == 200
    assert 'id="result"' in part.text
    assert "<html" not in part.text


def test_the_page_says_what_may_be_counted_of_a_result(finished):
    main = re.search(r'<main id="main"[^>]*>', finished.get(f"{finished.draft}/result").text)[0]

    assert f'data-occupation="{NURSE}"' in main
    assert re.search(r'data-experience="[0-9]+-[0-9]+ years" data-education="[a-z_]+"', main)


def test_pay_is_compared_and_kept_nowhere(finished, app, instance):
    before = only(app, Draft).answers
    page = finished.post(f"{finished.draft}/pay", salary=SALARY, period="year")

    assert page.status_code == 200
    assert SALARY in page.text
    assert only(app, Draft).answers == before
    for file in instance.iterdir():
        held = file.read_bytes() if file.is_file() else b""
        assert b"87654" not in held
        assert b"87,654" not in held


@pytest.mark.parametrize(
    ("fields", "same_as"),
    [
        ({"salary": "$52k"}, "52,000"),
        ({"salary": "25/hour"}, "52,000"),
        ({"salary": "$25.00 per hour", "period": "year"}, "52,000"),
        ({"salary": "25", "period": "hour", "hours": "40"}, "52,000"),
        ({"salary": "1,000", "period": "week"}, "52,000"),
        ({"salary": "5000", "period": "month"}, "60,000"),
    ],
)
def test_pay_may_be_written_as_people_write_it(finished, fields, same_as):
    written = finished.post(f"{finished.draft}/pay", **fields)
    plain = finished.post(f"{finished.draft}/pay", salary=same_as, period="year")

    assert written.status_code == plain.status_code == 200
    place = r'id="pay-place"[^>]*>([^<]+)<'
    assert re.search(place, written.text)[1] == re.search(place, plain.text)[1]


@pytest.mark.parametrize(
    "fields",
    [{"salary": ""}, {"salary": "lots"}, {"salary": "52"}, {"salary": "1e9"}, {"salary": "25/hour", "hours": "0"}],
)
def test_pay_that_cannot_be_is_explained_and_kept_in_the_field(finished, fields):
    page = finished.post(f"{finished.draft}/pay", **fields)

    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert f'value="{fields["salary"]}"' in page.text


def test_a_shared_link_shows_the_result_and_nothing_to_change(finished, client):
    finished.post(f"{finished.draft}/share")
    link = link_in(finished.get(f"{finished.draft}/result").text)
    page = client.get(link)

    assert page.status_code == 200
    assert "Registered nurses" in page.text
    assert "<form" not in page.text
    assert finished.draft.rpartition("/")[2] not in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_sharing_twice_makes_one_link_and_withdrawing_ends_it(finished, app, client):
    finished.post(f"{finished.draft}/share")
    link = link_in(finished.get(f"{finished.draft}/result").text)
    finished.post(f"{finished.draft}/share")
    assert rows(app, SharedResult) == 1

    finished.post(f"{finished.draft}/unshare")
    page = client.get(link)
    assert page.status_code == 404
    assert "This link no longer works" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    finished.post(f"{finished.draft}/share")
    assert link_in(finished.get(f"{finished.draft}/result").text) != link


def test_a_shared_link_ends_with_its_answers(finished, app, client):
    finished.post(f"{finished.draft}/share")
    link = link_in(finished.get(f"{finished.draft}/result").text)
    change(app, expires_at=utc_now())

    assert client.get(link).status_code == 404


def test_expired_answers_and_their_links_are_deleted_and_the_assessment_stays(finished, app):
    finished.post(f"{finished.draft}/share")
    change(app, expires_at=utc_now() - timedelta(days=1))
    finished.begin()

    assert (rows(app, Draft), rows(app, SharedResult), rows(app, StoredAssessment)) == (1, 0, 1)


def test_the_pdf_is_a_file(finished):
    response = finished.get(f"{finished.draft}/result.pdf")

    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF")
    assert "attachment" in response.headers["Content-Disposition"]


FORMS = ["", *(f"/DRAFT{rest}" for rest in ACTIONS)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_refuses_a_missing_or_foreign_token(finished, app, form):
    # check 18
    address = START + form.replace("/DRAFT", finished.draft.removeprefix(START))
    before = only(app, Draft).answers
    stranger = Visitor(app.test_client()).token()

    for token in ("", stranger):
        answer = finished.client.post(address, data={"csrf_token": token, "occupation": NURSE}, follow_redirects=True)
        assert "This page was open for too long" in answer.text
    assert only(app, Draft).answers == before
    assert rows(app, SharedResult) == 0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_every_form_refuses_other_sites(finished, form, site):
    # check 18
    address = START + form.replace("/DRAFT", finished.draft.removeprefix(START))
    fields = {"csrf_token": finished.token(), "occupation": NURSE}

    assert finished.client.post(address, data=fields, headers={"Sec-Fetch-Site": site}).status_code == 403


def test_looking_at_pages_changes_nothing(finished, app):
    # check 18
    before = only(app, Draft).answers
    for rest in ADDRESSES:
        finished.get(f"{finished.draft}{rest}")

    assert only(app, Draft).answers == before
    assert [rows(app, kind) for kind in (Draft, SharedResult, StoredAssessment, AnalyticsEvent)] == [1, 0, 1, 0]


def test_the_tracker_has_an_address_of_its_own(client):
    script = client.get("/tracker.js")

    assert script.mimetype == "text/javascript"
    assert script.headers["ETag"]
    assert "max-age=3600" in script.headers["Cache-Control"]
    assert client.get("/tracker.js", headers={"If-None-Match": script.headers["ETag"]}).status_code == 304

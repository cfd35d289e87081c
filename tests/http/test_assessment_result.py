"""CALC-3, CALC-4; check 18: the week, pay, addresses and the PDF; nothing kept that must not be."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta

import pytest

from backend.analytics.events.models import AnalyticsEvent
from backend.assessments.job_impact.store import StoredAssessment
from backend.assessments.visit.models import Draft, SharedResult
from backend.clock import utc_now
from tests.http.visiting import ACTIONS, ADDRESSES, NURSE, SALARY, START, Visitor, change, only, rows


def hours(page):
    return re.findall(r'name="(hours\.[^"]+)"[^>]* value="([^"]*)"', page)


def shown_week(visitor):
    return dict(hours(visitor.get(visitor.result).text))


def test_a_week_left_as_shown_is_a_typical_week(visitor, app):
    visitor.begin()
    shown = shown_week(visitor)

    visitor.post(f"{visitor.result}/week", **shown)
    assert shown
    assert only(app, StoredAssessment).activities == {}
    assert "week" not in re.search(r"<h1[^>]*>[^<]*", visitor.get(visitor.result).text)[0]


def test_a_changed_week_moves_the_score_and_a_typical_one_brings_it_back(finished, app):
    typical = only(app, StoredAssessment).score
    shown = shown_week(finished)
    one = next(iter(shown))

    finished.post(f"{finished.result}/week", **dict.fromkeys(shown, "0") | {one: "40"})
    changed, page = only(app, StoredAssessment), finished.get(finished.result).text
    assert sum(changed.activities.values()) == pytest.approx(40)
    assert changed.score != typical
    assert "A typical nurse stands at 51; your week moves that to" in page

    finished.post(f"{finished.result}/week", **shown, typical="1")
    assert only(app, StoredAssessment).score == typical


def test_a_week_that_cannot_be_is_refused(finished):
    shown = shown_week(finished)
    one = next(iter(shown))

    for typed in ("-1", "169", "many", "nan", "inf", "1e9"):
        page = finished.post(f"{finished.result}/week", **shown | {one: typed})
        assert page.status_code == 422
        assert f'value="{typed}"' in page.text
    assert finished.post(f"{finished.result}/week", **dict.fromkeys(shown, "0")).status_code == 422


def test_hours_of_another_job_are_passed_over(finished, app):
    finished.post(f"{finished.result}/week", **{"activities.9.Z.9": "12", "hours.elsewhere": "3"})

    assert only(app, StoredAssessment).activities == {}


def test_the_page_says_what_may_be_counted_of_a_result_to_its_maker_alone(finished, app):
    own, shared = (
        re.search(r'<main id="main"[^>]*>', client.get(finished.result).text)[0]
        for client in (finished.client, app.test_client())
    )

    assert f'data-occupation="{NURSE}"' in own
    assert re.search(r'data-experience="[0-9]+-[0-9]+ years" data-education="[a-z_]+"', own)
    assert 'data-draft=""' in shared
    assert 'data-experience=""' in shared


def test_pay_is_compared_and_kept_nowhere(finished, app, instance):
    before = only(app, Draft).answers
    page = finished.post(f"{finished.result}/pay", salary=SALARY)

    assert page.status_code == 200
    assert f"Your ${SALARY} is" in page.text
    assert only(app, Draft).answers == before
    for file in instance.iterdir():
        held = file.read_bytes() if file.is_file() else b""
        assert b"87654" not in held
        assert b"87,654" not in held


def test_pay_that_was_compared_comes_along_when_another_menu_is_used(finished, app):
    compared = finished.post(f"{finished.result}/pay", salary=SALARY).text
    carried = re.findall(r'<input type="hidden" name="salary" value="([^"]*)"', compared)
    place = finished.post(f"{finished.result}/place", state="NY", salary=carried[0])
    refused = finished.post(f"{finished.result}/background", experience_years="many", salary=carried[0])

    assert carried == [SALARY] * 3
    assert place.status_code == 200
    assert "New York" in place.text
    assert all(f"Your ${SALARY} is" in page.text for page in (place, refused))
    assert refused.status_code == 422
    assert only(app, Draft).answers["state"] == "NY"
    assert SALARY not in finished.get(finished.result).text
    assert finished.post(f"{finished.result}/pay", salary=SALARY, forget="1").location == finished.result
    assert finished.post(f"{finished.result}/place", state="NY", salary="lots").status_code == 422


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("$92k", "92,000"),
        ("45/hour", "93,600"),
        ("$45.00 per hour", "93,600"),
        ("$45 an hour", "93,600"),
        ("2,000/week", "104,000"),
        ("8000 a month", "96,000"),
    ],
)
def test_pay_may_be_written_as_people_write_it(finished, written, same_as):
    pages = [finished.post(f"{finished.result}/pay", salary=salary) for salary in (written, same_as)]

    assert [page.status_code for page in pages] == [200, 200]
    first, second = (re.search(r"Your \$[^<]+", page.text)[0] for page in pages)
    assert first == second


@pytest.mark.parametrize("salary", ["", "lots", "52", "1e9", "25/fortnight"])
def test_pay_that_cannot_be_is_explained_and_kept_in_the_field(finished, salary):
    page = finished.post(f"{finished.result}/pay", salary=salary)

    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert f'value="{salary}"' in page.text


def test_whoever_has_the_address_reads_the_result_and_changes_nothing(finished, app):
    other = Visitor(app.test_client())
    page, before = other.get(finished.result), only(app, Draft).answers

    assert page.status_code == 200
    assert "AI reaches about as much of a nurse’s work" in page.text
    assert "A result someone shared, made" in page.text
    assert "Check your own job" in page.text
    assert 'method="post"' not in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    changes = [action for action in ACTIONS if action != "/pay"]
    refused = [other.post(f"{finished.result}{action}", state="NY") for action in changes]
    assert {answer.status_code for answer in refused} == {403}
    assert all("This result can only be changed where it was made" in answer.text for answer in refused)
    assert only(app, Draft).answers == before


def test_a_cookie_that_somebody_wrote_opens_nothing(finished, app):
    other = Visitor(app.test_client())
    other.client.set_cookie("mingus_result_0", f'["{finished.token_held()}",1.0].bm90IHNpZ25lZA')

    assert "A result someone shared" in other.get(finished.result).text


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_holds_the_newest_twenty(visitor):
    for _ in range(22):
        answer = visitor.begin()

    cookie = next(header for header in answer.headers.getlist("Set-Cookie") if header.startswith("mingus_result_"))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert f"Max-Age={30 * 86_400}" in cookie
    assert len(visitor.tokens_held()) == 20


def test_two_results_begun_at_the_same_time_in_two_tabs_are_both_kept(visitor):
    token = visitor.token()
    before = visitor.client.get("/robots.txt").request.headers["Cookie"]
    results = []
    for job in ("29-1141", "53-3032"):
        tab = visitor.client.application.test_client(use_cookies=False)
        sent = {"csrf_token": token, "occupation": job, "job_title": job}
        answer = tab.post(START, data=sent, headers={"Cookie": before})
        results.append((answer.location, answer.headers.getlist("Set-Cookie")))
    for _, cookies in results:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            visitor.client.set_cookie(name, value)

    assert all("Make it yours" in visitor.get(address).text for address, _ in results)


def test_withdrawing_ends_the_address_and_gives_its_maker_another(finished, app):
    old = finished.result
    new = finished.post(f"{old}/withdraw").location.partition("#")[0]

    stranger = app.test_client().get(old)
    assert stranger.status_code == 404
    assert "This link no longer works" in stranger.text
    assert stranger.headers["X-Robots-Tag"] == "noindex"
    mine = finished.get(new).text
    assert "The old link no longer works" in mine
    assert finished.get(old).location == new
    assert "You withdrew this address. Your result has a new one." in finished.get(new).text
    assert finished.post(f"{old}/place", state="NY").location == new
    assert "Nothing was changed: make your change here." in finished.get(new).text
    assert "Make it yours" in mine
    assert rows(app, SharedResult) == 2


def test_an_address_ends_with_its_answers(finished, app):
    change(app, expires_at=utc_now())

    assert finished.get(finished.result).status_code == 404


def test_expired_answers_and_their_addresses_are_deleted_and_the_assessment_stays(finished, app):
    change(app, expires_at=utc_now() - timedelta(days=1))
    finished.begin()

    assert (rows(app, Draft), rows(app, SharedResult), rows(app, StoredAssessment)) == (1, 1, 2)


def test_related_jobs_are_sorted_and_relaxed_by_the_address(finished):
    plain, relaxed, wrong = (
        finished.get(f"{finished.result}{query}") for query in ("", "?sort=pay&relax=any_exposure", "?sort=x&relax=y")
    )

    assert '<option value="pay" selected>' in relaxed.text
    assert 'value="any_exposure" autocomplete="off" checked' in relaxed.text
    assert len(re.findall(r"<tr [^>]*hidden", relaxed.text)) < len(re.findall(r"<tr [^>]*hidden", plain.text))
    assert wrong.status_code == 422


def test_a_page_travels_compressed_only_where_no_word_of_it_came_with_the_request(finished):
    readable = {"Accept-Encoding": "gzip, br"}
    page = finished.client.get(finished.result, headers=readable)

    assert page.headers["Content-Encoding"] == "gzip"
    assert "AI reaches about as much of a nurse" in gzip.decompress(page.data).decode()
    assert len(page.data) < len(finished.get(finished.result).data) / 4
    asked = [
        finished.client.get(address, headers=readable) for address in (f"{finished.result}?relax=pay", "/?q=nurse")
    ]
    typed = {"csrf_token": finished.token(), "salary": "much"}
    refused = finished.client.post(f"{finished.result}/pay", data=typed, headers=readable)
    assert refused.status_code == 422
    assert all("Content-Encoding" not in answer.headers for answer in (*asked, refused))


def test_the_pdf_is_a_file_for_whoever_may_read_the_result(finished, app):
    for client in (finished.client, app.test_client()):
        response = client.get(f"{finished.result}.pdf")
        assert response.mimetype == "application/pdf"
        assert response.data.startswith(b"%PDF")
        assert "attachment" in response.headers["Content-Disposition"]


FORMS = ["", *(f"RESULT{rest}" for rest in ACTIONS)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_refuses_a_missing_or_foreign_token(finished, app, form):
    # check 18
    address = form.replace("RESULT", finished.result) or START
    before = only(app, Draft).answers
    stranger = Visitor(app.test_client()).token()

    for token in ("", stranger):
        answer = finished.client.post(address, data={"csrf_token": token, "occupation": NURSE}, follow_redirects=True)
        assert "This page was open for too long" in answer.text
    assert only(app, Draft).answers == before
    assert rows(app, SharedResult) == 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_every_form_refuses_other_sites(finished, form, site):
    # check 18
    address = form.replace("RESULT", finished.result) or START
    fields = {"csrf_token": finished.token(), "occupation": NURSE}

    assert finished.client.post(address, data=fields, headers={"Sec-Fetch-Site": site}).status_code == 403


def test_looking_at_pages_changes_nothing(finished, app):
    # check 18
    before = only(app, Draft).answers
    for rest in ADDRESSES:
        finished.get(f"{finished.result}{rest}")

    assert only(app, Draft).answers == before
    assert [rows(app, kind) for kind in (Draft, SharedResult, StoredAssessment, AnalyticsEvent)] == [1, 1, 1, 0]


def test_the_tracker_has_an_address_of_its_own(client):
    script = client.get("/tracker.js")

    assert script.mimetype == "text/javascript"
    assert script.headers["ETag"]
    assert "max-age=3600" in script.headers["Cache-Control"]
    assert client.get("/tracker.js", headers={"If-None-Match": script.headers["ETag"]}).status_code == 304

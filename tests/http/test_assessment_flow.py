"""CALC-1; checks 6 and 7: one question, then the result with what refines it, without script, and nothing lost."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from backend.assessments.job_impact.store import StoredAssessment
from backend.assessments.visit.models import Draft
from backend.clock import utc_now
from tests.http.visiting import ACTIONS, ADDRESSES, NURSE, REPLIES, START, Visitor, change, only, rows

LEGISLATORS = "11-1031"


@pytest.mark.parametrize("address", ["/", START])
def test_both_addresses_ask_for_the_job_and_show_an_example(visitor, address):
    page = visitor.get(address)

    assert page.status_code == 200
    assert re.findall(r"<h1[^>]*>([^<]+)", page.text) == ["What does AI mean for your job?"]
    assert "Example: registered nurse" in page.text
    assert "AI reaches about as much of a nurse’s work as of the typical job, mostly to help." in page.text


def test_looking_a_title_up_needs_no_script(visitor):
    page = visitor.get(f"{START}?q=staff+nurse").text

    assert "Registered nurse" in page
    assert "Exact match" in page
    assert re.findall(r'<button class="choice" type="submit" name="occupation" value="([^"]+)"', page)[0] == NURSE
    assert "None of these?" in page


def test_the_only_exact_match_is_asked_about_and_several_are_offered(visitor):
    one, several = (visitor.get(f"{START}?q={title}").text for title in ("staff+nurse", "accountant"))

    assert "Is this it?" in one
    assert "Which is closest?" in several


def test_a_title_that_nobody_has_says_what_to_do(visitor):
    assert "No job title looks like “qqxxzz”" in unescape(visitor.get(f"{START}?q=qqxxzz").text)


@pytest.mark.parametrize("address", ["/", "/jobs"])
def test_a_life_situation_is_answered_with_what_to_enter_instead(visitor, address):
    page = unescape(visitor.get(f"{address}?q=student").text)

    assert "“student” isn’t an occupation. Enter the job you had or the one you want." in page
    assert "No job title looks like" not in page


@pytest.mark.parametrize("address", ["/", "/jobs"])
def test_a_job_without_a_score_says_so_at_the_search(visitor, address):
    assert "There isn’t enough research to score legislators" in unescape(visitor.get(f"{address}?q=legislator").text)


def test_a_title_of_any_kind_is_looked_up_without_harm(visitor):
    for text in ("<script>alert(1)</script>", "%00", "x" * 500, "🦀", "' OR 1=1 --", "   "):
        page = visitor.client.get(START, query_string={"q": text})
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_a_jobs_public_page_leads_to_that_job_alone(visitor):
    page = visitor.get("/?job=registered-nurses").text

    assert re.findall(r'<button class="choice"[^>]* value="([^"]+)"', page) == [NURSE]
    assert visitor.get("/?job=no-such-job").status_code == 200


def test_a_nul_character_never_reaches_the_database(any_app):
    visitor = Visitor(any_app.test_client())

    assert visitor.begin(job_title="staff\0 nurse", session_id="a\0b").status_code == 303
    kept = only(any_app, Draft)
    assert kept.answers["job_title"] == "staff nurse"
    assert "\0" not in kept.session_id
    fields = {"state": "\0", "industry": "\0", "experience_years": "\0", "education": "\0", "hours.\0": "\0"}
    for question in REPLIES:
        assert visitor.post(f"{visitor.result}/{question}", **fields).status_code in {303, 422}
    assert visitor.get("/result/%00").status_code == visitor.get("/result/unknown").status_code == 404


def test_looking_nothing_up_is_an_error(visitor):
    assert "Error: What does AI mean for your job?" in visitor.get(f"{START}?q=").text


def test_one_answer_leads_to_the_result_and_the_others_refine_it(visitor):
    assert visitor.begin().location.startswith("/result/")
    first = visitor.get(visitor.result)
    for question in REPLIES:
        assert visitor.answer(question).location == visitor.result

    page = visitor.get(visitor.result)
    assert first.status_code == page.status_code == 200
    assert "Registered nurse" in first.text
    assert "Georgia" in page.text
    assert '<summary class="btn">6 years' in page.text


def test_a_job_without_a_score_leads_to_what_is_known_of_it(visitor):
    visitor.begin(occupation=LEGISLATORS, job_title="legislator")

    page = visitor.get(visitor.result).text
    assert "There isn’t enough research to score" in page
    assert "Why there is no score" in page
    assert len(re.findall(r'<li><a href="/jobs/[a-z-]+">', page)) > 2


def test_an_assessment_is_stored_once_and_follows_its_answers(visitor, app):
    visitor.begin()
    first = only(app, StoredAssessment)
    visitor.answer("place")

    after = only(app, StoredAssessment)
    assert (first.occupation, first.state, first.job_title) == (NURSE, None, "Registered nurses")
    assert after.completion_time >= first.completion_time >= 0
    assert after.state == "GA"
    assert (after.assessment_id, after.created_at) == (first.assessment_id, first.created_at)


def test_the_words_a_visitor_typed_stay_in_the_draft(visitor, app):
    visitor.begin(job_title="nurse to Ann Smith of Macon")

    assert only(app, Draft).answers["job_title"] == "nurse to Ann Smith of Macon"
    assert only(app, StoredAssessment).job_title == "Registered nurses"


def test_the_assessment_belongs_to_the_visit(visitor, app):
    visitor.begin(session_id="visit-1")

    assert only(app, StoredAssessment).session_id == "visit-1"


@pytest.mark.parametrize("session_id", ["<b>" * 50, "mingus-server-letters", "mingus-demo-7"])
def test_a_session_id_that_cannot_be_a_visits_is_replaced(visitor, app, session_id):
    visitor.begin(session_id=session_id)

    assert re.fullmatch("[0-9a-f]{32}", only(app, Draft).session_id)


def test_a_replayed_answer_changes_nothing(finished, app):
    before = only(app, Draft).answers
    for _ in range(3):
        finished.answer("place")

    assert only(app, Draft).answers == before
    assert rows(app, StoredAssessment) == 1


def test_the_newest_result_of_a_browser_is_offered_on_the_home_page(visitor, app):
    visitor.begin(occupation="43-3031", job_title="bookkeeper")
    visitor.begin()

    offer = f'Your last result: <a href="{visitor.result}">Registered nurse</a>'
    assert offer in visitor.get("/").text
    assert "Your last result" not in Visitor(app.test_client()).get("/").text


@pytest.mark.parametrize("expire", [True, False], ids=["expired", "unknown"])
def test_a_result_that_is_gone_says_so_wherever_it_is_asked_for(finished, app, expire):
    if expire:
        change(app, expires_at=utc_now() - timedelta(seconds=1))
    else:
        finished.result = f"/result/{'x' * 22}"

    answers = [finished.get(f"{finished.result}{rest}") for rest in ADDRESSES]
    answers += [finished.post(f"{finished.result}{rest}", salary="52,000") for rest in ACTIONS]
    assert {answer.status_code for answer in answers} == {404}
    assert all("This link no longer works" in answer.text for answer in answers)
    assert expire is ("Your last result" not in finished.get("/").text)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_address_of_a_form_leads_back_to_the_result(finished, action):
    assert finished.get(f"{finished.result}{action}").location == finished.result


def test_menus_hold_what_was_answered(finished):
    page = finished.get(finished.result).text

    assert '<option value="GA" selected>' in page
    assert '<option value="bachelors" selected>' in page
    assert 'name="experience_years" type="text" inputmode="decimal" autocomplete="off" value="6"' in page


def test_bad_answers_are_named_together_and_kept_in_their_open_menu(visitor):
    visitor.begin()

    page = visitor.post(f"{visitor.result}/background", experience_years="many", education="wizard")
    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert page.text.count("Enter years of experience as a number from 0 to 70, such as 6") == 2
    assert 'href="#education"' in page.text
    assert 'value="many"' in page.text
    assert re.findall(r'<details class="pop[^"]*" id="([^"]+)" open', page.text) == ["refine-background"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"occupation": "", "job_title": ""}, "Enter a job title"),
        ({"occupation": "", "job_title": "nurse"}, "Choose the job that is closest to yours"),
        ({"occupation": "99-9999", "job_title": "nurse"}, "Choose the job that is closest to yours"),
    ],
)
def test_a_job_must_be_chosen(visitor, app, fields, sentence):
    page = visitor.post(START, **fields)

    assert page.status_code == 422
    assert sentence in page.text
    assert rows(app, Draft) == 0

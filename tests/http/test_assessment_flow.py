"""CALC-1; checks 6 and 7: the questions in order, without script, and nothing lost."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from backend.assessments.job_impact.store import StoredAssessment
from backend.assessments.visit.models import Draft
from backend.clock import utc_now
from tests.http.visiting import ACTIONS, ADDRESSES, NURSE, REPLIES, START, Visitor, change, only, rows


@pytest.mark.parametrize("address", ["/", START])
def test_both_addresses_ask_for_the_job(visitor, address):
    page = visitor.get(address)

    assert page.status_code == 200
    assert "What is your job?" in page.text
    assert "Question 1 of 4" in page.text


def test_looking_a_title_up_needs_no_script(visitor):
    page = visitor.get(f"{START}?q=staff+nurse").text

    assert "Registered nurses" in page
    assert "Exact match" in page
    assert re.search(rf'value="{NURSE}"[^>]* checked', page)
    assert "None of these" in page


def test_the_only_exact_match_is_asked_about_and_several_are_offered(visitor):
    one, several = (visitor.get(f"{START}?q={title}").text for title in ("staff+nurse", "accountant"))

    assert "Is this it?" in one
    assert "suggestion" not in one
    assert "Which is closest?" in several
    assert "suggestions</span>" in several


def test_a_title_that_nobody_has_says_what_to_do(visitor):
    assert "No job title looks like “qqxxzz”" in unescape(visitor.get(f"{START}?q=qqxxzz").text)


def test_a_title_of_any_kind_is_looked_up_without_harm(visitor):
    for text in ("<script>alert(1)</script>", "%00", "x" * 500, "🦀", "' OR 1=1 --", "   "):
        page = visitor.client.get(START, query_string={"q": text})
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_a_nul_character_never_reaches_the_database(any_app):
    visitor = Visitor(any_app.test_client())

    assert visitor.begin(job_title="staff\0 nurse", session_id="a\0b").status_code == 303
    kept = only(any_app, Draft)
    assert kept.answers["job_title"] == "staff nurse"
    assert "\0" not in kept.session_id
    fields = {"state": "\0", "industry": "\0", "experience_years": "\0", "education": "\0", "activities.\0": "\0"}
    for question in REPLIES:
        assert visitor.post(f"{visitor.draft}/{question}", **fields).status_code in {303, 422}


def test_an_address_with_a_nul_character_leads_nowhere_as_any_other_does(any_app):
    client = any_app.test_client()

    for ending in ("", "/job", "/result", "/result.pdf"):
        assert client.get(f"{START}/%00{ending}").location == client.get(f"{START}/unknown{ending}").location
    assert client.get("/shared/%00").status_code == client.get("/shared/unknown").status_code == 404


def test_looking_nothing_up_is_an_error(visitor):
    assert "Error: What is your job?" in visitor.get(f"{START}?q=").text


def test_four_answers_lead_to_the_result(visitor):
    assert visitor.begin().location.endswith("/place")
    assert visitor.answer("place").location.endswith("/background")
    assert visitor.answer("background").location.endswith("/week")
    assert visitor.answer("week").location.endswith("/result")

    page = visitor.get(f"{visitor.draft}/result")
    assert page.status_code == 200
    assert "Registered nurses" in page.text
    assert "Georgia" in page.text


def test_every_question_may_be_passed_over(visitor):
    visitor.begin()
    for question in REPLIES:
        visitor.post(f"{visitor.draft}/{question}")

    assert visitor.get(f"{visitor.draft}/result").status_code == 200


def test_a_finished_assessment_is_stored_once_and_follows_its_answers(finished, app):
    first = only(app, StoredAssessment)
    finished.post(f"{finished.draft}/place", state="NY")

    after = only(app, StoredAssessment)
    assert (first.occupation, first.state, first.job_title) == (NURSE, "GA", "Registered nurses")
    assert first.completion_time is not None
    assert after.state == "NY"
    assert (after.assessment_id, after.created_at) == (first.assessment_id, first.created_at)


def test_the_words_a_visitor_typed_stay_in_the_draft(visitor, app):
    visitor.begin(job_title="nurse to Ann Smith of Macon")
    visitor.answer("place", "background", "week")

    assert only(app, Draft).answers["job_title"] == "nurse to Ann Smith of Macon"
    assert only(app, StoredAssessment).job_title == "Registered nurses"


def test_the_assessment_belongs_to_the_visit(visitor, app):
    visitor.begin(session_id="visit-1")
    visitor.answer("place", "background", "week")

    assert only(app, StoredAssessment).session_id == "visit-1"


@pytest.mark.parametrize("session_id", ["<b>" * 50, "mingus-server-letters", "mingus-demo-7"])
def test_a_session_id_that_cannot_be_a_visits_is_replaced(visitor, app, session_id):
    visitor.begin(session_id=session_id)

    assert re.fullmatch("[0-9a-f]{32}", only(app, Draft).session_id)


@pytest.mark.parametrize("question", ["background", "week"])
def test_a_question_out_of_order_leads_to_the_one_that_comes_first(visitor, question):
    visitor.begin()

    for response in (visitor.get(f"{visitor.draft}/{question}"), visitor.post(f"{visitor.draft}/{question}")):
        assert response.status_code == 303
        assert response.location == f"{visitor.draft}/place"


@pytest.mark.parametrize("action", ["result", "result.pdf"])
def test_a_result_before_the_last_answer_leads_to_what_is_missing(visitor, action):
    visitor.begin()
    visitor.answer("place")

    assert visitor.get(f"{visitor.draft}/{action}").location == f"{visitor.draft}/background"


@pytest.mark.parametrize("action", ["pay", "share"])
def test_an_action_before_the_last_answer_leads_to_what_is_missing(visitor, action):
    visitor.begin()

    assert visitor.post(f"{visitor.draft}/{action}", salary="x").location == f"{visitor.draft}/place"


def test_a_replayed_answer_changes_nothing(finished, app):
    before = only(app, Draft).answers
    for _ in range(3):
        finished.answer("place")

    assert only(app, Draft).answers == before
    assert rows(app, StoredAssessment) == 1


def test_the_address_alone_leads_to_where_the_visitor_left_off(visitor):
    visitor.begin()
    visitor.answer("place")

    assert visitor.get(visitor.draft).location == f"{visitor.draft}/background"


@pytest.mark.parametrize("expire", [True, False], ids=["expired", "unknown"])
def test_a_draft_that_is_gone_starts_again_with_a_notice(finished, app, expire):
    if expire:
        change(app, expires_at=utc_now() - timedelta(seconds=1))
    else:
        finished.draft = f"{START}/{'x' * 43}"

    answers = [finished.get(f"{finished.draft}{rest}") for rest in ADDRESSES]
    answers += [finished.post(f"{finished.draft}{rest}", occupation=NURSE) for rest in ACTIONS]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"{START}?notice=gone")}
    assert "We no longer have those answers" in finished.get(answers[0].location).text


@pytest.mark.parametrize("action", ["pay", "share", "unshare"])
def test_the_address_of_a_form_leads_back_to_the_result(finished, action):
    assert finished.get(f"{finished.draft}/{action}").location == f"{finished.draft}/result"


def test_going_back_shows_what_was_answered(finished):
    assert 'value="29-1141" id="occupation" checked' in finished.get(f"{finished.draft}/job").text
    assert '<option value="GA" selected>' in finished.get(f"{finished.draft}/place").text
    background = finished.get(f"{finished.draft}/background").text
    assert 'value="6"' in background
    assert 'value="bachelors" checked' in background


def test_bad_answers_are_named_together_and_kept(visitor):
    visitor.begin()
    visitor.answer("place")

    page = visitor.post(f"{visitor.draft}/background", experience_years="many", education="wizard")
    assert page.status_code == 422
    assert "<title>Error: What is your background?" in page.text
    assert page.text.count("Enter years of experience as a number from 0 to 70, such as 6") == 2
    assert 'href="#education"' in page.text
    assert 'value="many"' in page.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"occupation": "", "job_title": ""}, "Enter a job title"),
        ({"occupation": "", "job_title": "nurse"}, "Choose the job that is closest to yours"),
        ({"occupation": "99-9999", "job_title": "nurse"}, "Choose the job that is closest to yours"),
        ({"occupation": "none", "job_title": "nurse"}, "Try a plainer job title"),
    ],
)
def test_a_job_must_be_chosen(visitor, app, fields, sentence):
    page = visitor.post(START, **fields)

    assert page.status_code == 422
    assert sentence in page.text
    assert rows(app, Draft) == 0

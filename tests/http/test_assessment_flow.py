"""CALC-1, CALC-4; checks 6, 7 and 18: the questions in order, nothing lost, nothing kept that must not be."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from backend.analytics.events.models import AnalyticsEvent
from backend.assessments.calculator import JobImpactCalculator
from backend.assessments.models import Draft, SharedResult, StoredAssessment
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import KEY
from backend.reference.loading import load_reference

START = "/ai-job-impact-calculator"
NURSE = "29-1141"
REPLIES = {
    "place": {"state": "GA", "industry": "62"},
    "background": {"experience_years": "6", "education": "bachelors"},
    "week": {},
}
SALARY = "87,654"


class Visitor:
    """Someone without a script: follows links, fills in forms, sends back the token each form holds."""

    def __init__(self, client):
        self.client = client
        self.draft = ""

    def get(self, address):
        return self.client.get(address)

    def post(self, address, **fields):
        return self.client.post(address, data={"csrf_token": self.token(), **fields})

    def token(self):
        page = self.client.get(START).text
        return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def begin(self, **fields):
        response = self.post(START, **{"occupation": NURSE, "job_title": "staff nurse", **fields})
        self.draft = response.location.rpartition("/")[0]
        return response

    def answer(self, *questions):
        for question in questions:
            response = self.post(f"{self.draft}/{question}", **REPLIES[question])
            assert response.status_code == 303
        return response

    def finish(self):
        self.begin()
        return self.answer("place", "background", "week")


@pytest.fixture(scope="module")
def shared_calculator():
    """The reference tables and the model, read once for all these apps."""
    reference = load_reference()
    return reference, JobImpactCalculator(reference)


@pytest.fixture
def visitor(app, client, shared_calculator):
    for part in shared_calculator:
        app.extensions[KEY].add_shared(type(part), lambda part=part: part)
    return Visitor(client)


@pytest.fixture
def finished(visitor):
    visitor.finish()
    return visitor


def rows(app, kind):
    with app.app_context():
        return get_db_session().scalar(select(func.count()).select_from(kind))


def only(app, kind):
    with app.app_context():
        session = get_db_session()
        row = session.scalars(select(kind)).one()
        session.expunge(row)
        return row


def change(app, **values):
    with app.app_context():
        draft = get_db_session().scalars(select(Draft)).one()
        for name, value in values.items():
            setattr(draft, name, value)
        get_db_session().commit()


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


def test_a_title_that_nobody_has_says_what_to_do(visitor):
    assert "No job title looks like “qqxxzz”" in unescape(visitor.get(f"{START}?q=qqxxzz").text)


def test_a_title_of_any_kind_is_looked_up_without_harm(visitor):
    for text in ("<script>alert(1)</script>", "%00", "x" * 500, "🦀", "' OR 1=1 --", "   "):
        page = visitor.client.get(START, query_string={"q": text})
        assert page.status_code == 200
        assert "<script>alert" not in page.text


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
    assert (first.occupation, first.state, first.job_title) == (NURSE, "GA", "staff nurse")
    assert first.completion_time is not None
    assert after.state == "NY"
    assert (after.assessment_id, after.created_at) == (first.assessment_id, first.created_at)


def test_the_assessment_belongs_to_the_visit(visitor, app):
    visitor.begin(session_id="visit-1")
    visitor.answer("place", "background", "week")

    assert only(app, StoredAssessment).session_id == "visit-1"


def test_a_session_id_that_cannot_be_is_replaced(visitor, app):
    visitor.begin(session_id="<b>" * 50)

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


ADDRESSES = ["", "/job", "/place", "/week", "/result", "/result.pdf"]
ACTIONS = ["/job", "/place", "/background", "/week", "/pay", "/share", "/unshare"]


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


def link_in(page):
    return re.search(r'value="http://localhost(/shared/[^"]+)"', page)[1]


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
        assert finished.client.post(address, data={"csrf_token": token, "occupation": NURSE}).status_code == 400
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

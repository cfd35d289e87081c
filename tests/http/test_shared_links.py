"""Links by which people without an account read one page of the dashboards, or one chart in a frame."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
import sqlalchemy as sa

from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role
from backend.analytics.boards.board import BoardTile, NewBoard, TileKind
from backend.analytics.boards.service import Boards
from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.analytics.shares.models import StoredShare
from backend.audit.models import AuditEntry
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import get
from tests.accounts import BROWSER, form_token, make_account, signed_in
from tests.conftest import close, make_app, make_settings

NEW, SHARES = "/analytics/shares/new", "/analytics/shares"
PASSWORD = "correct horse battery"


@pytest.fixture
def owner(app):
    return make_account(app)


@pytest.fixture
def analyst(client, owner):
    return signed_in(client, owner)


@pytest.fixture
def visits(app):
    """Twelve from a newsletter and five from elsewhere, five minutes ago."""
    at, data = utc_now() - timedelta(minutes=5), as_json({"job_title": "Nurse"})
    with app.app_context():
        for number, source in enumerate(["newsletter"] * 12 + ["google"] * 5):
            opened = Event(uuid4(), "ai_calculator_opened", f"s{number}", None, at, as_json({"source": source}))
            get(EventTracker).record([opened, Event(uuid4(), "assessment_submitted", f"s{number}", None, at, data)])


def share(client, query="period=today&source=newsletter", page="overview", **typed):
    form = {"csrf_token": form_token(client, f"{NEW}?page=overview"), "page": page, "query": query, **typed}
    return client.post(NEW, data=form, headers=BROWSER)


def links(client):
    return re.findall(r"/shared/[\w-]+", client.get(SHARES, headers=BROWSER).text)


def words(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_whoever_has_the_link_sees_the_page_with_its_filters_and_no_way_further(app, analyst, visits):
    assert share(analyst).location == SHARES
    [link] = links(analyst)

    stranger = app.test_client()
    page = stranger.get(link, headers=BROWSER)

    assert page.status_code == 200
    assert "Source is newsletter" in words(page)
    assert "12" in re.search(r'kpi__value">([^<]+)<', page.text)[1]
    assert not re.findall(r'(?:href|action)="(?:https?://[^"/]+)?/(?:analytics|api|account)', page.text)
    assert "noindex" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Frame-Options"] == "DENY"


def test_the_list_says_what_each_link_is_narrowed_to(analyst):
    share(analyst, "period=7d&source_not=google&country=US&job_title_contains=nurse")

    assert "Source is not google; Country is United States; Job title contains nurse" in words(
        analyst.get(SHARES, headers=BROWSER)
    )


def test_a_funnel_is_shared_with_its_steps_and_without_who_is_behind_them(app, analyst, visits):
    asked = "period=today&source=newsletter&steps=ai_calculator_opened,assessment_submitted&breakdown=device"
    assert share(analyst, asked, page="funnel").location == SHARES
    [link] = links(analyst)
    stranger = app.test_client()

    page = stranger.get(f"{link}?steps=paid_upgrade_clicked&source=google", headers=BROWSER)

    assert page.status_code == 200
    assert "Of 12 sessions, 12 saw the result" in words(page)
    assert "Source is newsletter" in words(page)
    assert "By device" in words(page)
    assert not re.findall(r'(?:href|action)="(?:https?://[^"/]+)?/(?:analytics|api|account)', page.text)
    assert "No visits" not in words(page)
    assert "Nobody took the first step" in words(stranger.get(f"{link}?period=yesterday", headers=BROWSER))
    assert stranger.get(f"{link}?start=soon&end=2026-01-01", headers=BROWSER).status_code == 422


@pytest.fixture
def own_board(app, owner):
    tile = BoardTile("sessions", TileKind.NUMBER)
    with app.app_context():
        account_id = get_db_session().scalar(sa.select(Account.id))
        return get(Boards).add(account_id, NewBoard("Newsletter week", (tile,)))


def test_a_board_is_shared_as_its_owner_has_it_until_it_is_deleted(app, analyst, owner, own_board, visits):
    form = analyst.get(f"/analytics/boards/{own_board.id}?period=today", headers=BROWSER)
    address = unescape(re.search(r'href="(/analytics/shares/new[^"]+)"', form.text)[1])
    assert "Share Newsletter week with a link" in words(analyst.get(address, headers=BROWSER))
    share(analyst, "period=today&source=newsletter", page="boards", board=own_board.id)
    [link] = links(analyst)
    stranger = app.test_client()

    page = stranger.get(f"{link}?board=executive&source=google", headers=BROWSER)

    assert page.status_code == 200
    assert "Newsletter week" in words(page)
    assert re.search(r'kpi__value">([^<]+)<', page.text)[1] == "12"
    assert not re.findall(r'(?:href|action)="(?:https?://[^"/]+)?/(?:analytics|api|account)', page.text)
    with app.app_context():
        get(Boards).delete(get_db_session().scalar(sa.select(Account.id)), own_board.id)
    assert stranger.get(link, headers=BROWSER).status_code == 410


def test_a_board_that_comes_with_mingus_is_shared_too(app, analyst, visits):
    share(analyst, "period=today", page="boards", board="executive")
    [link] = links(analyst)

    assert app.test_client().get(link, headers=BROWSER).status_code == 200


def test_nobody_shares_a_board_they_cannot_see(app, analyst):
    assert share(analyst, "period=today", page="boards", board=str(uuid4())).status_code == 404
    assert share(analyst, "period=today", page="boards").status_code == 422
    assert share(analyst, "period=today", page="boards", board="executive", chart="tile-1").status_code == 422


def test_a_reader_chooses_days_and_never_what_is_counted(app, analyst, visits):
    share(analyst)
    [link] = links(analyst)
    stranger = app.test_client()

    widened = stranger.get(f"{link}?source=google&country=US&utm_source=mail", headers=BROWSER)
    moved = stranger.get(f"{link}?period=yesterday&compare=none", headers=BROWSER)

    assert re.search(r'kpi__value">([^<]+)<', widened.text)[1] == "12"
    assert "No visits in this period with these filters" in words(moved)
    assert stranger.get(f"{link}?period=nonsense", headers=BROWSER).status_code == 422


def test_a_link_with_a_password_asks_for_it_once_in_each_browser(app, analyst, visits):
    share(analyst, password=PASSWORD)
    [link] = links(analyst)
    stranger = app.test_client()

    locked = stranger.get(link, headers=BROWSER)
    assert "This page has a password" in words(locked)
    assert "kpi" not in locked.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', locked.text)[1]
    wrong = stranger.post(link, data={"csrf_token": token, "password": "a guess"}, headers=BROWSER)
    assert (wrong.status_code, "That isn’t the password of this link." in words(wrong)) == (422, True)
    right = stranger.post(link, data={"csrf_token": token, "password": PASSWORD}, headers=BROWSER)
    assert (right.status_code, right.location) == (303, link)
    assert "kpi" in stranger.get(link, headers=BROWSER).text
    assert "This page has a password" in words(app.test_client().get(link, headers=BROWSER))
    with app.app_context():
        [stored] = get_db_session().scalars(sa.select(StoredShare))
        assert PASSWORD not in f"{stored.password_hash}{stored.digest}{stored.sealed_token!r}"


def test_a_withdrawn_link_opens_nothing_and_only_its_owner_withdraws_it(app, analyst, owner):
    share(analyst)
    [link] = links(analyst)
    [withdraw] = re.findall(rf'action="({SHARES}/[^"]+/withdraw)"', analyst.get(SHARES, headers=BROWSER).text)
    other = signed_in(app.test_client(), make_account(app))

    def press(client):
        form = {"csrf_token": form_token(client, f"{NEW}?page=overview")}
        return client.post(withdraw, data=form, headers=BROWSER).status_code

    assert links(other) == []
    assert press(other) == 404
    assert app.test_client().get(link, headers=BROWSER).status_code == 200
    assert press(analyst) == 303
    for address in (link, "/shared/nonsense", "/shared/%00"):
        answer = app.test_client().get(address, headers=BROWSER)
        assert (answer.status_code, "This link doesn’t work anymore" in words(answer)) == (410, True)
    with app.app_context():
        deeds = get_db_session().execute(sa.select(AuditEntry.actor, AuditEntry.action)).all()
    assert [action for actor, action in deeds if actor == owner.name] == ["share.made", "share.withdrawn"]


@pytest.mark.parametrize("change", [{"role": Role.MEMBER}, {"state": AccountState.DISABLED}])
def test_a_link_ends_with_its_owners_access(app, analyst, owner, change):
    share(analyst)
    [link] = links(analyst)
    with app.app_context():
        get_db_session().execute(sa.update(Account).where(Account.id == owner.id).values(**change))
        get_db_session().commit()

    assert app.test_client().get(link, headers=BROWSER).status_code == 410


def test_a_link_ends_after_its_last_day(app, analyst):
    share(analyst, last_day=f"{utc_now() + timedelta(days=3):%Y-%m-%d}")
    [link] = links(analyst)

    assert app.test_client().get(link, headers=BROWSER).status_code == 200
    with app.app_context():
        past = (utc_now() - timedelta(days=3)).date()
        get_db_session().execute(sa.update(StoredShare).values(last_day=past))
        get_db_session().commit()
    assert app.test_client().get(link, headers=BROWSER).status_code == 410
    assert "ended" in words(analyst.get(SHARES, headers=BROWSER))


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"page": "live"}, "This page can’t be shared by a link."),
        ({"page": "funnel", "chart": "trend"}, "This page can’t be shared by a link."),
        ({"password": "short"}, "Use at least 8 characters."),
        ({"chart": "trend", "password": PASSWORD}, "A chart in a frame can’t ask for a password."),
        ({"last_day": "soon"}, "Enter the last day as year, month and day"),
        ({"last_day": "2020-01-01"}, "Choose today or a later day."),
        ({"query": "period=nonsense"}, "Choose one of the periods"),
        ({"chart": "<script>"}, "This page can’t be shared by a link."),
    ],
)
def test_what_cannot_be_shared_is_told(analyst, typed, message):
    answer = share(analyst, **typed)

    assert answer.status_code == 422
    assert message in words(answer)
    assert links(analyst) == []


def test_members_share_nothing(app):
    member = signed_in(app.test_client(), make_account(app, Role.MEMBER))

    assert member.get(SHARES, headers=BROWSER).status_code == 403


def test_one_chart_is_framed_by_the_sites_of_the_setting_alone(tmp_path, migrated_sqlite):
    (tmp_path / "mingus.db").write_bytes(migrated_sqlite.read_bytes())
    app = make_app(make_settings(tmp_path, EMBED_ORIGINS="https://intranet.example.com, https://wiki.example.com"))
    analyst = signed_in(app.test_client(), make_account(app))
    share(analyst, chart="trend")
    share(analyst)
    whole, chart = links(analyst)

    framed = app.test_client().get(chart, headers=BROWSER)
    policy = framed.headers["Content-Security-Policy"]

    assert "frame-ancestors https://intranet.example.com https://wiki.example.com;" in policy
    assert "X-Frame-Options" not in framed.headers
    assert "<iframe src=" in unescape(analyst.get(SHARES, headers=BROWSER).text)
    for address in (whole, "/", "/analytics"):
        answer = app.test_client().get(address, headers=BROWSER)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
    close(app)

"""Check 24: nobody sees or changes what is somebody else's. The matrix is made from the map of routes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from sqlalchemy import select

from backend.accounts.keys.models import StoredKey
from backend.accounts.keys.service import KeyService
from backend.accounts.people.models import Account
from backend.accounts.permissions import Role, Scope
from backend.accounts.sign_in.models import SignIn
from backend.analytics.annotations.models import StoredAnnotation
from backend.analytics.annotations.service import Annotations
from backend.analytics.boards.board import BoardTile, NewBoard
from backend.analytics.boards.models import StoredBoard
from backend.analytics.boards.service import Boards
from backend.analytics.shares.models import StoredShare
from backend.analytics.shares.service import Shares
from backend.analytics.shares.share import NewShare
from backend.analytics.views.models import StoredView
from backend.analytics.views.service import SavedViews
from backend.analytics.views.view import NewView, ViewKind
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import get
from backend.routes.access import access_of
from tests.accounts import BROWSER, MadeAccount, form_token, make_account, make_sign_in, signed_in

OF_THE_TEAM = {"/ops/on-call"}  # whoever can view operations sees who can be on call
OWN_PAGES = ("/account", "/account/keys", "/analytics", "/analytics/boards")
VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
CHANGES = {
    "PATCH": {"name": "mine"},
    "PUT": {"at": "2026-11-21", "text": "mine"},
}  # of the API
KEY_NAME, DEVICE = "canary key of somebody else", "Canary browser of somebody else"
VIEW_NAME, BOARD_NAME = "Canary view of somebody else", "Canary board of somebody else"
CHANGING = re.compile(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"|<code>[0-9a-f-]{36}</code>|"request_id": "[^"]*"')

# What a parameter of an address names, in the blueprint where it stands. A rule whose parameters are not all here or in
# ELSEWHERE fails the test: say whose its objects are, and the matrix includes it.
OF_AN_ACCOUNT = {
    ("account", "number"): lambda owner: owner.sign_in,
    ("keys", "key_id"): lambda owner: owner.key,
    ("analytics.views", "public_id"): lambda owner: owner.view,
    ("view_pages", "public_id"): lambda owner: owner.view,
    ("analytics.annotations", "public_id"): lambda owner: owner.annotation,
    ("annotation_pages", "public_id"): lambda owner: owner.annotation,
    ("analytics.boards", "public_id"): lambda owner: owner.board,
    ("board_pages", "public_id"): lambda owner: owner.board,
    ("board_editor", "public_id"): lambda owner: owner.board,
    ("board_editor", "tile"): lambda owner: owner.tile,
    ("share_pages", "public_id"): lambda owner: owner.share,
    ("admin", "public_id"): lambda owner: owner.account.public_id,
    ("admin", "_deed"): lambda _owner: "role",
}
ELSEWHERE = {
    "static.": "files that hold nothing private",
    "calculator.": "published figures",
    "jobs.": "background work, which is the platform's: whoever runs it sees all of it",
    "sign_up.": "a link that was mailed opens once what it says, for whoever holds it",
    "reset.": "a link that was mailed, too",
    "analytics.error_groups.": "errors of the code, which are nobody's, for whoever runs the platform",
    "analytics.goals.": "goals, which everyone with dashboard access reads; test_goals holds who changes them",
    "goal_pages.": "goals, too",
    "analytics.experiments.": "experiments, which whoever has the scope reads; test_experiments holds who changes them",
    "analytics.experiment_results.": "what experiments came to, too",
    "analytics.variants.": "which variant somebody gets, for programs that may ask",
    "experiment_pages.": "experiments, too; test_experiment_pages holds who changes them",
    "experiment_wizard.": "drafts of experiments, which the team shares",
    "flag_pages.": "flags, which whoever has the scope reads",
    "flag_documents.": "the flags that browsers may know",
    "analytics.holdouts.": "holdouts, too",
    "flags.": "flags, too",
    "shared_pages.": "one page of the dashboards, for whoever has its link; test_shared_links holds who withdraws it",
    "funnel_sessions.": "a visit, which names nobody, for everyone with dashboard access",
    "analytics.funnel.": "a visit, too",
    "api_docs.": "the description of a public API",
    "demo_pages.": "made-up visits, which are nobody's",
    "letters.": "a letter, for the browser that caused it",
    "first_look.": "a link in the terminal, for whoever started the server",
    "result.": "a result: its address only shows it, and test_assessment_result holds who may change it",
    "result_files.": "the preview image of a result, for whoever has its address",
    "analytics.alert_channels.": "where alerts are sent, which is the platform's: whoever runs it sees all of it",
    "analytics.alerts.": "alerts and silences, which are the platform's, too",
    "analytics.alert_rules.": "when alerts open, too",
    "site.": "style sheets, which hold nothing private",
    "ops_alerts.": "alerts and silences, which are the platform's: whoever runs it sees all of them",
    "ops_channels.": "where alerts are sent, too",
    "ops_errors.": "errors of the code, too",
    "ops_queries.": "statements without their values, too",
    "ops_rules.": "when alerts open, too",
    "analytics.incidents.": "what visitors are told of on the status page, which everyone reads",
    "ops_incidents.": "what visitors are told of, too",
    "occupation_pages.": "published figures",
    "occupation_cards.": "published figures",
}


@dataclass(frozen=True)
class Owner:
    """Somebody with one of everything that an address can name."""

    account: MadeAccount
    sign_in: int
    key: str
    view: str
    annotation: str
    board: str
    tile: str
    share: str

    @property
    def telling(self):
        """The words that would give them away."""
        return (
            self.account.email,
            self.account.public_id,
            self.key,
            self.view,
            KEY_NAME,
            DEVICE,
            VIEW_NAME,
            BOARD_NAME,
        )


@pytest.fixture
def owner(any_app):
    account = make_account(any_app, Role.ADMIN)
    make_sign_in(any_app, account)
    with any_app.app_context():
        session = get_db_session()
        sign_in = session.scalars(select(SignIn).where(SignIn.account_id == account.id)).one()
        sign_in.device, number = DEVICE, sign_in.id
        key = get(KeyService).create(KEY_NAME, [Scope.DASHBOARDS_READ], account_id=account.id)
        view = get(SavedViews).save(account.id, NewView(VIEW_NAME, ViewKind.VIEW, "overview", {}))
        note = get(Annotations).add(account.id, utc_now(), "what everybody reads")
        board = get(Boards).add(account.id, NewBoard(BOARD_NAME, (BoardTile("visitors"),)))
        share = get(Shares).make(account.name, account.id, NewShare("overview", {}))
        session.commit()
    kept = (view.public_id, note.public_id, board.id, board.tiles[0].id, share.public_id)
    return Owner(account, number, key.id, *map(str, kept))


STRANGER = MadeAccount(2**31 - 1, str(uuid4()), "nobody@example.com", "", None)
NOBODY = Owner(STRANGER, 2**31 - 1, "aaaaaaaa", *(str(uuid4()) for _ in range(3)), "0" * 8, str(uuid4()))


def rules_of_objects(app):
    """Every rule with a parameter that names something of an account."""
    for rule in app.url_map.iter_rules():
        if rule.arguments and not rule.endpoint.startswith(tuple(ELSEWHERE)) and rule.endpoint != "static":
            yield rule


def place(rule):
    return rule.endpoint.rpartition(".")[0]


def address(app, rule, owner):
    values = {name: OF_AN_ACCOUNT[place(rule), name](owner) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def rows_of(app, owner):
    """Everything that is stored of them."""
    own = (
        (kind, kind.account_id) for kind in (SignIn, StoredKey, StoredView, StoredAnnotation, StoredBoard, StoredShare)
    )
    kinds = ((Account, Account.id), *own)
    with app.app_context():
        rows = [
            get_db_session().scalars(select(kind).where(column == owner.account.id)).all() for kind, column in kinds
        ]
        return [{c.key: getattr(row, c.key) for c in row.__table__.columns} for found in rows for row in found]


def test_the_matrix_knows_every_parameter(app):
    unknown = {(place(r), name) for r in rules_of_objects(app) for name in r.arguments} - OF_AN_ACCOUNT.keys()

    assert unknown == set()


def test_the_matrix_names_nothing_that_is_gone(app):
    rules = list(app.url_map.iter_rules())
    named = {(place(rule), name) for rule in rules for name in rule.arguments}

    assert OF_AN_ACCOUNT.keys() - named == set()
    assert [start for start in ELSEWHERE if not any(f"{r.endpoint}.".startswith(start) for r in rules)] == []


def program_of(app, account):
    """What acts as this account by the API, which takes no cookie from whoever wants to change something."""
    known = {"email": account.email, "password": account.password, "code": account.totp_secret and account.code()}
    client = app.test_client()
    tokens = client.post("/api/v1/auth/login", json={name: given for name, given in known.items() if given}).json
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens['access_token']}"
    return client


def sent(client, verb, url, token):
    """What is answered, without what differs from one answer to the next."""
    form = {"csrf_token": token, "role": "member", "email": "someone@example.com"}
    body = {"data": form} if verb not in {"GET", "HEAD"} else {}
    if verb in CHANGES:
        body = {"json": CHANGES[verb]}
    answer = client.open(url, method=verb, headers=BROWSER, **body)
    return answer.status_code, CHANGING.sub("", answer.text)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_what_is_somebody_elses_is_not_there(any_app, owner, role):
    """Every verb on every address of theirs is answered as if there were no such thing, and changes nothing."""
    account = make_account(any_app, role)
    browser, program = signed_in(any_app.test_client(), account), program_of(any_app, account)
    token, before, seen = form_token(browser, "/account/password"), rows_of(any_app, owner), {}
    for rule in rules_of_objects(any_app):
        client = program if rule.rule.startswith("/api/") else browser
        scope = access_of(any_app.view_functions[rule.endpoint]).scope
        for verb in VERBS:
            theirs = sent(client, verb, address(any_app, rule, owner), token)
            assert theirs == sent(client, verb, address(any_app, rule, NOBODY), token), (verb, rule.rule)
            if verb in rule.methods:
                seen[verb, rule.rule] = theirs[0]
                assert theirs[0] == (404 if scope in role.scopes else 403), (verb, rule.rule)
    assert seen
    assert rows_of(any_app, owner) == before


def test_an_admins_own_pages_hold_nobody_elses_either(any_app, owner):
    """An admin manages accounts on the admins' pages; what is a person's own is theirs alone."""
    client = signed_in(any_app.test_client(), make_account(any_app, Role.ADMIN))
    token, before = form_token(client, "/account/password"), rows_of(any_app, owner)
    own = [rule for rule in rules_of_objects(any_app) if rule.rule.startswith("/account/")]
    for rule in own:
        for verb in rule.methods & set(VERBS):
            assert sent(client, verb, address(any_app, rule, owner), token)[0] == 404, (verb, rule.rule)
    assert own
    assert rows_of(any_app, owner) == before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_no_page_tells_of_somebody_else(any_app, owner, role):
    client = signed_in(any_app.test_client(), make_account(any_app, role))
    read = {}
    for rule in any_app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.arguments:
            answer = client.get(rule.rule, headers=BROWSER)
            read[rule.rule] = answer.status_code
            if rule.rule in OF_THE_TEAM and answer.status_code == 200:
                continue
            assert not [word for word in owner.telling if word in answer.text], rule.rule
    assert read["/account"] == 200


def test_a_copy_of_ones_data_holds_nobody_elses(any_app, owner):
    asking = make_account(any_app, Role.ANALYST)
    client = signed_in(any_app.test_client(), asking)

    copy = client.post("/account/export", data={"csrf_token": form_token(client, "/account/export")}).text

    assert asking.email in copy
    assert [word for word in owner.telling if word in copy] == []


def test_the_owner_is_told_all_of_it(any_app, owner):
    """So that the words looked for above are the words that stand on pages."""
    client = signed_in(any_app.test_client(), owner.account)
    told = "".join(client.get(page, headers=BROWSER).text for page in OWN_PAGES)

    assert [word for word in owner.telling if word not in told] == []

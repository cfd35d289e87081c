"""Sentences that people read do not go back to phrases that no native editor would sign: docs/voice.md."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.servers import PROJECT

# Phrases that were on our pages once, each with the reason why it went.
WORST = {
    "mend what": "nothing on a screen is mended: fix it",
    "mended": "fixed",
    "look into your mail": "check your email",
    "unwanted mail": "spam folder",
    "no letter": "email",
    "last letter": "email",
    "that letter": "email",
    "letters reach": "email",
    "to the start": "go to the home page",
    "these are all": "end of list",
    "not over yet": "in progress",
    "failed for good": "gave up",
    "to be tried again": "waiting to retry",
    "whose way": "count by",
    "that end the way": "stop counting after",
    "groups that stand alone": "show this many groups; combine the rest",
    "may yet go on": "still going",
    "may still go on": "still going",
    "it is noted": "say what was added and who sees it",
    "everybody who reads the dashboards": "everyone with dashboard access",
    "may not read the dashboards": "can't view the dashboards",
    "in the lead with": "number does not agree: top source by sessions",
    "no figures for this question": "we couldn't load these figures",
    "nobody stands behind": "no one to show here",
    "is it spelled as": "check the spelling",
    "nothing like this": "no matching entries",
    "take away a filter": "remove a filter",
    "it was nothing you did": "say whose fault it is: ours",
    "if it stays": "if it keeps happening",
    "you need do nothing": "you don't need to do anything",
    "i have forgotten my password": "forgot your password?",
    "i have kept them": "I've saved them",
    "you are signed in nowhere": "you aren't signed in anywhere else",
    "known to programs as": "account ID",
    "an hour, at most": "hourly limit",
    "as many as anyone may": "the standard limits",
    "what goes, within": "what is deleted",
    "a copy, or an end": "download or delete your data",
    "worked with and forgotten": "we never store it",
    "give the command again": "run the command again",
    "waits its turn": "waiting",
    "mend": "fix",
    "oops": "errors say what happened, then the way out",
    "labour": "American English",
}
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
LETTER = re.compile(r"\bletters?\b", re.IGNORECASE)


def prose(path):
    """The words of a file that people may read: without docstrings, comments and template code."""
    text = path.read_text()
    match path.suffix:
        case ".py":
            return "\n".join(strings(ast.parse(text)))
        case ".html":
            return re.sub(r"<[^>]+>", " ", JINJA.sub(" ", text)) + "\n".join(re.findall(r'"([^"{}<>]*)"', text))
        case ".js":
            return re.sub(r"//.*|/\*.*?\*/", "", text)
    return text


def strings(tree):
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    described = {id(node.value) for node in nodes}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in described)
    return [node.value for node in constants if isinstance(node.value, str)]


@cache
def read_by_people():
    """Every sentence of the product, by file, in small letters and on one line."""
    patterns = ("app/**/*.html", "app/**/*.py", "app/static/js/*.js", "backend/**/*.py", "backend/mail/**/*.txt")
    paths = [path for pattern in (*patterns, "config/*.py", "README.md", "docs/*.md") for path in PROJECT.glob(pattern)]
    return {
        str(path.relative_to(PROJECT)): " ".join(prose(path).replace("’", "'").lower().split())
        for path in paths
        if path.name != "voice.md"
    }


@pytest.mark.parametrize("phrase", WORST)
def test_a_phrase_that_went_does_not_come_back(phrase):
    whole = re.compile(rf"\b{re.escape(phrase)}\b(?!\.html)")

    found = [name for name, text in read_by_people().items() if phrase in text and whole.search(text)]

    assert found == [], WORST[phrase]


@pytest.mark.parametrize(
    "path", [*PROJECT.glob("app/templates/**/*.html"), *PROJECT.glob("backend/mail/**/*.txt")], ids=str
)
def test_pages_and_emails_call_an_email_an_email(path):
    text = JINJA.sub(" ", path.read_text())

    assert not LETTER.search(re.sub(r"<[^>]+>", " ", text))


def test_the_voice_is_explained_where_contributors_look():
    assert "](docs/voice.md)" in (PROJECT / "CONTRIBUTING.md").read_text()

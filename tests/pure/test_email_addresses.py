"""Which addresses are taken, and which two are one."""

from __future__ import annotations

import pytest

from backend.accounts.people.addresses import EmailIndex, deliverable, normal, why_not
from backend.accounts.sign_in.browser import browser_of


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("ada@example.com", "ada@example.com"),
        ("  Ada.Lovelace+engine@Example.COM ", "Ada.Lovelace+engine@example.com"),
        ("o'hara@mail.example.org", "o'hara@mail.example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@faß.de", "ada@xn--fa-hia.de"),
        ("ada@FAẞ.de", "ada@xn--fa-hia.de"),
        ("ada@σς.example", "ada@xn--3xab.example"),
        ("ada@Ｅxample。com", "ada@example.com"),
    ],
)
def test_an_address_is_taken_as_mail_would_go_to_it(typed, taken):
    assert deliverable(typed) == taken


@pytest.mark.parametrize(
    "typed",
    [
        "", "ada", "ada@", "@example.com", "ada@example", "ada@@example.com", "a da@example.com", "ada@exa mple.com",
        "ada@example.com\r\nBcc: eve@example.com", "ada@127.0.0.1", "ada@[127.0.0.1]", ".ada@example.com",
        "ada..l@example.com", "ada@-example.com", "ada@example..com", f"{'a' * 65}@example.com",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.com", '"ada"@example.com', "аda@example.com",
        "ada@example.com\x00", "ada@\ud800.com", "<ada@example.com>", "ada@example.com,eve@example.com",
    ],
)  # fmt: skip
def test_what_mail_cannot_go_to_is_no_address(typed):
    assert deliverable(typed) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter an email address, like name@example.com."),
        ("ada", "Enter an email address"),
        ("ü@exämple.de", "before the @, use only the letters a to z, not ü."),
        ("ada@exa_mple.com", "Enter a domain after the @"),
        ("ada@example", "Enter a domain after the @"),
        ("ada..l@example.com", "two dots in a row"),
        (f"{'a' * 65}@example.com", "it is too long"),
        ("ada\x00\ud800@example.com", "before the @, it has spaces"),
    ],
)
def test_a_refused_address_says_which_part_is_wrong(typed, said):
    assert said in why_not(typed)
    assert deliverable(typed) is None


def test_sharp_s_and_double_s_are_two_domains():
    index = EmailIndex(b"key")

    assert index.of("ada@faß.de") == index.of("ada@xn--fa-hia.de") != index.of("ada@fass.de")


def test_two_spellings_of_one_address_are_found_as_one():
    index = EmailIndex(b"key")

    assert index.of("Ada@Bücher.example") == index.of(" ada@xn--bcher-kva.EXAMPLE")
    assert index.of("ada@example.com") != index.of("ada@example.org")
    assert index.of("ada@example.com") != EmailIndex(b"another").of("ada@example.com")
    assert normal("ADA@Example.com") == "ada@example.com"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on an iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_words(user_agent, words):
    assert browser_of(user_agent) == words

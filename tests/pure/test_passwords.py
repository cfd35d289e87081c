"""ACC-1: how passwords are judged and kept."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters

from backend.accounts.people import passwords as module
from backend.accounts.people.passwords import Passwords, frequent
from backend.errors import Unavailable
from tests.accounts import PASSWORD, cheap_passwords

ADA = "ada.lovelace@engines.example"


@pytest.fixture
def passwords():
    return cheap_passwords()


def test_passwords_are_hashed_with_argon2id_at_the_costs_its_library_recommends():
    costs = extract_parameters(Passwords().hash(PASSWORD))

    assert (costs.type.name, costs.memory_cost, costs.time_cost, costs.parallelism) == ("ID", 65536, 3, 4)


def test_a_password_is_known_by_its_hash_and_no_other_is(passwords):
    hashed = passwords.hash(PASSWORD)

    assert passwords.verify(hashed, PASSWORD)
    assert not passwords.verify(hashed, PASSWORD + " ")
    assert not passwords.verify(None, PASSWORD)
    assert not passwords.verify("no hash", PASSWORD)


def test_letters_are_the_same_however_a_keyboard_composes_them(passwords):
    assert passwords.verify(passwords.hash("caf\u00e9 au lait"), "cafe\u0301 au lait")


def test_what_no_keyboard_sends_is_no_error(passwords):
    assert not passwords.verify(passwords.hash(PASSWORD), "\ud800\x00")


@pytest.mark.parametrize("text", [" " * 20, "\t \u00a0\u2003\u3000    "])
def test_spaces_alone_are_no_password_and_between_words_they_are_welcome(passwords, text):
    assert "more than spaces" in passwords.problem(text)
    assert passwords.problem(f"  {PASSWORD}  ") is None


def test_every_frequent_password_is_refused_however_it_is_written(passwords):
    assert len(frequent()) > 3000
    assert min(map(len, frequent())) >= 8
    for text in frequent():
        assert (
            passwords.problem(text)
            == passwords.problem(text.upper())
            == ("This is one of the most common passwords. Choose another.")
        )


@pytest.mark.parametrize(
    "text",
    [
        "a horse that staples",
        "correct horse battery staple",
        "x7Q!x7Q!",
        "пароль-для-меня",
        "🐎🔋📎🐎🔋📎🐎🔋",
        "w" * 63 + "v",
        "ab " * 42,
    ],
)
def test_length_counts_and_no_rule_asks_for_signs_or_numbers(passwords, text):
    assert passwords.problem(text, ADA) is None


@pytest.mark.parametrize(
    "text",
    ["", "seven77", "x" * 129, "mingus2026", "Mingus!!", "ada.lovelace1", "ADA.LOVELACE@engines.example", "engines12"],
)
def test_short_endless_and_obvious_passwords_are_refused(passwords, text):
    assert passwords.problem(text, ADA)


def test_a_long_password_may_speak_of_us(passwords):
    assert passwords.problem("I heard mingus play in 1959", ADA) is None


def test_a_hash_of_other_costs_is_outdated(passwords):
    assert not passwords.is_outdated(passwords.hash(PASSWORD))
    assert Passwords().is_outdated(passwords.hash(PASSWORD))


def test_looking_for_nobody_does_the_same_work(monkeypatch):
    """Which code runs, and how long it takes at the costs of the real thing."""
    passwords = Passwords()
    hashed = passwords.hash(PASSWORD)

    somebody, nobody = (min(seconds(passwords, known) for _ in range(3)) for known in (hashed, None))

    assert 0.5 < nobody / somebody < 2
    assert extract_parameters(passwords._nobodys) == extract_parameters(hashed)


def seconds(passwords, hashed):
    """Of the processor, whatever else it does."""
    began = time.process_time()
    assert not passwords.verify(hashed, "wrong")
    return time.process_time() - began


class Watched(PasswordHasher):
    """Counts how many hashes are at work at one time."""

    now = most = 0

    def verify(self, *given):
        self.now += 1
        self.most = max(self.most, self.now)
        time.sleep(0.02)
        self.now -= 1
        return super().verify(*given)


def test_only_a_few_hashes_are_at_work_at_once():
    hasher = Watched(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(hasher, concurrent_hashes=2)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: passwords.verify(None, "x"), range(24)))

    assert hasher.most == 2


def test_whoever_cannot_be_served_soon_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), concurrent_hashes=1)

    with passwords._slot(), pytest.raises(Unavailable):
        passwords.verify(None, "x")


def test_the_list_says_where_it_is_from():
    assert "zxcvbn 4.5.0" in Path(module.FREQUENT).read_text().partition("password\n")[0]
    assert "MIT License" in Path(module.FREQUENT).with_suffix(".LICENSE").read_text()

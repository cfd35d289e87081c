"""CAP-4: visitors without a cookie are told apart within a day, and not beyond it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.events.event import Sender
from backend.analytics.events.senders.bots import BotList
from backend.analytics.events.senders.facts import RequestFacts
from backend.analytics.events.senders.places import HeaderPlaces
from backend.analytics.events.senders.service import SenderIdentifier
from backend.analytics.events.senders.visitors import cookieless_id

SALT = b"s" * 32
HOME = ip_address("203.0.113.7")
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 Version/26.6 Mobile/15E148"
FACTS = RequestFacts("mingus.example", {"User-Agent": PHONE, "Country": "US", "Region": "CA"}, HOME)


class SaltOfTheDay:
    def of(self, day):
        return day.isoformat().encode()


def identify(facts=FACTS, visitor_id=None, day=21, **told):
    places = HeaderPlaces("Country", "Region")
    service = SenderIdentifier(BotList(), places, SaltOfTheDay(), lambda: datetime(2026, 11, day, 23, 59, tzinfo=UTC))
    return service.identify(facts, visitor_id, **told)


def test_a_sender_is_told_by_what_the_request_says():
    sender = identify()

    assert (sender.country, sender.region, sender.device, sender.is_bot) == ("US", "US-CA", "mobile", False)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", sender.visitor_id)


def test_the_same_visitor_has_the_same_id_all_day_and_another_one_the_next():
    assert identify() == identify()
    assert identify().visitor_id != identify(day=22).visitor_id


@pytest.mark.parametrize(
    "other",
    [
        replace(FACTS, address=ip_address("203.0.113.8")),
        replace(FACTS, host="other.example"),
        replace(FACTS, headers={"User-Agent": PHONE + " "}),
    ],
    ids=["address", "host", "user agent"],
)
def test_another_address_host_or_browser_is_another_visitor(other):
    assert identify(other).visitor_id != identify().visitor_id


def test_a_household_on_ipv6_is_its_64():
    def of(address):
        return identify(replace(FACTS, address=ip_address(address))).visitor_id

    assert of("2001:db8:1:2::1") == of("2001:db8:1:2:ffff::9") != of("2001:db8:1:3::1")


def test_an_id_given_by_consent_wins():
    assert identify(visitor_id="v" * 16).visitor_id == "v" * 16


def test_a_request_without_an_address_is_identified_by_the_rest():
    assert len(identify(replace(FACTS, address=None)).visitor_id) == 22


def test_a_browser_without_headers_is_a_robot_nowhere():
    sender = identify(replace(FACTS, headers={}), visitor_id="v" * 16)

    assert sender == Sender("v" * 16, None, None, "other", True)
    assert identify(webdriver=True).is_bot


def test_the_address_does_not_show():
    assert str(HOME) not in repr(FACTS)
    assert PHONE not in repr(FACTS)


@given(st.text(), st.text(), st.text(), st.text())
def test_what_is_said_in_one_field_cannot_be_taken_for_another(agent, host, agent_too, host_too):
    host, host_too = host.replace("\0", ""), host_too.replace("\0", "")
    same = cookieless_id(SALT, HOME, agent, host) == cookieless_id(SALT, HOME, agent_too, host_too)

    assert same == ((agent, host) == (agent_too, host_too))


def test_without_the_salt_an_id_says_nothing_of_its_visitor():
    assert cookieless_id(SALT, HOME, PHONE, "h") != cookieless_id(b"t" * 32, HOME, PHONE, "h")

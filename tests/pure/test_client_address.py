"""What a proxy or server writes for the client's address, and what counts as none."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from backend.client_address import parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("203.0.113.5:50123", "203.0.113.5"),
        (" 203.0.113.5 ", "203.0.113.5"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:db8::1:443", "2001:db8::1:443"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("[::ffff:203.0.113.5]:443", "203.0.113.5"),
    ],
)
def test_port_brackets_and_the_ipv6_form_of_ipv4_are_taken_off(text, address):
    assert parse_address(text) == ip_address(address)


@pytest.mark.parametrize(
    "text",
    ["", "unknown", "_hidden", "localhost:80", "203.0.113.5:", "203.0.113:80", "203.0.113.5:port", "[::1", "[]:1", "%"],
)
def test_anything_else_is_no_address(text):
    assert parse_address(text) is None

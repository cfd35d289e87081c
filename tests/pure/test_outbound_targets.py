"""Check 31, the part without a network: which addresses may be called at all."""

from __future__ import annotations

import pytest

from backend.outbound.addresses import is_public
from backend.outbound.target import OutboundRefused, OutboundTarget

OURS = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 169.254.170.2 172.16.0.1
    172.31.255.255 192.0.0.1 192.0.0.8 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1
    203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::10.0.0.1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::ffff:0:0 64:ff9b::10.0.0.1
    64:ff9b::169.254.169.254 64:ff9b:1::10.0.0.1 64:ff9b:1::8.8.8.8 100::1 2001::1 2001:db8::1 2002:0a00:0001::
    2002:7f00:1:: 2002:a9fe:a9fe::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 3fff::1 5f00::1 fc00::1 fd00:ec2::254
    fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1
""".split()  # noqa: SIM905
THEIRS = """
    8.8.8.8 1.1.1.1 93.184.215.14 2606:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::
""".split()  # noqa: SIM905


@pytest.mark.parametrize("address", OURS)
def test_what_may_be_ours_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", THEIRS)
def test_what_is_somebody_elses_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "gopher://hooks.example:443/_x",
        "//hooks.example/",
        "https:hooks.example",
        "https:///path",
        "https://:443/",
        "https://hooks.example:80/",
        "https://hooks.example:8443/",
        "https://hooks.example:443:80/",
        "https://hooks.example:99999/",
        "https://user:password@hooks.example/",
        "https://hooks.example@127.0.0.1/",
        "https://@hooks.example/",
        "https://hooks.example\\@127.0.0.1/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nHost: x",
        "https://hooks.example/\t",
        "https://hooks。example/",
        "https://ⓗooks.example/",
        "https://[::1/",
        " https://hooks.example/",
        "",
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(url):
    with pytest.raises(OutboundRefused) as refused:
        OutboundTarget.parse(url)

    assert "hooks" not in str(refused.value)


def test_host_and_path_are_taken_apart_once():
    target = OutboundTarget.parse("https://Hooks.example:443/a/b?c=d#e")

    assert (target.host, target.path) == ("hooks.example", "/a/b?c=d")

"""CAP-4: country and region come from a local file, else from a trusted proxy, else from nowhere."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wiring.senders import places
from backend.analytics.events.senders.places import COUNTRIES, FilePlaces, HeaderPlaces, Place, UnknownPlaces, place
from tests.conftest import make_settings
from tests.servers import PROJECT

FILE = PROJECT / "tests/data/GeoIP2-City-Test.mmdb"
TOLD = {"CF-IPCountry": "us", "CF-Region-Code": "ga"}
HEADERS = {"GEO_COUNTRY_HEADER": "CF-IPCountry", "GEO_REGION_HEADER": "CF-Region-Code"}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("214.78.120.9", Place("US", "US-CA")),
        ("2001:480:10::1", Place("US", "US-CA")),
        ("81.2.69.142", Place("GB", "GB-ENG")),
        ("202.196.224.1", Place("PH")),
        ("2.3.3.1", Place()),
        ("127.0.0.1", Place()),
    ],
)
def test_an_address_is_looked_up_in_a_file_of_maxminds_format(address, found):
    assert FilePlaces(FILE, UnknownPlaces()).find(ip_address(address), {}) == found


def test_the_headers_of_the_proxy_answer_where_the_file_does_not():
    both = FilePlaces(FILE, HeaderPlaces("CF-IPCountry", "CF-Region-Code"))

    assert both.find(ip_address("127.0.0.1"), TOLD) == Place("US", "US-GA")
    assert both.find(None, TOLD) == Place("US", "US-GA")
    assert both.find(ip_address("81.2.69.142"), TOLD) == Place("GB", "GB-ENG")


@pytest.mark.parametrize(
    ("country", "region", "found"),
    [
        ("US", "CA", Place("US", "US-CA")),
        ("us", "us-ca", Place("US", "US-CA")),
        ("US", "California", Place("US")),
        ("US", "GB-ENG", Place("US")),
        ("US", None, Place("US")),
        ("XK", "", Place("XK")),
        ("XX", "CA", Place()),
        ("T1", "", Place()),
        ("United States", "CA", Place()),
        ("", "US-CA", Place()),
        (None, None, Place()),
    ],
)
def test_only_codes_that_exist_are_believed(country, region, found):
    assert place(country, region) == found


@given(country=st.sampled_from(["US", "gb"]) | st.text(), region=st.text() | st.text("ABC12-", max_size=6))
def test_what_is_found_fits_its_columns(country, region):
    found = place(country, region)

    assert found.country is None or found.country in COUNTRIES
    assert found.region is None or (found.region.startswith(f"{found.country}-") and 4 <= len(found.region) <= 6)


def test_headers_count_only_behind_a_trusted_proxy(tmp_path):
    trusted = places(make_settings(tmp_path, TRUSTED_PROXIES=1, **HEADERS))
    open_to_all = places(make_settings(tmp_path, TRUSTED_PROXIES=0, **HEADERS))

    assert trusted.find(None, TOLD) == Place("US", "US-GA")
    assert open_to_all.find(None, TOLD) == Place()


def test_a_file_is_used_where_the_settings_name_one(tmp_path):
    found = places(make_settings(tmp_path, GEOIP_FILE=FILE)).find(ip_address("214.78.120.9"), TOLD)

    assert found == Place("US", "US-CA")

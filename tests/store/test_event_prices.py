"""CAP-1: a price is an exact number of its currency's minor units, in whichever units it is sent."""

from __future__ import annotations

import json

import pytest

from backend.analytics.events.forwarding.protocol import _money
from backend.analytics.events.wire.properties import check
from tests.store.test_lake_shape import landing_row, shaped

UPGRADE = "paid_upgrade_clicked"
GOOD = [
    ('{"price": 49.99}', 4999),
    ('{"price": "49.99"}', 4999),
    ('{"value": 49.990, "currency": "EUR"}', 4999),
    ('{"price": 0.29}', 29),
    ('{"price": 500, "currency": "JPY"}', 500),
    ('{"price": 1.234, "currency": "KWD"}', 1234),
    ('{"price": 0, "value": null}', 0),
    ('{"price": 49.99, "value": 49.99, "price_cents": 4999}', 4999),
]
BAD = [
    ("{}", "missing"),
    ('{"price_cents": null}', "missing"),
    ('{"price": 49.999}', "USD has 2 digits after the point"),
    ('{"price": 0.5, "currency": "JPY"}', "JPY has 0 digits after the point"),
    ('{"price": 49.99, "price_cents": 4998}', "must be the same amount"),
    ('{"price": 1, "value": 2}', "must be the same amount"),
    ('{"price": -0.01}', "must be 0 to"),
    ('{"price": 1000000.01}', "must be 0 to"),
    ('{"price": 1e300}', "usual size"),
    ('{"price": "NaN"}', "usual size"),
]


def test_the_lake_counts_prices_in_minor_units_however_they_are_sent():
    rows = shaped(*(landing_row(event_type=UPGRADE, event_data=data) for data, _ in GOOD)).to_pylist()

    assert [row["price_cents"] for row in rows] == [cents for _, cents in GOOD]


@pytest.mark.parametrize(("data", "cents"), GOOD)
def test_a_price_may_be_sent_in_whole_units(data, cents):
    check(UPGRADE, data.encode())


@pytest.mark.parametrize(("data", "reason"), BAD)
def test_a_price_that_is_no_amount_of_minor_units_is_refused(data, reason):
    with pytest.raises(ValueError, match=reason):
        check(UPGRADE, data.encode())


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ('{"price_cents": 4999}', 49.99),
        ('{"price": 49.99}', 49.99),
        ('{"price_cents": 500, "currency": "JPY"}', 500),
        ('{"price": 1.234, "currency": "KWD"}', 1.234),
    ],
)
def test_ga4_is_told_whole_units(data, value):
    assert _money(json.loads(data))["value"] == value


def test_a_property_called_price_is_no_price_of_another_event():
    [row] = shaped(landing_row(event_data='{"price": 49.99, "value": 7}')).to_pylist()

    assert row["price_cents"] is None

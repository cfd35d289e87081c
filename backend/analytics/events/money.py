"""Amounts of money in a currency's minor units, exactly. Source: ISO 4217, list one, the column "Minor unit"."""

from __future__ import annotations

from decimal import Decimal

USUAL = 2
ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE = "BHD IQD JOD KWD LYD OMR TND"
FOUR = "CLF UYW"
EXPONENTS = {
    currency: digits for digits, currencies in ((0, ZERO), (3, THREE), (4, FOUR)) for currency in currencies.split()
}


def minor_units(amount: Decimal, currency: str) -> int:
    """49.99 USD is 4999, 500 JPY is 500. Raises ValueError where it is no whole number of them."""
    digits = EXPONENTS.get(currency, USUAL)
    if not amount.is_finite() or amount.adjusted() > USUAL * 10:
        raise ValueError("An amount must be a number of usual size")
    units = amount.scaleb(digits)
    if units != units.to_integral_value():
        raise ValueError(f"{currency} has {digits} digits after the point")
    return int(units)


def major_units(units: int, currency: str) -> float:
    """4999 in USD is 49.99: for what leaves us, where others count so."""
    return float(Decimal(units).scaleb(-EXPONENTS.get(currency, USUAL)))

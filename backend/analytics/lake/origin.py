"""Where a visitor came from, by one rule for all events, whoever sent them and whichever way they came.

A named source (`utm_source`) counts as it is written, in small letters. Where none is named, the source is that of the
click id, else that of the page before. `direct`, also as Google Analytics writes it, names none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from backend.analytics.events.channels.lists import (
    Channel,
    any_country_pattern,
    by_click_id,
    by_host,
    host_pattern,
)

SAID = ("source", "medium", "campaign", "referrer", "click_id")
ORIGIN = SAID[:4]  # the columns
DIRECT, REFERRAL = "direct", "referral"
NOBODY = (DIRECT, "(direct)", "(none)")
NOTHING = (*NOBODY, "(not set)")
BETWEEN = "|"  # in no host and no name of the lists
DROPPED = r"[\x00-\x08\x0e-\x1f\x7f-\x9f\x{200b}\x{feff}]"  # control characters, and what has no width
TIDY = r"[!-~]+(?: [!-~]+)*"  # what nearly all are, told in a fraction of the time
SPACES = r"[\s\p{Z}]+"
PLAIN_HOST = "[a-z0-9.-]+"
HOST = r"^(?:[a-z][a-z0-9+.-]*://)?([^/?#:@]+)"


def clean(text: str) -> str:
    """SQL for a text in small letters, without control characters and needless spaces; null where nothing is left."""
    spaced = f"regexp_replace(regexp_replace(lower({text}), '{DROPPED}', '', 'g'), '{SPACES}', ' ', 'g')"
    return f"CASE WHEN regexp_full_match({text}, '{TIDY}') THEN lower({text}) ELSE nullif(trim({spaced}), '') END"


def as_kept(name: str, text: str) -> str:
    """A text that somebody filters by, as the lake keeps it in this column; empty where it names nothing."""
    spaced = re.sub(r"\s+", " ", re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\ufeff]", "", text.lower())).strip()
    if name == "source":
        return DIRECT if spaced in NOBODY else spaced
    return "" if name in ("medium", "campaign") and spaced in NOTHING else spaced


def with_origin(rows: str) -> str:
    """SQL for the rows of a query that has a struct `properties`, and the struct `origin`: `SAID` but the click id.

    Where nothing is said of an origin, as in nearly all rows, it is null and costs a few comparisons.
    """
    silent = " AND ".join(f"properties.{name} IS NULL" for name in SAID)
    said = ", ".join(f"{name}: {clean(f'properties.{name}')}" for name in SAID)
    return f"""
    SELECT * EXCLUDE (said, host, listed, named, channel), CASE WHEN said IS NOT NULL THEN {_origin()} END AS origin
    FROM (SELECT *, {_named()} AS named, {_channel()} AS channel
      FROM (SELECT *, {_listed()} AS listed
        FROM (SELECT *, CASE WHEN said.referrer IS NULL THEN NULL
            WHEN regexp_full_match(said.referrer, '{PLAIN_HOST}') THEN said.referrer
            ELSE nullif(regexp_extract(said.referrer, '{HOST}', 1), '') END AS host
          FROM (SELECT *, CASE WHEN NOT ({silent}) THEN {{{said}}} END AS said FROM ({rows})))))"""  # noqa: S608


def _named() -> str:
    """A source that only repeats the page before is no name of its own: our tracker used to send it so."""
    return (
        f"CASE WHEN said.source NOT IN {NOTHING} AND said.source IS DISTINCT FROM host"
        f" AND said.source IS DISTINCT FROM {_site()} THEN said.source END"
    )


def _channel() -> str:
    """Source and medium in one text. Lists in SQL are planned in a fraction of the time that as many cases take."""
    by_click, by_page = _of(by_click_id(), "said.click_id"), _of(by_host(), "listed")
    return f"coalesce({by_click}, {by_page}, {_site()} || '{BETWEEN}{REFERRAL}')"


def _listed() -> str:
    end = f"regexp_extract(host, '{host_pattern()}', 1)"
    return f"CASE WHEN host IS NOT NULL THEN regexp_replace({end}, '{any_country_pattern()}', '\\1.*') END"


def _of(channels: Mapping[str, Channel], name: str) -> str:
    names = ", ".join(f"'{text}'" for text in channels)
    texts = ", ".join(f"'{channel.source}{BETWEEN}{channel.medium}'" for channel in channels.values())
    return f"[{texts}][list_position([{names}], {name})]"


def _origin() -> str:
    medium = f"CASE WHEN said.medium NOT IN {NOTHING} THEN said.medium END"
    unnamed = f"coalesce(nullif({medium}, '{REFERRAL}'), split_part(channel, '{BETWEEN}', 2), {medium})"
    nobody = f"CASE WHEN said.source IN {NOBODY} THEN '{DIRECT}' END"
    return f"""{{
      source: coalesce(named, split_part(channel, '{BETWEEN}', 1), {nobody}),
      medium: CASE WHEN named IS NULL THEN {unnamed} ELSE {medium} END,
      campaign: CASE WHEN said.campaign NOT IN {NOTHING} THEN said.campaign END,
      referrer: host}}"""


def _site() -> str:
    return "CASE WHEN starts_with(host, 'www.') THEN substr(host, 5) ELSE host END"

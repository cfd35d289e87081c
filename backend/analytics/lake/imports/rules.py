"""Which rows surely are good events, told for a whole block at once in SQL.

The API's own parser is the one definition of an event. These rules are narrower: a row that keeps them is an event to
that parser too, with the same content; any other row is shown to the parser itself, which is slower but always right.
"""

from __future__ import annotations

import json

FIELDS = ("event_id", "event_type", "session_id", "user_id", "timestamp", "event_data")
SENDER_FIELDS = ("visitor_id", "country", "region", "device", "is_bot")
ALL_FIELDS = (*FIELDS, *SENDER_FIELDS)

# JSON of one nesting level in strict grammar; no NUL, no halves of surrogate pairs, no number that a float would bend.
_ESCAPE = (
    r'\\(?:["\\/bfnrt]|u(?:[1-9a-cA-CefEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}'
    r"|0[1-9a-fA-F][0-9a-fA-F]{2}|00[1-9a-fA-F][0-9a-fA-F]|000[1-9a-fA-F]))"
)
_STRING = rf'"(?:[^"\\\x00-\x1f]|{_ESCAPE})*"'
WHOLE_NUMBER = r"-?(?:0|[1-9][0-9]{0,14})"
NUMBER = rf"{WHOLE_NUMBER}(?:\.[0-9]{{1,15}})?"
_SPACE = r"[ \t]*"
SCALAR = rf"(?:{_STRING}|{NUMBER}|true|false|null)"


def _several(item: str) -> str:
    return rf"(?:{item}{_SPACE}(?:,{_SPACE}{item}{_SPACE})*)?"


VALUE = rf"(?:{SCALAR}|\[{_SPACE}{_several(SCALAR)}\])"
FLAT_OBJECT = rf"\{{{_SPACE}{_several(f'{_STRING}{_SPACE}:{_SPACE}{VALUE}')}\}}"

_HEX = "[0-9a-fA-F]"
TEXTS = {
    "event_id": f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
    "event_type": "[a-z][a-z0-9_]*",
    "session_id": "[A-Za-z0-9._:-]+",
    "user_id": r'[^"\\\x00-\x1f]+',
    "timestamp": r"[2-9][0-9]{3}-[01][0-9]-[0-3][0-9]T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    "visitor_id": "[A-Za-z0-9._:-]+",
    "country": "[A-Z]{2}",
    "region": "[A-Z]{2}-[A-Z0-9]{1,3}",
    "device": "desktop|mobile|tablet|other",
}
LENGTHS = {"event_type": 100, "session_id": 100, "user_id": 100, "visitor_id": 64}
DEMANDED = ("event_type", "session_id")
MOST_BYTES = 16 * 1024  # of a whole row: event_data, the only part that may be long, then keeps the API's limit too


def _member(field: str) -> str:
    values = {"event_data": FLAT_OBJECT, "is_bot": "true|false"}
    value = values.get(field) or f'"(?:{TEXTS[field]})"'
    null = "" if field in DEMANDED else "|null"
    return rf'"{field}"{_SPACE}:{_SPACE}(?:{value}{null})'


_ANY_MEMBER = f"(?:{'|'.join(map(_member, ALL_FIELDS))})"
LINE = rf"{_SPACE}\{{{_SPACE}{_several(_ANY_MEMBER)}\}}\s*"


def sql_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def matches(value: str, pattern: str) -> str:
    return f"coalesce(regexp_full_match({value}, {sql_text(pattern)}), false)"


# What the five calculator events must say: names are of the struct p, values are JSON texts.
_WORDS = ("source", "medium", "campaign", "job_title", "industry", "risk_level", "offer")
PROPERTIES = (*_WORDS, "step", "seconds", "price_cents", "currency")


def _words(*names: str) -> str:
    """Strings of at most 200 characters: escapes make the JSON text longer than what it says, never shorter."""
    return " AND ".join(
        f"(p.{name} IS NULL OR starts_with(p.{name}, '\"') AND length(p.{name}) <= 202)" for name in names
    )


_KNOWN = {
    "ai_calculator_opened": _words("source", "medium", "campaign"),
    "calculator_step_completed": matches("p.step", "[1-9][0-9]?")
    + f" AND (p.seconds IS NULL OR {matches('p.seconds', r'(?:0|[1-9][0-9]{0,3})(?:[.][0-9]{1,15})?')})",
    "assessment_submitted": f"p.job_title IS NOT NULL AND {_words('job_title', 'industry')}"
    """ AND (p.risk_level IS NULL OR p.risk_level IN ('"low"', '"medium"', '"high"'))""",
    "conversion_offer_viewed": _words("offer"),
    "paid_upgrade_clicked": matches("p.price_cents", "0|[1-9][0-9]{0,7}")
    + " AND CASE WHEN p.currency IS NULL THEN NOT contains(event_data, 'currency') ELSE "
    + matches("p.currency", '"[A-Z]{3}"')
    + f" END AND {_words('source', 'medium', 'campaign')}",
}
_BY_NAME = " ".join(f"WHEN '{name}' THEN {rule}" for name, rule in _KNOWN.items())


def _found(names: tuple[str, ...], prefix: str = "") -> str:
    return "(" + " + ".join(f"({prefix}{name} IS NOT NULL)::INT" for name in names) + ")"


_CERTAIN = " AND ".join(
    (
        "sound",
        *(f"(length({field}) <= {most}) IS NOT FALSE" for field, most in LENGTHS.items()),
        "(timestamp IS NULL OR coalesce(instant BETWEEN '2000-01-01T00:00:00Z'::TIMESTAMPTZ AND $now, false))",
        f"strlen(content) <= {MOST_BYTES}",
        "(CASE WHEN data_keys IS NULL OR data_keys = "
        + _found(PROPERTIES, "p.")
        + " THEN true ELSE data_keys = list_unique(json_keys(event_data)) END)",
        f"coalesce(CASE event_type {_BY_NAME} ELSE true END, false)",
    )
)


def fields_of_lines(lines: str) -> str:
    """The query that takes the relation `lines` (n, line) apart: a text for each field, and whether it is sound."""
    paths = ", ".join(f"'$.{name}'" for name in ALL_FIELDS)
    members = sql_text(json.dumps(dict.fromkeys(ALL_FIELDS, "VARCHAR")))
    found = _found(ALL_FIELDS, "e.")
    once = f"""CASE WHEN keys = {found} THEN true
      WHEN e.user_id IS NULL AND keys = {found} + 1 AND json_exists(good, '$.user_id') THEN true
      ELSE keys = list_count(json_extract(good, [{paths}])) END"""
    needed = " AND ".join(f"e.{name} IS NOT NULL" for name in DEMANDED)
    columns = ", ".join(f"e.{name} AS {name}" for name in ALL_FIELDS)
    return f"""
    SELECT n, line AS content, {columns}, coalesce({needed} AND {once}, false) AS sound
    FROM (
      SELECT n, line, good, json_transform(good, {members}) AS e, len(json_keys(good)) AS keys
      FROM (SELECT n, line, CASE WHEN {matches("line", LINE)} THEN line END AS good FROM {lines}))"""  # noqa: S608


def judged(fields: str) -> str:
    """The query that turns fields into landing rows, `certain` where they surely are events.

    A row without an id gets one of its content and its place, so that the same file read again brings the same ids.
    """
    properties = sql_text(json.dumps(dict.fromkeys(PROPERTIES, "JSON")))
    struct = f"STRUCT({', '.join(f'{name} VARCHAR' for name in PROPERTIES)})"
    return f"""
    SELECT n, certain, CASE WHEN NOT certain THEN content END AS content,
      CASE WHEN event_id IS NULL OR NOT certain THEN {OWN_ID} ELSE event_id::UUID END AS event_id,
      event_type, session_id, visitor_id, user_id, country, region, device,
      coalesce(instant, $now) AS timestamp, $now AS created_at,
      coalesce(is_bot = 'true', false) AS is_bot, coalesce(event_data, '{{}}') AS event_data
    FROM (
      SELECT *, {_CERTAIN} AS certain
      FROM (
        SELECT *, TRY_CAST(timestamp AS TIMESTAMPTZ) AS instant,
          CASE WHEN sound THEN len(json_keys(event_data)) END AS data_keys,
          CASE WHEN sound THEN CAST(json_transform(event_data, {properties}) AS {struct}) END AS p
        FROM ({fields})))"""  # noqa: S608


_DIGEST = "md5(concat(n, ':', content))"
# A UUID of version 8 (RFC 9562: own making) and the usual variant.
OWN_ID = (
    f"CAST({_DIGEST}[1:8] || '-' || {_DIGEST}[9:12] || '-8' || {_DIGEST}[14:16] || '-8' || {_DIGEST}[18:20]"
    f" || '-' || {_DIGEST}[21:32] AS UUID)"
)

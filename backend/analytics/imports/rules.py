"""Which rows surely are good events, told for a whole block at once in SQL.

The API's own parser is the one definition of an event. These rules are narrower: a row that keeps them is an event to
that parser too, with the same content; any other row is shown to the parser itself, which is slower but always right.
"""

from __future__ import annotations

import json

from backend.analytics.events.senders.places import COUNTRIES
from backend.analytics.events.server_streams import SERVER_STREAMS

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
    "country": "|".join(sorted(COUNTRIES)),
    "region": "[A-Z]{2}-[A-Z0-9]{1,3}",
    "device": "desktop|mobile|tablet|other",
}
LENGTHS = {"event_type": 100, "session_id": 100, "user_id": 100, "visitor_id": 64}
DEMANDED = ("event_type", "session_id")
ENVELOPE = tuple(name for name in ALL_FIELDS if name != "event_data")
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


def _is_sound(field: str) -> str:
    """Whether a field's text is as `TEXTS` has it; an id's is as its UUID is written, and names seldom are new."""
    if field == "event_id":
        return "coalesce(CAST(TRY_CAST(event_id AS UUID) AS VARCHAR) = lower(event_id), false)"
    if field == "event_type":
        known = ", ".join(map(sql_text, _KNOWN))
        return f"CASE WHEN event_type IN ({known}) THEN true ELSE {matches(field, TEXTS[field])} END"
    if field == "is_bot":
        return "is_bot IN ('true', 'false')"
    return matches(field, FLAT_OBJECT if field == "event_data" else TEXTS[field])


# What the calculator's events must say: names are of the struct p, values are JSON texts.
_OPENING = ("source", "medium", "campaign", "referrer", "click_id")
_SUBMISSION = ("job_title", "industry", "experience", "education")
_WORDS = (*_OPENING, *_SUBMISSION, "occupation", "risk_level", "offer")
PROPERTIES = (*_WORDS, "step", "seconds", "price_cents", "price", "value", "currency")


def _words(*names: str) -> str:
    """Strings of at most 200 characters: escapes make the JSON text longer than what it says, never shorter."""
    return " AND ".join(
        f"(p.{name} IS NULL OR starts_with(p.{name}, '\"') AND length(p.{name}) <= 202)" for name in names
    )


_OCCUPATION = matches("p.occupation", '"[0-9]{2}-[0-9]{4}"')
_RESULT = (
    f"p.job_title IS NOT NULL AND {_words(*_SUBMISSION)} AND (p.occupation IS NULL OR {_OCCUPATION})"
    """ AND (p.risk_level IS NULL OR p.risk_level IN ('"low"', '"medium"', '"high"'))"""
)
_KNOWN = {
    "ai_calculator_opened": _words(*_OPENING),
    "calculator_step_completed": matches("p.step", "[1-9][0-9]?")
    + f" AND (p.seconds IS NULL OR {matches('p.seconds', r'(?:0|[1-9][0-9]{0,3})(?:[.][0-9]{1,15})?')})",
    "assessment_submitted": _RESULT,
    "assessment_refined": _RESULT,
    "conversion_offer_viewed": _words("offer"),
    "paid_upgrade_clicked": matches("p.price_cents", "0|[1-9][0-9]{0,7}")
    + " AND p.price IS NULL AND p.value IS NULL"
    + " AND CASE WHEN p.currency IS NULL THEN NOT contains(event_data, 'currency') ELSE "
    + matches("p.currency", '"[A-Z]{3}"')
    + f" END AND {_words(*_OPENING)}",
}
_BY_NAME = " ".join(f"WHEN '{name}' THEN {rule}" for name, rule in _KNOWN.items())


SOUND = " AND ".join(
    _is_sound(field) if field in DEMANDED else f"({field} IS NULL OR {_is_sound(field)})" for field in ALL_FIELDS
)


def _number_present(names: tuple[str, ...], prefix: str = "") -> str:
    return "(" + " + ".join(f"({prefix}{name} IS NOT NULL)::INT" for name in names) + ")"


_CERTAIN = " AND ".join(
    (
        "sound",
        f"NOT starts_with(session_id, {sql_text(SERVER_STREAMS)})",
        *(f"(length({field}) <= {most}) IS NOT FALSE" for field, most in LENGTHS.items()),
        "(timestamp IS NULL OR coalesce(instant BETWEEN '2000-01-01T00:00:00Z'::TIMESTAMPTZ AND $received_at, false))",
        "(region IS NULL OR coalesce(starts_with(region, country || '-'), false))",
        f"strlen(content) <= {MOST_BYTES}",
        "(CASE WHEN data_keys IS NULL OR data_keys = "
        + _number_present(PROPERTIES, "p.")
        + " THEN true ELSE data_keys = list_unique(json_keys(event_data)) END)",
        f"coalesce(CASE event_type {_BY_NAME} ELSE true END, false)",
    )
)


def fields_of_lines(lines: str, before: str, after: str, data: str) -> str:
    """The query that takes the relation `lines` (n, line) apart: a text for each field, and whether it is sound.

    `before`, `after` and `data` say what most lines are: something before `cut`, from the fields in the struct e,
    something after it, and what `cut` is; null where it is nothing. The others are judged whole.
    """
    members = sql_text(json.dumps(dict.fromkeys(ENVELOPE, "VARCHAR")))
    columns = ", ".join(f"e.{name} AS {name}" for name in ENVELOPE)
    cut = f"""
    SELECT n, line, {columns}, {data} AS event_data, cut IS NOT NULL AS alike FROM (
      SELECT n, line, e, CASE WHEN starts_with(line, before) AND ends_with(line, after)
        THEN substr(line, length(before) + 1, greatest(0, length(line) - length(before) - length(after))) END AS cut
      FROM (SELECT *, {before} AS before, {after} AS after
        FROM (SELECT n, line, TRY(json_transform(line, {members})) AS e FROM {lines})))"""  # noqa: S608
    return f"""
    SELECT n, line AS content, {", ".join(ENVELOPE)}, coalesce(event_data, data) AS event_data,
      alike OR coalesce({_whole()}, false) AS sound
    FROM (
      SELECT *, len(json_keys(good)) AS keys, json_transform(good, '{{"event_data":"VARCHAR"}}').event_data AS data
      FROM (SELECT * EXCLUDE (alike, event_data), alike, CASE WHEN alike THEN event_data END AS event_data,
          CASE WHEN NOT alike AND {matches("line", LINE)} THEN line END AS good
        FROM (SELECT * EXCLUDE alike, alike AND {SOUND} AS alike FROM ({cut}))))"""  # noqa: S608


def _whole() -> str:
    """Whether a line of good JSON has every demanded member, and each once."""
    paths = ", ".join(f"'$.{name}'" for name in ALL_FIELDS)
    members = f"{_number_present(ENVELOPE)} + (data IS NOT NULL)::INT"
    once = f"""CASE WHEN keys = {members} THEN true
      WHEN user_id IS NULL AND keys = {members} + 1 AND json_exists(good, '$.user_id') THEN true
      ELSE keys = list_count(json_extract(good, [{paths}])) END"""
    return " AND ".join((*(f"{name} IS NOT NULL" for name in DEMANDED), once))


def judged(fields: str) -> str:
    """The query that turns fields into landing rows, `certain` where they surely are events.

    A row without an id gets one of its content and its place, so that the same file read again brings the same ids.
    """
    properties = sql_text(json.dumps(dict.fromkeys(PROPERTIES, "JSON")))
    struct = f"STRUCT({', '.join(f'{name} VARCHAR' for name in PROPERTIES)})"
    return f"""
    SELECT n, certain, CASE WHEN NOT certain THEN content END AS content,
      CASE WHEN event_id IS NULL OR NOT certain THEN {OWN_ID} ELSE event_id::UUID END AS id, id AS event_id,
      event_type, session_id, visitor_id, user_id, country, region, device,
      coalesce(instant, $received_at) AS timestamp, $received_at AS created_at,
      coalesce(is_bot = 'true', false) AS is_bot, coalesce(event_data, '{{}}') AS event_data
    FROM (
      SELECT *, {_CERTAIN} AS certain
      FROM (
        SELECT *, TRY_CAST(timestamp AS TIMESTAMPTZ) AS instant,
          CASE WHEN sound THEN len(json_keys(event_data)) END AS data_keys,
          CASE WHEN sound THEN CAST(json_transform(event_data, {properties}) AS {struct}) END AS p
        FROM ({fields})))"""  # noqa: S608


_DIGEST = "md5(concat(n, ':', content))"
# A UUID of version 8 and variant 8 (RFC 9562): our own making.
OWN_ID = (
    f"CAST({_DIGEST}[1:8] || '-' || {_DIGEST}[9:12] || '-8' || {_DIGEST}[14:16] || '-8' || {_DIGEST}[18:20]"
    f" || '-' || {_DIGEST}[21:32] AS UUID)"
)

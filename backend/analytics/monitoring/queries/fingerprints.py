"""SQL without values: one text, and one short name, for all statements that differ in nothing else."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NamedTuple

# Of what a statement is made. Types keep their lengths, which are no values and without which it cannot be planned.
TOKEN = re.compile(
    r"""
    (?P<comment> --[^\n]* | /\*.*?\*/ )
  | (?P<interval> \binterval\s+'[^']*' )
  | (?P<value> [eE]'(?:[^'\\]|\\.|'')*' | [xXbB]?'(?:[^']|'')*' | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$
             | %\([^)]+\)s | %s | \?\d* | \$\d+ )
  | (?P<name> "(?:[^"]|"")*" )
  | (?P<type> \b(?:var|bp)?char\s*\(\d+\) | \b(?:numeric|decimal|float|timestamp|time|bit)\s*\(\s*\d+(?:,\s*\d+)?\s*\) )
  | (?P<savepoint> \bsa_savepoint_\d+ )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<number> \d+(?:\.\d+)?(?:[eE][+-]?\d+)? )
  | (?P<percent> %% )
  | (?P<space> \s+ )
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
MASKS = {
    "comment": " ",
    "interval": "CAST(? AS INTERVAL)",
    "value": "?",
    "number": "?",
    "savepoint": "sa_savepoint",
    "percent": "%",
    "space": " ",
}
VALUE = r"\?(?:::\w+(?: \w+)*(?:\(\d+(?:, ?\d+)?\))?(?:\[\])?)?"
LIST = re.compile(rf"\bIN \(({VALUE})(?:, ?{VALUE})+\)", re.IGNORECASE)
ROW = r"\((?:[^()]|\([^()]*\))*\)"
ROWS = re.compile(rf"\bVALUES ({ROW})(?:, ?{ROW})+", re.IGNORECASE)
TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE) "?([\w.]+)', re.IGNORECASE)
DATA_WORDS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE"})
LONGEST = 10_000
LONG, BEGINNING = 50_000, 500  # of a long statement only the beginning is looked at: reading it would delay its request


class Fingerprint(NamedTuple):
    """`name` says what it does and to which table; `statement` is its text with every value masked."""

    name: str
    statement: str


def fingerprint(statement: str) -> Fingerprint:
    is_long = len(statement) > LONG
    masked = mask(statement[:BEGINNING] if is_long else statement)
    verb = masked.partition(" ")[0].upper()
    if verb not in DATA_WORDS:
        words = masked.upper().split(" ")
        return Fingerprint(" ".join(words[:2]) if verb == "BEGIN" else verb, masked[:LONGEST])
    table = TABLE.search(masked)
    digest = "long" if is_long else blake2b(masked.encode(errors="replace"), digest_size=4).hexdigest()
    return Fingerprint(f"{verb} {table[1][:60]} {digest}" if table else f"{verb} {digest}", masked[:LONGEST])


def mask(statement: str) -> str:
    """The statement with `?` for each value; a list or rows of values are as one."""
    plain = re.sub(" +", " ", TOKEN.sub(lambda token: MASKS.get(token.lastgroup or "", token[0]), statement)).strip()
    return ROWS.sub(r"VALUES \1", LIST.sub(r"IN (\1)", plain))

r"""Escapes in JSON that no text may hold: half of a surrogate pair, and NUL. Every pass is linear and runs in C.

Escaped backslashes are set aside first, so that each `\u` that is left begins an escape. What stands for them begins
with a raw NUL, which JSON cannot hold: a body with one is no JSON, and stays as it is for the parser to refuse.
"""

from __future__ import annotations

import re

BACKSLASH, SET_ASIDE = rb"\\", b"\0\1"
HIGH, LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
LONE_HIGH, LONE_LOW = re.compile(rb"%b(?!%b)" % (HIGH, LOW)), re.compile(rb"(?<!%b)%b" % (HIGH, LOW))
REPLACEMENT = rb"\\ufffd"
NUL = rb"\u0000"


def well_formed(body: bytes) -> bytes:
    """JavaScript cuts a text in the middle of an emoji and sends the half; it is mended as `toWellFormed` would."""
    if b"\\u" not in body or b"\0" in body:
        return body
    whole = LONE_LOW.sub(REPLACEMENT, LONE_HIGH.sub(REPLACEMENT, body.replace(BACKSLASH, SET_ASIDE)))
    return whole.replace(SET_ASIDE, BACKSLASH)


def without_nul(data: bytes) -> bytes:
    """PostgreSQL cannot store NUL, and nobody means it: `%00` in an address is a probe or a mistake."""
    return data.replace(BACKSLASH, SET_ASIDE).replace(NUL, b"").replace(SET_ASIDE, BACKSLASH)

"""Messages of errors without what they say of anybody: only words that stand in code are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import CodeType

LONGEST_MESSAGE = 300
LONGEST_READ = 2000
MASK = "…"
WORD = re.compile(r"\w+")
MASKS = re.compile(r"…(?:[\s,.:;/@+%-]*…)+")
# What Python, SQLite, PostgreSQL and the network say themselves, in code that leaves no frames.
STANDARD = frozenset(
    WORD.findall(
        """
    a aborted access after allowed already an and are argument arguments as assignment at attribute authentication bad
    base be because before between block broken busy by bytes call callable cannot canceling certificate check closed
    codec column columns command concatenate conflict connect connection constraint contain contains convert could
    current cycle data database date datetime deadlock decode decoding default denied descriptor deserialize detected
    dict dictionary did directory disk division divisor does due duplicate element elements empty encode encoding ended
    end error exceed exceeded exceeds executing exist exists expected expecting extra failed fetch field file
    first float for foreign format found from full function given has hashable have host id image in incompatible index
    indices input instance instances int integer into invalid io is isn it iterable iterate iteration item items json
    key keyword key keys large length line list literal locked lock long loop lost malformed mapping match maximum
    memory message method missing mode module more must name named nan negative no non none nonetype not null number
    object objects of on one only open operand operands operation or order out over permission pipe pool
    positional prefix protocol range read reading readonly recursion refused relation remaining required reset resolve
    responding response returned returning row schema sequence server session set shape size slice socket some sqlite
    ssl start statement step str string subscriptable subset such support supported syntax table takes temporary
    terminated terminating than that the there this time timed timeout to token too transaction tuple type types
    unable unbound unexpected unhashable unicode unique unknown unpack unreachable unsupported unterminated update
    use user utf value values variable vector version violates waiting was while with write zero
    """
    )
)


def safe_message(text: str, code: Iterable[CodeType]) -> str:
    """The first line of a message; every word and number that neither the code nor the standard words hold is masked.

    A template such as `f"there is no job {number}"` keeps its words and loses its values.
    """
    known = STANDARD | set(words_of(code))
    line = text[:LONGEST_READ].strip().partition("\n")[0]
    masked = WORD.sub(lambda word: word[0] if word[0].lower() in known else MASK, line)
    return MASKS.sub(MASK, masked)[:LONGEST_MESSAGE]


def words_of(code: Iterable[CodeType]) -> Iterator[str]:
    """The words of texts and names in these functions; numbers are no words."""
    for function in code:
        texts = [constant for constant in function.co_consts if isinstance(constant, str)]
        for text in (*texts, *function.co_names, *function.co_varnames):
            yield from (word.lower() for word in WORD.findall(text) if not any(map(str.isdigit, word)))

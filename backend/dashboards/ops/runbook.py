"""What docs/runbook.md says of one alert, as blocks that a page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADING = re.compile(r"^(#{2,4}) +`?([^`\n]+?)`? *$", re.MULTILINE)
MARKS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: p, li, or code."""

    kind: str
    text: str


def section(runbook: str, anchor: str) -> tuple[Block, ...]:
    """The section whose heading is the anchor; empty where there is none."""
    headings = list(HEADING.finditer(runbook))
    for place, heading in enumerate(headings):
        if anchor_of(heading[2]) == anchor:
            level = len(heading[1])
            end = next((other.start() for other in headings[place + 1 :] if len(other[1]) <= level), len(runbook))
            return tuple(_blocks(runbook[heading.end() : end]))
    return ()


def anchor_of(heading: str) -> str:
    """As GitHub makes it: Jobs gave up -> jobs-gave-up"""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _blocks(text: str) -> Iterator[Block]:
    for number, part in enumerate(text.split("```")):
        if number % 2:
            yield Block("code", part.partition("\n")[2].strip("\n"))
            continue
        for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )", part):
            plain = " ".join(paragraph.split())
            if not plain:
                continue
            item = re.match(r"(?:[-*]|\d+\.) +(.*)", plain)
            yield Block("li" if item else "p", _plain(item[1] if item else re.sub(r"^#+ *", "", plain)))


def _plain(text: str) -> str:
    return MARKS.sub("", LINK.sub(r"\1", text))

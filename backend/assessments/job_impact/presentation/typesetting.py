"""Documents and images by Typst, one at a time in a process; the library is loaded with the first of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from threading import Lock

Data = dict[str, object]

EPOCH = 0
PIXELS_PER_INCH = 72  # a point is a pixel
TEMPLATES = Path(__file__).parent
_press = Lock()


def document_of(data: Data) -> str:
    """The data as the text that a template reads: the same for the same data."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


def pdf(template: str, document: str) -> bytes:
    """A tagged PDF, the same bytes for the same document, which is never read as markup."""
    import typst

    with _press:
        typeset = typst.compile(
            _source(template),
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"data": document},
            pdf_standards=["ua-1"],
            timestamp=EPOCH,
        )
    return _one_file(typeset)


def png(template: str, document: str) -> bytes:
    """An image of one page, a pixel for each point of it."""
    import typst

    with _press:
        drawn = typst.compile(
            _source(template),
            format="png",
            ppi=PIXELS_PER_INCH,
            ignore_system_fonts=True,
            sys_inputs={"data": document},
        )
    return _one_file(drawn)


@cache
def _source(template: str) -> bytes:
    return (TEMPLATES / template).read_bytes()


def _one_file(made: object) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("a document is one file")
    return made

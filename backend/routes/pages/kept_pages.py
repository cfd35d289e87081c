"""Pages that are the same for everybody, rendered once and kept compressed.

What most of them show is the data and the templates of this process, and neither changes while it runs. Others are
rendered again after some seconds.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from threading import Lock
from time import monotonic

from flask import Response, request
from flask.typing import ResponseReturnValue

MOST_BYTES = 8 * 2**20  # room for every page: a crawler, which asks for all of them in turn, would find none of fewer
TEN_MINUTES = 600
ETAG_LENGTH = 32


@dataclass(frozen=True, slots=True)
class KeptPage:
    etag: str
    compressed: bytes
    rendered_at: float

    @classmethod
    def of(cls, text: str, now: float) -> KeptPage:
        content = text.encode()
        return cls(sha256(content).hexdigest()[:ETAG_LENGTH], gzip.compress(content, mtime=0), now)


class KeptPages:
    """One for a process; what was not asked for longest makes room.

    A page holds nothing of the visitor and no nonce: an answer of 304 would bring another nonce than the page has.
    `allow_own_scripts` lets the scripts of this site run in the answer instead.
    """

    def __init__(
        self,
        allow_own_scripts: Callable[[], str],
        most_bytes: int = MOST_BYTES,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._allow_own_scripts = allow_own_scripts
        self._most_bytes = most_bytes
        self._now = now
        self._pages: OrderedDict[str, KeptPage] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes of all pages that are kept."""
        return self._bytes

    def answer(
        self, name: str, render: Callable[[], str], mimetype: str = "text/html", seconds: int | None = None
    ) -> ResponseReturnValue:
        """The page of this name, as `render` made it the first time, or at most `seconds` ago."""
        page = self._page(f"{request.script_root} {name}", render, inf if seconds is None else seconds)
        self._allow_own_scripts()
        response = _response(page, mimetype)
        response.vary.add("Accept-Encoding")
        response.cache_control.public = True
        response.cache_control.max_age = TEN_MINUTES if seconds is None else seconds
        return response.make_conditional(request)

    def _page(self, key: str, render: Callable[[], str], seconds: float) -> KeptPage:
        oldest = self._now() - seconds
        with self._lock:
            page = self._pages.get(key)
            if page and page.rendered_at > oldest:
                self._pages.move_to_end(key)
                return page
        page = KeptPage.of(render(), self._now())
        with self._lock:
            self._keep(key, page, oldest)
        return page

    def _keep(self, key: str, page: KeptPage, oldest: float) -> None:
        before = self._pages.get(key)
        if before and before.rendered_at > oldest:  # another thread rendered it meanwhile
            return
        self._pages[key] = page
        self._pages.move_to_end(key)
        self._bytes += len(page.compressed) - (len(before.compressed) if before else 0)
        while self._bytes > self._most_bytes:
            _, first = self._pages.popitem(last=False)
            self._bytes -= len(first.compressed)


def _response(page: KeptPage, mimetype: str) -> Response:
    """Each encoding is a content of its own, so it has an ETag of its own."""
    if not request.accept_encodings.quality("gzip"):
        response = Response(gzip.decompress(page.compressed), mimetype=mimetype)
        response.set_etag(page.etag)
        return response
    response = Response(page.compressed, mimetype=mimetype)
    response.content_encoding = "gzip"
    response.set_etag(f"{page.etag}-gzip")
    return response

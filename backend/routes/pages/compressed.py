"""Pages that hold a form token, sent compressed all the same where nobody else can put a word into them."""

from __future__ import annotations

import gzip

from flask import Response, request

LEVEL = 6


def compress(response: Response) -> Response:
    """A form's token is guessed by the length of a page only where guesses stand in it: without a question, none do.

    For the `after_request` of pages that show nothing but what their own visitor answered.
    """
    is_plain_page = request.method == "GET" and not request.query_string and response.mimetype == "text/html"
    if is_plain_page and response.status_code == 200 and request.accept_encodings.quality("gzip"):
        response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
        response.content_encoding = "gzip"
    if is_plain_page:
        response.vary.add("Accept-Encoding")
    return response

"""The page of a first visit, remembered: who brings no cookie and asks for nothing gets what everybody gets."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from flask_wtf.csrf import generate_csrf

from backend.routes.consent import asks_not_to_be_tracked

TELLS_PEOPLE_APART = ("Cookie", "Authorization")
NONCE, TOKEN = "\0nonce\0", "\0token\0"
MOST = 32  # pages; there are more only where addresses have made-up beginnings
PageKey = tuple[str, str, bool]


class FirstVisitPages:
    """One for a process. Each answer has its own nonce and its own form token all the same."""

    def __init__(self, nonce_of_response: Callable[[], str]) -> None:
        self._nonce_of_response = nonce_of_response
        self._pages: dict[PageKey, str] = {}

    def page(self, render: Callable[[], str]) -> str:
        """The page as `render` made it the first time, unless there is something about this request."""
        if request.args or any(name in request.headers for name in TELLS_PEOPLE_APART):
            return render()
        nonce, token = self._nonce_of_response(), generate_csrf()
        key = (request.script_root, request.path, asks_not_to_be_tracked())
        page = self._pages.get(key)
        if page is None:
            if len(self._pages) >= MOST:
                self._pages.clear()
            page = self._pages[key] = render().replace(nonce, NONCE).replace(token, TOKEN)
        return page.replace(NONCE, nonce).replace(TOKEN, token)

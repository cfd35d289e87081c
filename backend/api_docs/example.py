"""An example request of an operation, as a program of several languages sends it."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pprint import pformat
from typing import Any
from urllib.parse import urlencode

WIDTH = 88  # of the lines of a body in Python


@dataclass(frozen=True, slots=True)
class Example:
    """A request that can be sent as it stands. `secret`: the environment variable that holds the key or token.

    `answers_json`: the answer is JSON, so that a program reads it as that.
    """

    method: str
    url: str
    query: dict[str, Any]
    secret: str
    media_type: str
    body: str
    answers_json: bool

    @property
    def address(self) -> str:
        return f"{self.url}{'?' if self.query else ''}{urlencode(self.query)}"

    def languages(self) -> tuple[tuple[str, str], ...]:
        """The request in each language: its name and the program."""
        return ("curl", self.curl()), ("Python", self.python()), ("JavaScript", self.javascript())

    def curl(self) -> str:
        words = [shlex.quote(self.address)]
        if self.secret:
            words.append(f'-H "Authorization: Bearer ${self.secret}"')
        if self.body:
            words += [f"-H 'Content-Type: {self.media_type}'", f"-d {shlex.quote(self.body)}"]
        if self.method != ("POST" if self.body else "GET"):
            words.insert(0, f"-X {self.method}")
        return "curl " + " \\\n  ".join(words)

    def python(self) -> str:
        """A program for the library requests."""
        parts = [json.dumps(self.url)]
        if self.query:
            parts.append(f"params={self.query!r}")
        headers = [f'"Authorization": f"Bearer {{environ[\'{self.secret}\']}}"'] if self.secret else []
        if self.body and self.media_type == "application/json":
            parts.append(f"json={pformat(json.loads(self.body), sort_dicts=False, width=WIDTH)}")
        elif self.body:
            parts.append(f"data={self.body!r}.encode()")
            headers.append(f'"Content-Type": "{self.media_type}"')
        if headers:
            parts.append(f"headers={{{', '.join(headers)}}}")
        call = ",\n    ".join(part.replace("\n", "\n    ") for part in (*parts, "timeout=10"))
        imports = "from os import environ\n\nimport requests" if self.secret else "import requests"
        reads = "print(response.json())" if self.answers_json else "print(response.text)"
        request = f"response = requests.{self.method.lower()}(\n    {call},\n)"
        return f"{imports}\n\n{request}\nresponse.raise_for_status()\n{reads}"

    def javascript(self) -> str:
        """A program for Node.js 18 or newer."""
        headers = [f"Authorization: `Bearer ${{process.env.{self.secret}}}`"] if self.secret else []
        headers += [f'"Content-Type": "{self.media_type}"'] if self.body else []
        parts = [f'method: "{self.method}"'] if self.method != "GET" else []
        parts += [f"headers: {{ {', '.join(headers)} }}"] if headers else []
        if self.body:
            is_json = self.media_type == "application/json"
            parts.append(f"body: JSON.stringify({self.body})" if is_json else f"body: {json.dumps(self.body)}")
        settings = ",\n  ".join(part.replace("\n", "\n  ") for part in parts)
        call = f", {{\n  {settings},\n}}" if settings else ""
        reads = "json" if self.answers_json else "text"
        return (
            f"const response = await fetch({json.dumps(self.address)}{call});\n"
            "if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);\n"
            f"console.log(await response.{reads}());"
        )

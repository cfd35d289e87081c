"""The OpenAPI document for people: sections of operations, with their answers and an example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backend.api_docs.example import Example
from backend.api_docs.json_schema import SchemaField, SchemaReader, has_example, plain
from backend.errors import MingusError

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = "application/problem+json"
MEANINGS = {
    "bad_request": "The body is not JSON, a header is invalid, or a key and a cookie were sent together.",
    "unauthenticated": "The key or token is missing, mistyped, unknown, expired, or revoked.",
    "sign_in_refused": "The address or password is wrong, or the address is not confirmed. Which one is not said.",
    "second_factor_needed": "The password is right. Send it again with a `code`.",
    "code_refused": "The code is wrong or has been used.",
    "proof_too_old": "A page made a sensitive change, and the password was typed a while ago.",
    "wrong_code": "A page was given a code that the authenticator app does not show now.",
    "second_factor_conflict": "A page set up a second factor that already exists, or that was never started.",
    "forbidden": "The key or the role lacks a scope, which the detail names, or a browser asked from another site.",
    "not_found": "There is nothing at this address.",
    "experiment_conflict": "The experiment, flag, or holdout does not allow it now; `errors` names every reason.",
    "channel_fixed": "A setting makes this channel, or it is always there.",
    "not_dead": "The job is waiting, running, or done. Only a dead job can be retried. Programs never get this one.",
    "first_look_used": "The link of a first look works once. Programs never get this one.",
    "share_gone": "A shared link was withdrawn or has ended. Programs never get this one.",
    "not_your_result": "Only the browser that made a result, or its account, changes it. Programs never get this one.",
    "account_conflict": "A page made a change that the account's state does not allow.",
    "too_large": "The body has too many bytes or events. The detail gives the limit. Send it in parts.",
    "unsupported_media_type": "This address does not accept the Content-Type.",
    "invalid_request": "The request can be read, but some values are invalid. `errors` names every bad field at once.",
    "unavailable": "Something the request needs is not available. Nothing was changed. Try again after Retry-After.",
    "internal_error": "Something went wrong on our side. The log has the cause under the request ID.",
}


LOGIN = "/api/v1/auth/login"
# The environment variables that hold the secrets of the examples, by security scheme.
VARIABLES = {"access_token": "MINGUS_TOKEN", "refresh_token": "MINGUS_REFRESH_TOKEN"}
# The only path that answers with a code; empty: only pages do, and programs never get it.
ONLY_AT = {
    "sign_in_refused": LOGIN,
    "second_factor_needed": LOGIN,
    "code_refused": LOGIN,
    "stale_form": "",
    "proof_too_old": "",
    "wrong_code": "",
    "second_factor_conflict": "",
    "account_conflict": "",
    "first_look_used": "",
    "not_your_result": "",
    "share_gone": "",
    "demo_not_sent": "",
    "files_may_be_left": "",
    "lake_sync_failed": "",
    "landing_is_older": "",
    "ledger_missing": "",
    "ledger_unwritable": "",
    "traces_left": "",
}


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One `code` of the problem documents."""

    code: str
    status: int
    meaning: str


HTTP_PROBLEMS = (
    ProblemKind("method_not_allowed", 405, "The address does not support this method. See the Allow header."),
    ProblemKind("too_many_requests", 429, "You are over the limit. Wait as many seconds as Retry-After says."),
)


@dataclass(frozen=True, slots=True)
class Content:
    """A body in one media type."""

    media_type: str
    type: str
    description: str
    fields: tuple[SchemaField, ...]
    example: str


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """An answer that is no problem document."""

    status: str
    description: str
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    key: str
    scopes: tuple[str, ...]
    parameters: tuple[SchemaField, ...]
    bodies: tuple[Content, ...]
    answers: tuple[OwnAnswer, ...]
    problems: tuple[ProblemKind, ...]
    example: Example


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one tag."""

    anchor: str
    name: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """An operation in the table of contents."""

    anchor: str
    method: str
    path: str
    summary: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.summary}"


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """The operations of one tag in the table of contents."""

    anchor: str
    name: str
    entries: tuple[OutlineEntry, ...]


def problem_kinds() -> tuple[ProblemKind, ...]:
    """Every code a problem document may carry, by status."""
    own = {error.code: ProblemKind(error.code, error.status, _meaning(error)) for error in _tree(MingusError)}
    return tuple(sorted([*own.values(), *HTTP_PROBLEMS], key=lambda kind: (kind.status, kind.code)))


def outline(spec: Mapping[str, Any]) -> tuple[OutlineSection, ...]:
    """The document's operations by tag, in the order in which tags first appear, as a table of contents."""
    entries: dict[str, list[OutlineEntry]] = {}
    for path, method, item in _operations(spec):
        entry = OutlineEntry(_anchor(f"{method} {path}"), method.upper(), path, item.get("summary", ""))
        entries.setdefault(_tag(item), []).append(entry)
    return tuple(OutlineSection(_anchor(tag), tag, tuple(listed)) for tag, listed in entries.items())


def section_of(spec: Mapping[str, Any], anchor: str, base_url: str) -> Section | None:
    """The operations of the tag with this anchor; None where there is none. `base_url` starts the examples."""
    tag = next((section.name for section in outline(spec) if section.anchor == anchor), None)
    if tag is None:
        return None
    reader = _Reader(spec, base_url.rstrip("/"))
    described = {entry["name"]: entry.get("description", "") for entry in spec.get("tags", [])}
    operations = (reader.operation(*entry) for entry in _operations(spec) if _tag(entry[2]) == tag)
    return Section(anchor, tag, described.get(tag, ""), tuple(operations))


def matching(sections: Sequence[OutlineSection], words: str) -> tuple[OutlineSection, ...]:
    """The operations whose method, path, summary or section has every one of the words."""
    wanted = words.casefold().split()
    kept = (
        replace(section, entries=tuple(entry for entry in section.entries if _has(f"{section.name} {entry}", wanted)))
        for section in sections
    )
    return tuple(section for section in kept if section.entries)


def _has(text: str, words: Sequence[str]) -> bool:
    return all(word in text.casefold() for word in words)


class _Reader:
    """Reads the operations of one document."""

    def __init__(self, spec: Mapping[str, Any], base_url: str) -> None:
        self._spec = spec
        self._schemas = SchemaReader(spec.get("components", {}).get("schemas", {}))
        self._base_url = base_url

    def operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        security = self._security(item)
        bodies = self._contents(item.get("requestBody", {}).get("content", {}), invent=True)
        answers = item.get("responses", {})
        return Operation(
            anchor=_anchor(f"{method} {path}"),
            method=method.upper(),
            path=path,
            summary=item.get("summary", ""),
            description=plain(item.get("description", "")),
            key="required" if security and {} not in security else "optional" if security or "401" in answers else "",
            scopes=tuple(scope for way in security for scopes in way.values() for scope in scopes),
            parameters=tuple(map(self._parameter, item.get("parameters", []))),
            bodies=bodies,
            answers=tuple(self._own_answers(answers)),
            problems=tuple(kind for kind in problem_kinds() if _may_happen(kind, path, answers)),
            example=self._example(path, method, item, bodies),
        )

    def _parameter(self, parameter: Mapping[str, Any]) -> SchemaField:
        schema = parameter.get("schema", {})
        field = self._schemas.field(parameter["name"], schema, parameter.get("required", False), 0)
        return SchemaField(
            field.name,
            field.type,
            field.required,
            (*(("in the path",) if parameter["in"] == "path" else ()), *field.limits),
            plain(parameter.get("description", "")) or field.description,
        )

    def _contents(self, contents: Mapping[str, Any], *, invent: bool) -> tuple[Content, ...]:
        return tuple(self._content(media_type, content, invent) for media_type, content in contents.items())

    def _content(self, media_type: str, content: Mapping[str, Any], invent: bool) -> Content:
        """A body's schema with its example; requests need one, so theirs may be made up from the schema."""
        schema = content.get("schema", {})
        resolved = self._schemas.resolved(schema)
        example = _given_example(content)
        if example is None and (invent or has_example(schema, resolved)) and media_type == "application/json":
            example = self._schemas.example(schema, "", 0)
        text = "" if example is None else json.dumps(example, indent=2, ensure_ascii=False)
        return Content(
            media_type,
            self._schemas.type(schema),
            plain(resolved.get("description", "")),
            self._schemas.fields(schema, 0),
            text,
        )

    def _own_answers(self, answers: Mapping[str, Any]) -> Iterator[OwnAnswer]:
        for status, answer in sorted(answers.items()):
            if PROBLEM not in answer.get("content", {}):
                yield OwnAnswer(
                    status, answer.get("description", ""), self._contents(answer.get("content", {}), invent=False)
                )

    def _example(self, path: str, method: str, item: Mapping[str, Any], bodies: tuple[Content, ...]) -> Example:
        query = {}
        for parameter in item.get("parameters", []):
            schema = self._schemas.resolved(parameter.get("schema", {}))
            sample = parameter.get("example", self._schemas.example(schema, parameter["name"], 0))
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", str(sample))
            elif parameter["in"] == "query" and (parameter.get("required") or has_example(parameter, schema)):
                query[parameter["name"]] = sample
        proofs = [name for way in self._security(item) for name in way]
        body = next((body for body in bodies if body.example), None)
        succeeded: Mapping[str, Any] = next(
            (answer for status, answer in item.get("responses", {}).items() if status < "300"), {}
        )
        return Example(
            method.upper(),
            f"{self._base_url}{path}",
            query,
            VARIABLES.get(proofs[0], "MINGUS_KEY") if proofs else "",
            body.media_type if body else "",
            body.example if body else "",
            answers_json="application/json" in succeeded.get("content", {}),
        )

    def _security(self, item: Mapping[str, Any]) -> Sequence[Mapping[str, Sequence[str]]]:
        security: Sequence[Mapping[str, Sequence[str]]] = item.get("security", self._spec.get("security", []))
        return security


def _operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in spec.get("paths", {}).items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _tag(operation: Mapping[str, Any]) -> str:
    return str(next(iter(operation.get("tags", [])), "Other"))


def _may_happen(kind: ProblemKind, path: str, answers: Mapping[str, Any]) -> bool:
    return ONLY_AT.get(kind.code, path) == path and PROBLEM in answers.get(str(kind.status), {}).get("content", {})


def _given_example(content: Mapping[str, Any]) -> Any:
    examples: list[Mapping[str, Any]] = list(content.get("examples", {}).values())
    return content.get("example", examples[0].get("value") if examples else None)


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _tree(error: type[MingusError]) -> Iterator[type[MingusError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _tree(kind)


def _meaning(error: type[MingusError]) -> str:
    """The meaning of an error's code; for an error of a plugin, its title."""
    return MEANINGS.get(error.code, f"{error.title}.")

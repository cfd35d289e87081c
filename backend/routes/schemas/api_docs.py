"""The OpenAPI document as a person reads it: sections of operations, fields and examples."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from backend.errors import MingusError

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = "application/problem+json"
COMPONENTS = "#/components/schemas/"
DEEPEST = 6
SAMPLES = {
    "date-time": "2026-11-21T09:00:00Z",
    "date": "2026-11-21",
    "uuid": "0b7e3c1a-5f0d-4d0e-9c58-2f6f3e1d9a44",
    "uri": "https://example.org/",
    "email": "ada@example.org",
}
BOUNDS = (
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " members"),
    ("minimum", "maximum", ""),
)
MEANINGS = {
    "bad_request": "The body is no JSON, a header makes no sense, or a key and a cookie came together.",
    "unauthenticated": "No API key came, or one that is mistyped, unknown or revoked.",
    "forbidden": "The key lacks a scope, which the detail names, or a browser asked from another site.",
    "not_found": "Nothing has this address.",
    "too_large": "The body has too many bytes or events; the detail says how many may come. Send it in parts.",
    "unsupported_media_type": "The Content-Type is none that this address reads.",
    "invalid_request": "The request can be read but says something impossible. `errors` names every bad field at once.",
    "unavailable": "A part that the answer needs did not answer. Nothing was changed; wait for Retry-After and repeat.",
    "internal_error": "Our mistake. The log holds the cause under the request id.",
}


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One `code` of the problem documents."""

    code: str
    status: int
    meaning: str


HTTP_PROBLEMS = (
    ProblemKind("stale_form", 400, "A form of our pages was sent without its token. Programs never meet this one."),
    ProblemKind("method_not_allowed", 405, "The address exists, but not for this method; see the Allow header."),
    ProblemKind("request_entity_too_large", 413, "The body is larger than any address here takes: 8 MiB."),
    ProblemKind("too_many_requests", 429, "The allowance is used up. Wait as many seconds as Retry-After says."),
)


@dataclass(frozen=True, slots=True)
class SchemaField:
    """A member of an object, a parameter, or one of several forms (`variant`)."""

    name: str
    type: str
    required: bool
    limits: tuple[str, ...]
    description: str
    fields: tuple[SchemaField, ...] = ()
    variant: bool = False


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
    curl: str


@dataclass(frozen=True, slots=True)
class Section:
    """The operations of one tag."""

    anchor: str
    name: str
    description: str
    operations: tuple[Operation, ...]


def problem_kinds() -> tuple[ProblemKind, ...]:
    """Every code a problem document may carry, by status."""
    own = [ProblemKind(error.code, error.status, MEANINGS[error.code]) for error in _tree(MingusError)]
    return tuple(sorted([*own, *HTTP_PROBLEMS], key=lambda kind: (kind.status, kind.code)))


def sections(spec: Mapping[str, Any], base_url: str) -> tuple[Section, ...]:
    """The document's operations by tag, in the order in which tags first appear. `base_url` starts the examples."""
    reader = _Reader(spec, base_url.rstrip("/"))
    found = [(_tag(item), path, method, item) for path, method, item in _operations(spec)]
    order = list(dict.fromkeys(tag for tag, *_ in found))
    described = {tag["name"]: tag.get("description", "") for tag in spec.get("tags", [])}
    found.sort(key=lambda entry: order.index(entry[0]))
    return tuple(
        Section(_anchor(tag), tag, described.get(tag, ""), tuple(reader.operation(*entry[1:]) for entry in entries))
        for tag, entries in groupby(found, key=lambda entry: entry[0])
    )


class _Reader:
    """Reads operations and schemas of one document, following its references."""

    def __init__(self, spec: Mapping[str, Any], base_url: str) -> None:
        self._spec = spec
        self._schemas: Mapping[str, Any] = spec.get("components", {}).get("schemas", {})
        self._base_url = base_url

    def operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        security = item.get("security", self._spec.get("security", []))
        bodies = self._contents(item.get("requestBody", {}).get("content", {}), invent=True)
        answers = item.get("responses", {})
        return Operation(
            anchor=_anchor(f"{method} {path}"),
            method=method.upper(),
            path=path,
            summary=item.get("summary", ""),
            description=_plain(item.get("description", "")),
            key="required" if security and {} not in security else "optional" if security or "401" in answers else "",
            scopes=tuple(scope for way in security for scopes in way.values() for scope in scopes),
            parameters=tuple(map(self._parameter, item.get("parameters", []))),
            bodies=bodies,
            answers=tuple(self._own_answers(answers)),
            problems=tuple(kind for kind in problem_kinds() if _may_happen(kind, answers)),
            curl=self._curl(path, method, item, bodies),
        )

    def _parameter(self, parameter: Mapping[str, Any]) -> SchemaField:
        schema = parameter.get("schema", {})
        field = self._field(parameter["name"], schema, parameter.get("required", False), 0)
        return SchemaField(
            field.name,
            field.type,
            field.required,
            (*(("in the path",) if parameter["in"] == "path" else ()), *field.limits),
            _plain(parameter.get("description", "")) or field.description,
        )

    def _contents(self, contents: Mapping[str, Any], *, invent: bool) -> tuple[Content, ...]:
        return tuple(self._content(media_type, content, invent) for media_type, content in contents.items())

    def _content(self, media_type: str, content: Mapping[str, Any], invent: bool) -> Content:
        """A body's shape, with the example it gives; requests need one, so theirs may be invented."""
        schema = content.get("schema", {})
        found = self._resolved(schema)
        example = _given_example(content)
        if example is None and (invent or _has_example(schema, found)) and media_type == "application/json":
            example = self._example(schema, "", 0)
        text = "" if example is None else json.dumps(example, indent=2, ensure_ascii=False)
        return Content(
            media_type, self._type(schema), _plain(found.get("description", "")), self._fields(schema, 0), text
        )

    def _own_answers(self, answers: Mapping[str, Any]) -> Iterator[OwnAnswer]:
        for status, answer in sorted(answers.items()):
            if PROBLEM not in answer.get("content", {}):
                yield OwnAnswer(
                    status, answer.get("description", ""), self._contents(answer.get("content", {}), invent=False)
                )

    def _curl(self, path: str, method: str, item: Mapping[str, Any], bodies: tuple[Content, ...]) -> str:
        asked = {}
        for parameter in item.get("parameters", []):
            schema = self._resolved(parameter.get("schema", {}))
            sample = parameter.get("example", self._example(schema, parameter["name"], 0))
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", str(sample))
            elif parameter["in"] == "query" and (parameter.get("required") or _has_example(parameter, schema)):
                asked[parameter["name"]] = sample
        words = [shlex.quote(f"{self._base_url}{path}{'?' if asked else ''}{urlencode(asked)}")]
        if "401" in item.get("responses", {}):
            words.append('-H "Authorization: Bearer $MINGUS_KEY"')
        body = next((body for body in bodies if body.example), None)
        if body:
            words += [f"-H 'Content-Type: {body.media_type}'", f"-d {shlex.quote(body.example)}"]
        elif method != "get":
            words.insert(0, f"-X {method.upper()}")
        return "curl " + " \\\n  ".join(words)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema behind a reference, or behind "this or null"."""
        for _ in range(DEEPEST):
            reference = schema.get("$ref", "")
            variants = self._variants(schema)
            if reference.startswith(COMPONENTS):
                schema = self._schemas.get(reference.removeprefix(COMPONENTS), {})
            elif len(variants) == 1:
                schema = {**{k: v for k, v in schema.items() if k not in {"anyOf", "oneOf", "allOf"}}, **variants[0]}
            else:
                break
        return schema

    def _variants(self, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        given = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf") or []
        return [variant for variant in given if variant.get("type") != "null"]

    def _type(self, schema: Mapping[str, Any]) -> str:
        found = self._resolved(schema)
        variants = self._variants(found)
        if variants:
            names = list(dict.fromkeys(map(self._type, variants)))
        elif isinstance(found.get("type"), list):
            names = [name for name in found["type"] if name != "null"]
        elif found.get("type") == "array":
            names = [f"array of {self._type(found.get('items', {}))}"]
        else:
            names = [found.get("format") or found.get("type") or ("object" if "properties" in found else "any")]
        return " or ".join([*names, *(["null"] if _may_be_null(schema) else [])])

    def _field(self, name: str, schema: Mapping[str, Any], required: bool, depth: int) -> SchemaField:
        found = self._resolved(schema)
        description = schema.get("description") or found.get("description", "")
        limits = tuple(_limits(found)) + tuple(_default(schema))
        return SchemaField(name, self._type(schema), required, limits, _plain(description), self._fields(schema, depth))

    def _fields(self, schema: Mapping[str, Any], depth: int) -> tuple[SchemaField, ...]:
        found = self._resolved(schema)
        if depth >= DEEPEST:
            return ()
        variants = self._variants(found)
        if variants:
            return tuple(self._forms(variants, depth)) if any(self._fields(v, depth + 1) for v in variants) else ()
        if found.get("type") == "array":
            return self._fields(found.get("items", {}), depth)
        required = set(found.get("required", []))
        members = [self._field(n, s, n in required, depth + 1) for n, s in found.get("properties", {}).items()]
        others = found.get("additionalProperties")
        if isinstance(others, Mapping) and others:
            members.append(self._field("any name", others, False, depth + 1))
        return tuple(members)

    def _forms(self, variants: Iterable[Mapping[str, Any]], depth: int) -> Iterator[SchemaField]:
        for index, variant in enumerate(variants):
            field = self._field("or" if index else "either", variant, False, depth + 1)
            yield SchemaField(field.name, field.type, False, field.limits, field.description, field.fields, True)

    def _example(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        """What the schema gives as an example, else the least that fits it."""
        found = self._resolved(schema)
        for given in (*schema.get("examples", ()), schema.get("example"), *found.get("examples", ())):
            if given is not None:
                return given
        for key in ("example", "const", "default"):
            if found.get(key) is not None:
                return found[key]
        if found.get("enum"):
            return found["enum"][0]
        variants = self._variants(found)
        if variants:
            return self._example(variants[0], name, depth)
        return self._least(found, name, depth)

    def _least(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                required = schema.get("required", [])
                members = schema.get("properties", {}) if depth < DEEPEST else {}
                return {
                    key: self._example(member, key, depth + 1)
                    for key, member in members.items()
                    if key in required or _has_example(member, self._resolved(member))
                }
            case "array":
                return [self._example(schema.get("items", {}), name, depth + 1)] if depth < DEEPEST else []
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case _:
                return SAMPLES.get(schema.get("format", ""), name)


def _operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in spec.get("paths", {}).items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _tag(operation: Mapping[str, Any]) -> str:
    return str(next(iter(operation.get("tags", [])), "Other"))


def _may_happen(kind: ProblemKind, answers: Mapping[str, Any]) -> bool:
    return kind.code != "stale_form" and PROBLEM in answers.get(str(kind.status), {}).get("content", {})


def _given_example(content: Mapping[str, Any]) -> Any:
    examples: list[Mapping[str, Any]] = list(content.get("examples", {}).values())
    return content.get("example", examples[0].get("value") if examples else None)


def _has_example(*schemas: Mapping[str, Any]) -> bool:
    return any(schema.get("examples") or schema.get("example") is not None for schema in schemas)


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    given = schema.get("anyOf") or schema.get("oneOf") or []
    return (isinstance(kind, list) and "null" in kind) or any(variant.get("type") == "null" for variant in given)


def _limits(schema: Mapping[str, Any]) -> Iterator[str]:
    for low, high, unit in BOUNDS:
        least, most = schema.get(low), schema.get(high)
        if least is not None and most is not None:
            yield f"{least:,} to {most:,}{unit}"
        elif least is not None:
            yield f"at least {least:,}{unit}"
        elif most is not None:
            yield f"at most {most:,}{unit}"
    if "exclusiveMinimum" in schema:
        yield f"more than {schema['exclusiveMinimum']:,}"
    if "exclusiveMaximum" in schema:
        yield f"less than {schema['exclusiveMaximum']:,}"
    if "enum" in schema:
        yield "one of " + ", ".join(map(str, schema["enum"]))
    if "pattern" in schema:
        yield f"matches {schema['pattern']}"


def _default(schema: Mapping[str, Any]) -> Iterator[str]:
    if schema.get("default") is not None:
        yield f"default {json.dumps(schema['default'])}"


def _plain(text: str) -> str:
    """Descriptions come with line breaks as HTML, and name schemas by their place in the document."""
    return re.sub(r"<br\s*/?>", "\n", text).replace(COMPONENTS, "").strip()


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _tree(error: type[MingusError]) -> Iterator[type[MingusError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _tree(kind)

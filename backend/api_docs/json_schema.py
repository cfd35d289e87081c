"""JSON Schema for people: members, types in words, limits, and a valid example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


class SchemaReader:
    """Reads the schemas of one OpenAPI document, following its references."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
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
        """The forms of what has several; the cases of one form add nothing to its members."""
        if "properties" in schema:
            return []
        variants = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf") or []
        return [variant for variant in variants if variant.get("type") != "null"]

    def type(self, schema: Mapping[str, Any]) -> str:
        resolved = self.resolved(schema)
        variants = self._variants(resolved)
        if variants:
            names = list(dict.fromkeys(map(self.type, variants)))
        elif isinstance(resolved.get("type"), list):
            names = [name for name in resolved["type"] if name != "null"]
        elif resolved.get("type") == "array":
            names = [f"array of {self.type(resolved.get('items', {}))}"]
        else:
            names = [
                resolved.get("format") or resolved.get("type") or ("object" if "properties" in resolved else "any")
            ]
        return " or ".join([*names, *(["null"] if _may_be_null(schema) else [])])

    def field(self, name: str, schema: Mapping[str, Any], required: bool, depth: int) -> SchemaField:
        resolved = self.resolved(schema)
        description = schema.get("description") or resolved.get("description", "")
        limits = tuple(_limits(resolved)) + tuple(_default(schema))
        return SchemaField(name, self.type(schema), required, limits, plain(description), self.fields(schema, depth))

    def fields(self, schema: Mapping[str, Any], depth: int) -> tuple[SchemaField, ...]:
        resolved = self.resolved(schema)
        if depth >= DEEPEST:
            return ()
        variants = self._variants(resolved)
        if variants:
            return tuple(self._forms(variants, depth)) if any(self.fields(v, depth + 1) for v in variants) else ()
        if resolved.get("type") == "array":
            return self.fields(resolved.get("items", {}), depth)
        required = set(resolved.get("required", []))
        members = [self.field(n, s, n in required, depth + 1) for n, s in resolved.get("properties", {}).items()]
        others = resolved.get("additionalProperties")
        if isinstance(others, Mapping) and others:
            members.append(self.field("any name", others, False, depth + 1))
        return tuple(members)

    def _forms(self, variants: Iterable[Mapping[str, Any]], depth: int) -> Iterator[SchemaField]:
        for index, variant in enumerate(variants):
            field = self.field("or" if index else "either", variant, False, depth + 1)
            yield SchemaField(field.name, field.type, False, field.limits, field.description, field.fields, True)

    def example(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        """The schema's own example, else the smallest valid value."""
        resolved = self.resolved(schema)
        for example in (*schema.get("examples", ()), schema.get("example"), *resolved.get("examples", ())):
            if example is not None:
                return example
        for key in ("example", "const", "default"):
            if resolved.get(key) is not None:
                return resolved[key]
        if resolved.get("enum"):
            return resolved["enum"][0]
        variants = self._variants(resolved)
        if variants:
            return self.example(variants[0], name, depth)
        return self._least(resolved, name, depth)

    def _least(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                required = schema.get("required", [])
                members = schema.get("properties", {}) if depth < DEEPEST else {}
                return {
                    key: self.example(member, key, depth + 1)
                    for key, member in members.items()
                    if key in required or has_example(member, self.resolved(member))
                }
            case "array":
                return [self.example(schema.get("items", {}), name, depth + 1)] if depth < DEEPEST else []
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case _:
                return SAMPLES.get(schema.get("format", ""), name)


def has_example(*schemas: Mapping[str, Any]) -> bool:
    return any(schema.get("examples") or schema.get("example") is not None for schema in schemas)


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    kind = schema.get("type")
    variants = schema.get("anyOf") or schema.get("oneOf") or []
    return (isinstance(kind, list) and "null" in kind) or any(variant.get("type") == "null" for variant in variants)


def _limits(schema: Mapping[str, Any]) -> Iterator[str]:
    for low, high, unit in BOUNDS:
        least, most = schema.get(low), schema.get(high)
        if least is not None and most is not None:
            yield f"{_number(least)} to {_number(most)}{unit}"
        elif least is not None:
            yield f"at least {_number(least)}{unit}"
        elif most is not None:
            yield f"at most {_number(most)}{unit}"
    if "exclusiveMinimum" in schema:
        yield f"more than {_number(schema['exclusiveMinimum'])}"
    if "exclusiveMaximum" in schema:
        yield f"less than {_number(schema['exclusiveMaximum'])}"
    if "enum" in schema:
        yield "one of " + ", ".join(map(str, schema["enum"]))
    if "pattern" in schema:
        yield f"matches {schema['pattern']}"


def _number(value: float) -> str:
    return f"{int(value) if value == int(value) else value:,}"


def _default(schema: Mapping[str, Any]) -> Iterator[str]:
    if schema.get("default") is not None:
        yield f"default {json.dumps(schema['default'])}"


def plain(text: str) -> str:
    """A description without HTML line breaks and without the path before the names of schemas."""
    return re.sub(r"<br\s*/?>", "\n", text).replace(COMPONENTS, "").strip()

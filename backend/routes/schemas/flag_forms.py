"""What the forms of flags, and of an experiment's shares, send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from backend.analytics.experiments.flag import Flag, FlagDefinition
from backend.errors import FieldError, InvalidRequest


def share_of(text: str, field: str = "share") -> float:
    """Percent as they are typed, from 0 to 100. Raises InvalidRequest."""
    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise InvalidRequest([FieldError(field, "Enter a percentage from 0 to 100.")])
    return percent


SUBJECTS = {
    "key": "The key",
    "description": "The description",
    "defaultValue": "The default value",
    "rules": "The list",
}
FIELDS = {"defaultValue": "default"}


def at_fields(errors: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a flag, told at the fields of its form, each sentence with its subject."""
    told: dict[str, str] = {}
    for path, text in errors.items():
        name, *rest = path.split(".")
        sentence = text if text.endswith(".") else f"{text}."
        if name == "rules" and rest:
            number, *within = rest
            sentence = f"Rule {int(number) + 1}{', ' if within else ''}{'.'.join(within)}: {sentence}"
        elif text[:1].islower() and name in SUBJECTS:
            sentence = f"{SUBJECTS[name]} {sentence}"
        field = FIELDS.get(name, name)
        told[field] = " ".join(filter(None, (told.get(field, ""), sentence)))
    return told


class _NamedTwice(ValueError):
    """JSON would keep the last of them without a word."""


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise _NamedTwice(next(name for number, (name, _) in enumerate(pairs) if name in dict(pairs[:number])))
    return values


def definition_of_form(form: Mapping[str, str]) -> FlagDefinition:
    """Raises InvalidRequest for what is not JSON."""
    faults = []
    parsed: dict[str, Any] = {}
    for name, default in (("default", "false"), ("rules", "[]")):
        try:
            parsed[name] = json.loads(form.get(name, "").strip() or default, object_pairs_hook=_named_once)
        except _NamedTwice as twice:
            faults.append(FieldError(name, f"“{twice}” is named twice in one object."))
        except (ValueError, RecursionError):
            faults.append(FieldError(name, "This is not JSON. Text stands in double quotes."))
    if not isinstance(parsed.get("rules", []), list):
        faults.append(FieldError("rules", "Enter a list of rules, such as []."))
    if faults:
        raise InvalidRequest(faults)
    document = {"defaultValue": parsed["default"], "rules": parsed["rules"]}
    return FlagDefinition(form.get("description", "").strip(), document, "is_public" in form)


def typed(flag: Flag) -> dict[str, Any]:
    """A flag as one would type it again."""
    document = flag.definition.document
    return {
        "description": flag.definition.description,
        "default": json.dumps(document.get("defaultValue"), ensure_ascii=False),
        "rules": json.dumps(document.get("rules") or [], ensure_ascii=False, indent=2),
        **({"is_public": "on"} if flag.definition.is_public else {}),
    }

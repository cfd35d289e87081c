"""Random flags, experiments, and people, and flags.js run by node on whatever Python was asked."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Sequence
from typing import Any

from config.settings import PROJECT

SCRIPTS = PROJECT / "app" / "static" / "js"
SENT, SOURCE = SCRIPTS / "flags.min.js", SCRIPTS / "flags.js"
IDENTIFIERS = (
    "m-0001",
    "visitor_9f",
    "Zürich",
    "😀7",
    "\ud83d",
    "",
    "0",
    "日本",
    7,
    7.5,
    1e21,
    1e-7,
    0,
    True,
    None,
    ["u"],
)
TEXTS = (
    "DE",
    "de",
    "Straße",
    "İstanbul",
    "10",
    " 10 ",
    "0x1f",
    "1e3",
    "",
    "null",
    "true",
    "v1.10.0",
    "1.9.0-rc.1+b",
    "😀",
)
VALUES = (
    *TEXTS,
    0,
    1,
    -2.5,
    10,
    True,
    False,
    None,
    ["DE", 1],
    ["de", "US"],
    [],
    {"a": 1, "b": [True]},
    {"b": [True], "a": 1},
)
PATTERNS = (
    "^1",
    "(DE|us)$",
    r"[\d.]+",
    "ß",
    "^.$",
    r"\s",
    r"^\w{1,3}$",
    "[^a-z]",
    "/???***[)",
    r"\bDE\b",
    "😀",
    r"[\s-]",
    "a{2,3}?",
)
COMPARING = ("$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$veq", "$vne", "$vlt", "$vlte", "$vgt", "$vgte")
AMONG = ("$in", "$nin", "$ini", "$nini", "$all", "$alli")
PATHS = ("country", "plan", "device.os", "tags", "missing", "constructor", "tags.length")
FLAGS = ("f0", "f1", "f2", "f3", "absent", "toString")
HASHED_BY = (None, "id", "id", "id", "visitor_id", "none")


def in_node(questions: Sequence[Sequence[Any]], script: Any = SENT) -> list[Any]:
    """What flags.js answers to `[function, arguments...]`, all in one process."""
    command = ["node", str(PROJECT / "tests" / "flags_in_node.js"), str(script)]
    ran = subprocess.run(command, input=json.dumps(questions), capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, f"node could not run flags.js: {ran.stderr}"
    answers: list[Any] = json.loads(ran.stdout)
    return answers


def condition(rng: random.Random, depth: int = 2) -> dict[str, Any]:
    if depth and rng.random() < 0.3:
        join = rng.choice(("$or", "$and", "$nor", "$not"))
        parts = [condition(rng, depth - 1) for _ in range(rng.randint(0, 2))]
        return {join: condition(rng, depth - 1) if join == "$not" else parts}
    return {rng.choice(PATHS): expected(rng, depth) for _ in range(rng.randint(0, 2))}


def expected(rng: random.Random, depth: int) -> Any:
    if rng.random() < 0.3:
        return rng.choice(VALUES)
    nested = (
        lambda: {"$not": expected(rng, depth - 1)} if depth else {"$exists": rng.choice(VALUES)},
        lambda: {"$elemMatch": expected(rng, 0)},
        lambda: {"$size": rng.choice((0, 2, {"$gt": 1}))},
        lambda: {"$type": rng.choice(("string", "number", "boolean", "null", "array", "object"))},
        lambda: {rng.choice(("$inGroup", "$notInGroup")): rng.choice(("team", "absent", 3))},
        lambda: {rng.choice(("$regex", "$regexi")): rng.choice((*PATTERNS, 5))},
        lambda: {rng.choice(AMONG): rng.choice((rng.sample(VALUES, 3), "DE", ["de", "us"]))},
        lambda: {"$unknown": 1},
        lambda: {rng.choice(COMPARING): rng.choice(VALUES), rng.choice(COMPARING): rng.choice(VALUES)},
        lambda: {rng.choice(COMPARING): rng.choice(VALUES)},
    )
    return rng.choice(nested)()


def _some(rng: random.Random, share: float, **parts: Any) -> dict[str, Any]:
    """Each part with a chance."""
    return {name: make() for name, make in parts.items() if rng.random() < share}


def _span(rng: random.Random) -> list[float]:
    return sorted((round(rng.random(), 4), round(rng.random(), 4)))


def experiment(rng: random.Random) -> dict[str, Any]:
    count = rng.choice((1, 2, 2, 2, 3))
    status = {"status": lambda: rng.choice(("draft", "stopped", "running")), "active": lambda: False}
    return {
        "variations": [rng.choice(VALUES) for _ in range(count)],
        **_split(rng, count),
        **_limits(rng),
        **_some(rng, 0.7, hashVersion=lambda: rng.choice((1, 2, 2, 3, None)), meta=lambda: _meta(rng, count)),
        **_some(rng, 0.08, **status, force=lambda: rng.choice((0, 1, 9, 1.5))),
        "hashAttribute": rng.choice(HASHED_BY),
    }


def _meta(rng: random.Random, count: int) -> list[dict[str, Any]]:
    rare = {"name": lambda: "N", "passthrough": lambda: True}
    return [{"key": f"{rng.choice('abc')}{position}", **_some(rng, 0.2, **rare)} for position in range(count)]


def _split(rng: random.Random, count: int) -> dict[str, Any]:
    """Which bucket gets what."""
    weights = ([0.1] * 10, [1 / 3] * 3, [0.3, 0.7], [0.4, 0.5999], [0.7, 0.6], None)
    return _some(
        rng,
        0.25,
        seed=lambda: rng.choice(("s", "Ü", "😀", "")),
        coverage=lambda: rng.choice((0, 0.1, 0.5, 1, 1.5, None)),
        weights=lambda: rng.choice(weights),
        ranges=lambda: [_span(rng) for _ in range(count)],
    )


def _limits(rng: random.Random) -> dict[str, Any]:
    """Whom it is for, and who stays where they were."""
    return _some(
        rng,
        0.25,
        namespace=lambda: ["n", *_span(rng)],
        filters=lambda: [
            {"seed": "f", "ranges": [_span(rng), _span(rng)], **_some(rng, 0.3, attribute=lambda: "visitor_id")}
        ],
        condition=lambda: condition(rng),
        disableStickyBucketing=lambda: True,
        bucketVersion=lambda: rng.randint(0, 2),
        minBucketVersion=lambda: rng.randint(0, 2),
        fallbackAttribute=lambda: "visitor_id",
        urlPatterns=list,
    )


def prerequisites(rng: random.Random) -> list[dict[str, Any]]:
    asked = rng.choice(({}, {"value": True}, {"value": {"$exists": True}}, {"value": {"$ne": "DE"}}))
    return [{"id": rng.choice(FLAGS), "condition": asked, **_some(rng, 0.4, gate=lambda: True)}]


def rule(rng: random.Random) -> dict[str, Any]:
    kind = rng.random()
    body = experiment(rng)
    if kind < 0.4:
        kept = {
            name: body[name]
            for name in body
            if name in {"condition", "coverage", "seed", "hashAttribute", "hashVersion", "fallbackAttribute"}
        }
        body = kept | {"force": rng.choice(VALUES)} | _some(rng, 0.2, range=lambda: _span(rng))
    elif kind < 0.5:
        del body["variations"]
    return body | _some(
        rng, 0.25, parentConditions=lambda: prerequisites(rng), key=lambda: rng.choice("xyz"), id=lambda: "r1"
    )


def context(rng: random.Random) -> dict[str, Any]:
    person = {
        "id": rng.choice((*IDENTIFIERS, *IDENTIFIERS[:4], *IDENTIFIERS[:4])),
        "visitor_id": rng.choice(IDENTIFIERS),
        "country": rng.choice(VALUES),
        "plan": rng.choice(VALUES),
        "device": rng.choice(({"os": rng.choice(TEXTS)}, "phone", None)),
        "tags": rng.sample(VALUES, 3),
    }
    return {
        "attributes": dict(rng.sample(sorted(person.items()), rng.randint(3, 6))),
        "features": {
            key: {"defaultValue": rng.choice(VALUES), "rules": [rule(rng) for _ in range(rng.randint(0, 3))]}
            for key in FLAGS[:4]
        },
        "savedGroups": {"team": rng.sample(VALUES, 4)},
        **_some(
            rng,
            0.1,
            forcedVariations=lambda: {rng.choice("xyz"): rng.choice((0, 1, 5, -1))},
            qaMode=lambda: True,
            enabled=lambda: False,
        ),
    }


def stored(rng: random.Random) -> dict[str, Any] | None:
    documents = {
        f"{attribute}||{value}": {
            f"{key}__{version}": rng.choice("abc") + rng.choice("01") for key in ("x", "f0") for version in (0, 1)
        }
        for attribute in ("id", "visitor_id")
        for value in rng.sample(("m-0001", "visitor_9f", "Zürich", "😀7", "7", "日本"), 3)
    }
    return rng.choice((None, {}, documents))


def questions(count: int, seed: int) -> list[list[Any]]:
    """Alternately a flag and an experiment for a random person."""
    rng = random.Random(seed)
    asked: list[list[Any]] = []
    for position in range(count):
        alone = experiment(rng) | {
            "key": rng.choice("xyz"),
            **_some(rng, 0.3, parentConditions=lambda: prerequisites(rng)),
        }
        asked.append(
            [
                "evaluate",
                alone if position % 2 else rng.choice(FLAGS[: rng.choice((4, 4, 6))]),
                context(rng),
                stored(rng),
            ]
        )
    return asked

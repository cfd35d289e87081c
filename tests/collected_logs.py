"""The shipped file of the OpenTelemetry Collector, applied to lines of the log as the collector would."""

from __future__ import annotations

import json
import re

import yaml

from tests.operator_files import CONFIG

FILE = CONFIG / "opentelemetry" / "logs.yaml"
SEVERITIES = {"DEBUG": "debug", "INFO": "info", "ERROR": "error"}  # what the collector knows without being told
FIELD = re.compile(r'(body|attributes|resource)(?:\.(\w+)|\["([\w.]+)"\])?')


def shipped():
    return yaml.safe_load(FILE.read_text())


def collected(line):
    """The record that is sent of a line: its body, attributes, resource, severity, trace id, and time as written."""
    record = {"body": line, "attributes": {}, "resource": {}}
    for operator in shipped()["receivers"]["filelog"]["operators"]:
        if all(holds(condition, record) for condition in operator["if"].split(" && ")):
            OPERATORS[operator["type"]](operator, record)
    return record


def holds(condition, record):
    field, comparison, value = condition.split(" ", 2)
    if comparison == "!=" and value == "nil":
        return read(record, field) is not None
    assert comparison == "matches"
    return re.search(json.loads(value), read(record, field)) is not None


def read(record, field):
    root, *names = filter(None, FIELD.fullmatch(field).groups())
    return record[root].get(*names) if names else record[root]


def parse_json(operator, record):
    record["attributes"] |= json.loads(record["body"])
    level = read(record, operator["severity"]["parse_from"])
    own = {written: severity for severity, written in operator["severity"]["mapping"].items()}
    record["severity"] = (SEVERITIES | own)[level]
    record["time"] = read(record, operator["timestamp"]["parse_from"])


def parse_trace(operator, record):
    record["trace_id"] = read(record, operator["trace_id"]["parse_from"])


def move(operator, record):
    value = read(record, operator["from"])
    del record["attributes"][operator["from"].removeprefix("attributes.")]
    root, *names = filter(None, FIELD.fullmatch(operator["to"]).groups())
    if names:
        record[root][names[0]] = value
    else:
        record[root] = value


OPERATORS = {"json_parser": parse_json, "trace_parser": parse_trace, "move": move}

"""What an app needs and does not change, made once for all apps of a test process."""

from __future__ import annotations

import gc
from functools import cache
from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from app.openapi import Mingus
from backend.reference.loading import Reference, load_reference


class SharedBuilderRule(Rule):
    """Werkzeug compiles two functions for each rule of each app, of nothing but the rule's text."""

    def _compile_builder(self, append_unknown=True):
        if self.defaults:
            return super()._compile_builder(append_unknown)
        written = (self.rule, append_unknown, *self._trace)
        if written not in BUILDERS:
            BUILDERS[written] = super()._compile_builder(append_unknown)
        return BUILDERS[written]


class SharedTemplates(BytecodeCache):
    """The code of each template, by its name and its source."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


BUILDERS: dict[tuple[object, ...], object] = {}
TEMPLATES = SharedTemplates()


def share_url_builders() -> None:
    """For every app of this process, also those that a test makes by `create_app` itself."""
    Mingus.url_rule_class = SharedBuilderRule


@cache
def shipped_reference() -> Reference:
    """The tables stay for good: the garbage collector need not look at them again and again."""
    reference = load_reference()
    gc.collect()
    gc.freeze()
    return reference

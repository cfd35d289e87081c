"""Our own words for what libraries say in theirs: pydantic of a field, Werkzeug of a request, the limiter."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from limits import RateLimitItem
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from backend.errors import FieldError
from backend.formats import counted

OF_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "is missing",
        "extra_forbidden": "is not known here",
        "string_type": "must be text",
        "string_unicode": "must be text",
        "int_type": "must be a whole number",
        "int_parsing": "must be a whole number",
        "int_from_float": "must be a whole number",
        "float_type": "must be a number",
        "float_parsing": "must be a number",
        "finite_number": "must be a finite number",
        "bool_type": "must be true or false",
        "bool_parsing": "must be true or false",
        "list_type": "must be a list",
        "dict_type": "must be an object",
        "model_type": "must be an object",
        "model_attributes_type": "must be an object",
        "json_invalid": "must be an object",
    }
)
BOUNDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "greater_than_equal": ("at least", "ge"),
        "greater_than": ("more than", "gt"),
        "less_than_equal": ("at most", "le"),
        "less_than": ("less than", "lt"),
    }
)
LENGTHS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "string_too_short": ("at least", "min_length", "character"),
        "string_too_long": ("at most", "max_length", "character"),
        "too_short": ("at least", "min_length", "member"),
        "too_long": ("at most", "max_length", "member"),
    }
)
PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "^[A-Z]{2}$": "must be two capital letters, such as GA",
        "^[A-Z]{3}$": "must be three capital letters, such as USD",
        "^[A-Za-z0-9_]+$": "must be letters, digits, and underscores, such as TypeError",
        "^[A-Za-z0-9_$.]*$": "must be the name of a function",
        "^[^\\x00-\\x20\\x7f]([^\\x00-\\x1f\\x7f]*[^\\x00-\\x20\\x7f])?$": "must be one line without outer spaces",
        "^[0-9A-Za-z]{32}$": "must be 32 letters and digits",
        "^[!-~]+$": "must be printable ASCII without spaces",
        "^https://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.){1,9}[A-Za-z]{2,24}(:443)?"
        "(/[!-\\[\\]-~]*)?$": "must begin with https:// and the name of a public host, without another port",
        "^[A-Z]{2}-[A-Z0-9]{1,3}$": "must be a code of ISO 3166-2, such as US-GA",
        "^[^\\x00-\\x1f\\x7f-\\x9f]*$": "must be one line of printable text",
        "^[A-Za-z0-9._:-]{1,100}$": "must be letters, digits, and . _ : -",
        "^[^\\x00]+$": "must not be empty",
        "^[A-Za-z0-9_-]{16,64}$": "must be 16 to 64 letters, digits, _ and -",
        "^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "must be lowercase words joined by hyphens, such as pages-slow",
        "^/[A-Za-z0-9_./-]+\\.js$": "must be the path of a script, such as /static/js/charts.js",
    }
)
UNITS = ((3_600, "hour"), (60, "minute"), (1, "second"))
OF_REQUESTS: Mapping[int, str] = MappingProxyType(
    {
        400: "The request could not be read.",
        404: "Nothing was found at this address.",
        406: "This address cannot answer in the requested format.",
        408: "The request took too long to arrive. Send it again.",
        411: "Send a Content-Length header with the length of the body.",
        413: "The request is larger than this address accepts.",
        414: "The address is too long.",
        415: "This address does not accept that content type.",
        431: "The headers are too large.",
        500: "We have logged the problem. Try again. If it keeps happening, send us the request ID.",
    }
)


def of_field(problem: ErrorDetails) -> FieldError:
    """`code` is pydantic's name for what is wrong, which stays the same for programs."""
    field = ".".join(map(str, problem["loc"])) or "body"
    return FieldError(field, _of_value(problem), "invalid" if problem["type"] == "value_error" else problem["type"])


def _of_value(problem: ErrorDetails) -> str:
    kind, facts = problem["type"], problem.get("ctx", {})
    if kind in BOUNDS:
        words, fact = BOUNDS[kind]
        return f"must be {words} {facts[fact]:,.10g}"
    if kind in LENGTHS:
        words, fact, noun = LENGTHS[kind]
        return f"must have {words} {counted(facts[fact], noun)}"
    if kind in {"enum", "literal_error"}:
        return f"must be {facts['expected']}"
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(facts["pattern"], "is not in the documented format")
    if kind == "value_error":
        return problem["msg"].removeprefix("Value error, ")
    return OF_FIELDS.get(kind, "is not valid")


def of_request(error: HTTPException) -> str:
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        methods = sorted(set(error.valid_methods) - {"HEAD", "OPTIONS"})
        return f"This address supports only {' and '.join(methods)}." if methods else ""
    return OF_REQUESTS.get(error.code or 500, "")


def of_allowance(limit: RateLimitItem, seconds: int | None) -> str:
    """At most 10 a minute. Try again in 37 seconds."""
    name = limit.GRANULARITY.name
    return f"At most {limit.amount:,} {'an' if name == 'hour' else 'a'} {name}. {_pause(seconds)}"


def _pause(seconds: int | None) -> str:
    if seconds is None:
        return "Wait a while and try again."
    size, noun = next((size, noun) for size, noun in UNITS if seconds > 2 * size or size == 1)
    return f"Try again in {counted(max(1, -(-seconds // size)), noun)}."

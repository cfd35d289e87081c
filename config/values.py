"""The types of settings: each refuses a bad value with the rest of a sentence that begins with the setting's name."""

from __future__ import annotations

import re
import tempfile
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import maxminddb
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo

LONGEST_HOST = 40
Network = IPv4Network | IPv6Network
LAKE_SCHEMES = ("s3", "s3a", "gs", "az", "abfs", "abfss")


def is_loopback(host: str) -> bool:
    """Whether an address, maybe in brackets, or the name `localhost` is this machine's own."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def written_as(pattern: str, sentence: str) -> AfterValidator:
    """A check that a text has this form; the sentence of its error shows what to write."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(sentence)
        return value

    return AfterValidator(check)


def _in_production(info: ValidationInfo) -> bool:
    return info.data.get("MINGUS_ENV") == "production"


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is not an IANA time zone") from error
    return value


def _holds_no_comma(value: SecretStr) -> SecretStr:
    """After the next rotation the key is in MASTER_KEYS_BEFORE, which commas separate."""
    if "," in value.get_secret_value():
        raise ValueError("must not hold a comma")
    return value


def _is_a_secret(value: SecretStr, info: ValidationInfo) -> SecretStr:
    length = len(value.get_secret_value())
    if length == 0 and _in_production(info):
        raise ValueError("is required in production")
    if 0 < length < 32:
        raise ValueError("must have at least 32 characters")
    return value


def _is_a_site(value: str, info: ValidationInfo) -> str:
    if _in_production(info) and not value:
        raise ValueError("is required in production")
    scheme, start = ("https", "https://") if _in_production(info) else ("https?", "http:// or https://")
    if value and not re.fullmatch(rf"{scheme}://[A-Za-z0-9.:\[\]-]+", value):
        raise ValueError(f"must be {start} and a host, without a path{' or a slash at the end' * value.endswith('/')}")
    return value


def _can_be_called(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not re.fullmatch(
        r"https://[A-Za-z0-9.-]+(:443)?(/[!-\[\]-~]*)?", value.get_secret_value()
    ):
        raise ValueError("must be an address that begins with https://, without a user and without a port")
    return value


def _is_a_dsn(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not re.fullmatch(
        r"https?://[0-9A-Za-z]+@[A-Za-z0-9.-]+(:\d{1,5})?(/[\w./-]*)?/\d+", value.get_secret_value()
    ):
        raise ValueError("must be a DSN, such as https://key@sentry.example/1")
    return value


def _is_an_http_address(value: str) -> str:
    if value and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[\w./-]*)?", value):
        raise ValueError("must be an address such as http://127.0.0.1:4318")
    return value


def _is_one_address(value: str) -> str:
    address = r"[^\s<>@,]+@[^\s<>@,]+"
    if not re.fullmatch(rf"[^<>@,\"\x00-\x1f]+ <{address}>|{address}", value):
        raise ValueError("must be one address, such as Mingus <mingus@mingus.example>")
    return value


def _travels_privately(value: SecretStr, info: ValidationInfo) -> SecretStr:
    if value and info.data.get("SMTP_SECURITY") == "none" and info.data.get("SMTP_HOST") != "127.0.0.1":
        raise ValueError("would travel in clear: set SMTP_SECURITY to starttls or tls")
    return value


def _is_a_database_we_know(value: SecretStr) -> SecretStr:
    if value and not value.get_secret_value().startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    return value


def _is_a_redis(value: SecretStr) -> SecretStr:
    if value and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must begin with redis://, rediss:// or unix://")
    return value


def _is_a_clickhouse(value: SecretStr) -> SecretStr:
    if value and not value.get_secret_value().startswith(("clickhouse://", "clickhouses://", "chdb://")):
        raise ValueError("must begin with clickhouse:// or clickhouses://")
    return value


def _are_networks(value: str) -> str:
    for text in filter(None, map(str.strip, value.split(","))):
        try:
            ip_network(text)
        except ValueError:
            raise ValueError(f"{text!r} is not a network such as 10.0.0.0/8") from None
    return value


def networks_of(value: str) -> tuple[Network, ...]:
    """The networks that a text lists, separated by commas."""
    return tuple(ip_network(text.strip()) for text in value.split(",") if text.strip())


def _empty_is_none(value: object) -> object:
    return value or None


def _can_be_written(value: Path) -> Path:
    """The absolute path of a writable folder, which is made where it is missing."""
    folder = value.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except FileExistsError:
        raise ValueError(f"is {folder}, which is not a folder") from None
    except OSError as error:
        raise ValueError(f"is {folder}, which cannot be written: {error.strerror}") from None


def _knows_places(value: Path | None) -> Path | None:
    if value is None:
        return None
    if not value.is_file():
        raise ValueError("is not a file")
    try:
        maxminddb.open_database(value).close()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    except (maxminddb.InvalidDatabaseError, ValueError):
        raise ValueError("is not a file in MaxMind format") from None
    return value.absolute()


def _is_a_folder_or_a_store(value: str) -> str:
    scheme, sign, _ = value.partition("://")
    if sign and scheme not in LAKE_SCHEMES:
        schemes = ", ".join(f"{name}://" for name in LAKE_SCHEMES)
        raise ValueError(f"must be a folder, or an object store that begins with one of {schemes}")
    return value


def _are_origins(value: str) -> str:
    for origin in origins_of(value):
        if not re.fullmatch(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?", origin):
            raise ValueError(f"{origin!r} is not an origin such as https://intranet.example.com")
    return value


def origins_of(value: str) -> tuple[str, ...]:
    """The origins that a text lists, separated by commas."""
    return tuple(filter(None, (origin.strip().lower() for origin in value.split(","))))


def _belongs_to_a_stream(value: SecretStr, info: ValidationInfo) -> SecretStr:
    if bool(value) != bool(info.data.get("GA4_MEASUREMENT_ID")):
        raise ValueError("is of use only together with GA4_MEASUREMENT_ID, and neither without the other")
    return value


def _keeps_the_secret(value: str) -> str:
    """The secret is part of the URL, which may be plain HTTP only to a server on this machine."""
    if not re.fullmatch(r"(https://|http://127\.0\.0\.1:)[^?#]+", value):
        raise ValueError("must begin with https:// and hold no query")
    return value


def _never_in_production(value: str, info: ValidationInfo) -> str:
    if value and _in_production(info):
        raise ValueError("is for tests")
    return value


def _can_be_imported(value: str) -> str:
    for path in filter(None, map(str.strip, value.split(","))):
        if not re.fullmatch(r"[\w.]+:\w+", path):
            raise ValueError(f"{path!r} is not an import path such as package.module:Plugin")
    return value


Port = Annotated[int, Field(ge=1, le=65535)]
RateLimit = Annotated[
    str, written_as(r"(\d+/(second|minute|hour|day))?", "must be a number for a while, such as 100/minute, or empty")
]
HostName = Annotated[
    str,
    written_as(
        rf"[A-Za-z0-9._-]{{0,{LONGEST_HOST}}}",
        f"must be at most {LONGEST_HOST} letters, digits, dots, hyphens, and underscores",
    ),
]
Memory = Annotated[str, written_as(r"[1-9]\d*(MB|GB)", "must be a number of MB or GB, such as 512MB or 2GB")]
Folder = Annotated[Path, AfterValidator(_can_be_written)]
EmptyIsNone = BeforeValidator(_empty_is_none)
PathOrNone = Annotated[Path | None, EmptyIsNone]
PlacesFile = Annotated[Path | None, EmptyIsNone, AfterValidator(_knows_places)]
LakeUrl = Annotated[str, AfterValidator(_is_a_folder_or_a_store)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Secret = Annotated[SecretStr, AfterValidator(_is_a_secret)]
MasterSecret = Annotated[Secret, AfterValidator(_holds_no_comma)]
SentryDsn = Annotated[SecretStr, AfterValidator(_is_a_dsn)]
OtlpUrl = Annotated[str, AfterValidator(_is_an_http_address)]
CallableUrl = Annotated[SecretStr, AfterValidator(_can_be_called)]
Site = Annotated[str, AfterValidator(_is_a_site)]
MailAddress = Annotated[str, AfterValidator(_is_one_address)]
MailPassword = Annotated[SecretStr, AfterValidator(_travels_privately)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_is_a_database_we_know)]
RedisUrl = Annotated[SecretStr, AfterValidator(_is_a_redis)]
ClickHouseUrl = Annotated[SecretStr, AfterValidator(_is_a_clickhouse)]
Networks = Annotated[str, AfterValidator(_are_networks)]
ClientKey = Annotated[str, written_as(r"[A-Za-z0-9_-]{1,64}", "must be letters, digits, hyphens, and underscores")]
Origins = Annotated[str, AfterValidator(_are_origins)]
StreamSecret = Annotated[SecretStr, AfterValidator(_belongs_to_a_stream)]
CollectUrl = Annotated[str, AfterValidator(_keeps_the_secret)]
FaultPoint = Annotated[str, AfterValidator(_never_in_production)]
ImportPaths = Annotated[str, AfterValidator(_can_be_imported)]

"""What a setting may say: each type refuses the rest with the end of a sentence that begins with the setting's name."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo


def _in_production(info: ValidationInfo) -> bool:
    return info.data.get("MINGUS_ENV") == "production"


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is not an IANA time zone") from error
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
    scheme = "https" if _in_production(info) else "https?"
    if value and not re.fullmatch(rf"{scheme}://[A-Za-z0-9.:\[\]-]+", value):
        raise ValueError("must be https:// and a host, without a path")
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


def _empty_is_none(value: object) -> object:
    return value or None


def _is_there(value: Path | None) -> Path | None:
    if value and not value.is_file():
        raise ValueError("is no file")
    return value and value.absolute()


def _belongs_to_a_stream(value: SecretStr, info: ValidationInfo) -> SecretStr:
    if bool(value) != bool(info.data.get("GA4_MEASUREMENT_ID")):
        raise ValueError("is of use only together with GA4_MEASUREMENT_ID, and neither without the other")
    return value


def _keeps_the_secret(value: str) -> str:
    """The secret travels in the address: in clear only to a server on this machine."""
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
RateLimit = Annotated[str, Field(pattern=r"^(\d+/(second|minute|hour|day))?$")]
Folder = Annotated[Path, AfterValidator(Path.absolute)]
PathOrNone = Annotated[Path | None, BeforeValidator(_empty_is_none)]
FileOrNone = Annotated[Path | None, BeforeValidator(_empty_is_none), AfterValidator(_is_there)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Secret = Annotated[SecretStr, AfterValidator(_is_a_secret)]
Site = Annotated[str, AfterValidator(_is_a_site)]
MailAddress = Annotated[str, AfterValidator(_is_one_address)]
MailPassword = Annotated[SecretStr, AfterValidator(_travels_privately)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_is_a_database_we_know)]
RedisUrl = Annotated[SecretStr, AfterValidator(_is_a_redis)]
ClickHouseUrl = Annotated[SecretStr, AfterValidator(_is_a_clickhouse)]
Networks = Annotated[str, AfterValidator(_are_networks)]
StreamSecret = Annotated[SecretStr, AfterValidator(_belongs_to_a_stream)]
CollectUrl = Annotated[str, AfterValidator(_keeps_the_secret)]
FaultPoint = Annotated[str, AfterValidator(_never_in_production)]
ImportPaths = Annotated[str, AfterValidator(_can_be_imported)]

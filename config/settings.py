"""Every setting: name, type, default, meaning. One list, read once from the environment."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

import maxminddb
from annotated_types import Ge, Le
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

PROJECT = Path(__file__).resolve().parent.parent


def written_as(pattern: str, sentence: str) -> AfterValidator:
    """A text of this form; else the sentence, which shows a person what to write."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(sentence)
        return value

    return AfterValidator(check)


Port = Annotated[int, Field(ge=1, le=65535)]
RateLimit = Annotated[
    str, written_as(r"(\d+/(second|minute|hour|day))?", "must be a number for a while, such as 100/minute, or empty")
]
Memory = Annotated[str, written_as(r"[1-9]\d*(MB|GB)", "must be a number of MB or GB, such as 512MB or 2GB")]
LAKE_SCHEMES = ("s3", "s3a", "gs", "az", "abfs", "abfss")


class InvalidSettings(SystemExit):
    """A setting has a value the platform cannot start with; the message names each one."""


class Settings(BaseModel):
    """What an operator may say, by environment variables of the same names."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    MINGUS_ENV: Literal["development", "production"] = Field(
        "development", description="`production` demands SECRET_KEY and sends cookies over HTTPS only."
    )
    HOST: str = Field("127.0.0.1", description="Address the server listens on.")
    PORT: Port = Field(5000, description="Port the server listens on.")
    WEB_WORKERS: Annotated[int, Field(ge=1, le=64)] = Field(2, description="Server processes.")
    WEB_THREADS: Annotated[int, Field(ge=1, le=64)] = Field(8, description="Threads in each server process.")
    INSTANCE_DIR: Path = Field(
        PROJECT / "instance",
        validate_default=True,
        description="Folder for what this installation writes: database, development secret.",
    )
    SECRET_KEY: SecretStr = Field(
        SecretStr(""),
        validate_default=True,
        description="Signs cookies and peppers API keys; at least 32 characters. "
        "Development generates one into INSTANCE_DIR; production refuses to start without one.",
    )
    DATABASE_URL: SecretStr = Field(
        SecretStr(""),
        description="SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…`. Empty: `INSTANCE_DIR/mingus.db`.",
    )
    DATABASE_POOL_SIZE: Annotated[int, Field(ge=1)] = Field(20, description="PostgreSQL connections kept open.")
    DATABASE_MAX_OVERFLOW: Annotated[int, Field(ge=0)] = Field(
        30, description="PostgreSQL connections beyond the pool."
    )
    REDIS_URL: SecretStr = Field(
        SecretStr(""), description="Cache and rate limits shared by all processes. Empty: each process keeps its own."
    )
    STATSD_HOST: str = Field("127.0.0.1", description="Where StatsD packets go. Empty: no packets are sent.")
    STATSD_PORT: Port = Field(8125, description="UDP port of the StatsD server.")
    RATE_LIMIT_ANONYMOUS: RateLimit = Field("100/minute", description="Requests per client address. Empty: no limit.")
    RATE_LIMIT_KEY: RateLimit = Field("1000/minute", description="Requests per API key. Empty: no limit.")
    RATE_LIMIT_EVENTS: RateLimit = Field(
        "600/minute", description="Event requests per client address, for browsers. Empty: no limit."
    )
    RATE_LIMIT_EVENTS_KEY: RateLimit = Field("", description="Event requests per `events:write` key. Empty: no limit.")
    PUBLIC_HOSTS: str = Field(
        "", description="Host names this site answers to, separated by commas. Empty: any, as on a developer's machine."
    )
    TRUSTED_PROXIES: Annotated[int, Field(ge=0, le=8)] = Field(
        0, description="How many proxies in front set `X-Forwarded-*`. 0: those headers are ignored."
    )
    ANSWERS_RETENTION_DAYS: Annotated[int, Field(ge=1, le=3650)] = Field(
        30, description="Days a visitor's answers and shared links are kept; a stored assessment has neither."
    )
    EVENTS_QUEUE_LIMIT: Annotated[int, Field(ge=1)] = Field(
        20_000, description="Events that may wait for their commit in one server process; beyond it the answer is 503."
    )
    LANDING_RETENTION_DAYS: Annotated[int, Field(ge=2, le=3650)] = Field(
        30, description="Days an event stays in the landing table; never dropped before it is in the lake."
    )
    EVENTS_RETENTION_DAYS: Annotated[int, Field(ge=2, le=36500)] = Field(
        760, description="Days events and sessions are kept in the lake."
    )
    GEOIP_FILE: Path | None = Field(
        None, description="A local file in MaxMind format that knows country and region by address. Empty: none."
    )
    GEO_COUNTRY_HEADER: str = Field(
        "", description="Header of a trusted proxy that names the country, such as `CF-IPCountry`. Empty: none."
    )
    GEO_REGION_HEADER: str = Field("", description="Header of a trusted proxy that names the region. Empty: none.")
    GA4_MEASUREMENT_ID: str = Field("", description="GA4 stream that events are forwarded to. Empty: none are.")
    GA4_API_SECRET: SecretStr = Field(
        SecretStr(""), validate_default=True, description="Measurement Protocol secret of that stream."
    )
    GA4_URL: str = Field(
        "https://www.google-analytics.com/mp/collect", description="Where the Measurement Protocol is spoken."
    )
    CELERY_BROKER_URL: SecretStr = Field(
        SecretStr(""), description="Redis that hands work to Celery. Empty: the embedded scheduler does the work."
    )
    LAKE_URL: str = Field(
        "",
        description="Folder or object store (such as `s3://…`) of the Delta tables. Empty: `INSTANCE_DIR/lake`.",
    )
    LAKE_SYNC_SECONDS: Annotated[int, Field(ge=1, le=3600)] = Field(
        5, description="How often background work moves new events into the lake."
    )
    LAKE_MAX_STALENESS: Annotated[int, Field(ge=0, le=86_400)] = Field(
        10, description="Seconds the lake may lag before a question brings it up to date first."
    )
    WAREHOUSE_URL: SecretStr = Field(
        SecretStr(""), description="`clickhouse://…` answers questions instead of DuckDB in the process. Empty: DuckDB."
    )
    DUCKDB_MEMORY: Memory = Field("512MB", description="Memory DuckDB may use in one process.")
    DUCKDB_THREADS: Annotated[int, Field(ge=1, le=256)] = Field(2, description="Threads DuckDB may use in one process.")
    FAULT_POINT: str = Field(
        "", description="Tests name a step here at which the process kills itself. Refused in production."
    )
    TIMEZONE: str = Field("UTC", description="IANA time zone of reports when a request names none.")
    ANALYTICS_PLUGINS: str = Field(
        "backend.analytics.ai_calculator_analytics:AiCalculatorAnalytics,"
        "backend.analytics.ai_calculator_dashboard:AiCalculatorDashboard",
        description="Import paths of the analytics plugins to load, separated by commas.",
    )
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe message logged.")

    @field_validator("INSTANCE_DIR")
    @classmethod
    def _can_be_written(cls, value: Path) -> Path:
        """Made where it is missing, from the working directory."""
        folder = value.absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except FileExistsError:
            raise ValueError(f"is {folder}, which is no folder") from None
        except OSError as error:
            raise ValueError(f"is {folder}, which cannot be written: {error.strerror}") from None

    @field_validator("TIMEZONE")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is not an IANA time zone") from error
        return value

    @field_validator("SECRET_KEY")
    @classmethod
    def _is_a_secret(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        length = len(value.get_secret_value())
        if length == 0 and info.data.get("MINGUS_ENV") == "production":
            raise ValueError("is required in production")
        if 0 < length < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("DATABASE_URL")
    @classmethod
    def _is_a_database_we_know(cls, value: SecretStr) -> SecretStr:
        if value and not value.get_secret_value().startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        return value

    @field_validator("REDIS_URL")
    @classmethod
    def _is_a_redis(cls, value: SecretStr) -> SecretStr:
        if value and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("GEOIP_FILE", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("GEOIP_FILE")
    @classmethod
    def _knows_places(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        if not value.is_file():
            raise ValueError("is no file")
        try:
            maxminddb.open_database(value).close()
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from None
        except (maxminddb.InvalidDatabaseError, ValueError):
            raise ValueError("is no file in MaxMind format") from None
        return value.absolute()

    @field_validator("CELERY_BROKER_URL")
    @classmethod
    def _is_a_redis_broker(cls, value: SecretStr) -> SecretStr:
        return cls._is_a_redis(value)

    @field_validator("LAKE_URL")
    @classmethod
    def _is_a_folder_or_a_store(cls, value: str) -> str:
        scheme, sign, _ = value.partition("://")
        if sign and scheme not in LAKE_SCHEMES:
            known = ", ".join(f"{name}://" for name in LAKE_SCHEMES)
            raise ValueError(f"must be a folder, or an object store that begins with one of {known}")
        return value

    @field_validator("WAREHOUSE_URL")
    @classmethod
    def _is_a_clickhouse(cls, value: SecretStr) -> SecretStr:
        if value and not value.get_secret_value().startswith(("clickhouse://", "clickhouses://", "chdb://")):
            raise ValueError("must begin with clickhouse:// or clickhouses://")
        return value

    @field_validator("GA4_API_SECRET")
    @classmethod
    def _belongs_to_a_stream(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if bool(value) != bool(info.data.get("GA4_MEASUREMENT_ID")):
            raise ValueError("is of use only together with GA4_MEASUREMENT_ID, and neither without the other")
        return value

    @field_validator("GA4_URL")
    @classmethod
    def _keeps_the_secret(cls, value: str, info: ValidationInfo) -> str:
        """The secret travels in the address: in clear only to a server on this machine."""
        if not re.fullmatch(r"(https://|http://127\.0\.0\.1:)[^?#]+", value):
            raise ValueError("must begin with https:// and hold no query")
        return value

    @field_validator("FAULT_POINT")
    @classmethod
    def _never_in_production(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("MINGUS_ENV") == "production":
            raise ValueError("is for tests")
        return value

    @field_validator("ANALYTICS_PLUGINS")
    @classmethod
    def _can_be_imported(cls, value: str) -> str:
        for path in filter(None, map(str.strip, value.split(","))):
            if not re.fullmatch(r"[\w.]+:\w+", path):
                raise ValueError(f"{path!r} is not an import path such as package.module:Plugin")
        return value

    @property
    def production(self) -> bool:
        return self.MINGUS_ENV == "production"

    @property
    def database_url(self) -> str:
        return self.DATABASE_URL.get_secret_value() or f"sqlite:///{self.INSTANCE_DIR / 'mingus.db'}"

    @property
    def secret_key(self) -> str:
        return self.SECRET_KEY.get_secret_value()

    @property
    def redis_url(self) -> str:
        return self.REDIS_URL.get_secret_value()

    @property
    def lake_url(self) -> str:
        return self.LAKE_URL or str(self.INSTANCE_DIR / "lake")

    @property
    def public_hosts(self) -> list[str] | None:
        return [host.strip() for host in self.PUBLIC_HOSTS.split(",") if host.strip()] or None

    @property
    def plugin_paths(self) -> tuple[str, ...]:
        return tuple(filter(None, (path.strip() for path in self.ANALYTICS_PLUGINS.split(","))))

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read every setting, or stop the start with a sentence for each bad one."""
        given = {name: environ[name] for name in cls.model_fields if name in environ}
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            problems = (f"{p['loc'][0]} {cls._sentence(p)}" for p in error.errors())
            raise InvalidSettings("Mingus cannot start:\n  " + "\n  ".join(problems)) from None
        if settings.secret_key:
            return settings
        secret = development_secret(settings.INSTANCE_DIR)
        return settings.model_copy(update={"SECRET_KEY": SecretStr(secret)})

    @classmethod
    def _sentence(cls, problem: ErrorDetails) -> str:
        """What a person is to write; never what was written, which may be a secret."""
        if problem["type"] == "literal_error":
            return f"must be {problem['ctx']['expected']}"
        limits = {type(limit): limit for limit in cls.model_fields[str(problem["loc"][0])].metadata}
        if Ge in limits:
            least, most = limits[Ge].ge, limits.get(Le)
            return (
                f"must be a whole number from {least} to {most.le}"
                if most
                else f"must be a whole number, at least {least}"
            )
        return problem["msg"].removeprefix("Value error, ")


def development_secret(instance: Path) -> str:
    """The secret of this checkout, made on first use, readable by its owner only."""
    path = instance / "secret_key"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=instance) as draft:
            draft.write(secrets.token_urlsafe(48))
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()

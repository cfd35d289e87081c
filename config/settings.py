"""Every setting with its name, type, default and meaning, in one list that is read once from the environment."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from annotated_types import Ge, Le
from pydantic import ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from config.monitoring_settings import MonitoringSettings
from config.names import unknown_names
from config.server_settings import ServerSettings
from config.values import (
    ClickHouseUrl,
    CollectUrl,
    DatabaseUrl,
    EmptyIsNone,
    FaultPoint,
    Folder,
    ImportPaths,
    LakeUrl,
    MailAddress,
    MailPassword,
    MasterSecret,
    Memory,
    Network,
    Networks,
    Origins,
    PathOrNone,
    PlacesFile,
    Port,
    RateLimit,
    RedisUrl,
    Secret,
    Site,
    StreamSecret,
    Zone,
    is_loopback,
    networks_of,
)

PROJECT = Path(__file__).resolve().parent.parent

NEW_MASTER_KEY = (
    "Created a new master key, {}. Keep a copy outside the database: personal data of this installation can be"
    " read only with it. If there was another key before, put that one back.\n"
)
SECRETS = ("SECRET_KEY", "MASTER_KEY", "AUDIT_KEY")


class InvalidSettings(SystemExit):
    """A setting has a value that the platform cannot start with; the message names each one."""


class Settings(ServerSettings, MonitoringSettings):
    """The settings of an installation, by environment variables of the same names."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    MINGUS_ENV: Literal["development", "production"] = Field(
        "development", description="`production` demands SECRET_KEY and sends cookies over HTTPS only."
    )
    INSTANCE_DIR: Folder = Field(
        PROJECT / "instance",
        validate_default=True,
        description="Folder for what this installation writes: database, development secret.",
    )
    SECRET_KEY: Secret = Field(
        SecretStr(""),
        validate_default=True,
        description="Signs cookies and peppers API keys; at least 32 characters. "
        "Development generates one into INSTANCE_DIR; production refuses to start without one.",
    )
    MASTER_KEY: MasterSecret = Field(
        SecretStr(""),
        validate_default=True,
        description="Wraps the keys that people's data is sealed with; at least 32 characters, and in no backup of the "
        "database. Development generates one into INSTANCE_DIR; production refuses to start without one.",
    )
    MASTER_KEYS_BEFORE: SecretStr = Field(
        SecretStr(""),
        description="Earlier values of MASTER_KEY, separated by commas, until `flask privacy rotate` has run.",
    )
    AUDIT_KEY: Secret = Field(
        SecretStr(""),
        validate_default=True,
        description="Chains the audit log; at least 32 characters. "
        "Development generates one into INSTANCE_DIR; production refuses to start without one.",
    )
    AUDIT_ANCHOR_FILE: PathOrNone = Field(
        None,
        description="Where the head of the audit log is written down each hour; best on another disk, append-only. "
        "Empty: `INSTANCE_DIR/audit-anchors`.",
    )
    PUBLIC_URL: Site = Field(
        "",
        validate_default=True,
        description="Where people reach this site, for links in emails and search engines: `https://mingus.example`. "
        "Empty: `http://HOST:PORT`; production refuses to start without one.",
    )
    SMTP_HOST: str = Field("", description="Mail server. Empty: emails become files in `INSTANCE_DIR/outbox`.")
    SMTP_PORT: Port = Field(587, description="Port of the mail server.")
    SMTP_USER: str = Field("", description="Name at the mail server. Empty: it asks for none.")
    SMTP_SECURITY: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="How the connection to the mail server is kept private."
    )
    SMTP_PASSWORD: MailPassword = Field(
        SecretStr(""), description="Password at the mail server; never sent over a connection that is not private."
    )
    MAIL_FROM: MailAddress = Field(
        "Mingus <mingus@localhost>", description="Who emails are from, and who gets the replies."
    )
    DATABASE_URL: DatabaseUrl = Field(
        SecretStr(""),
        description="SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…`. Empty: `INSTANCE_DIR/mingus.db`.",
    )
    DATABASE_OWNER_URL: DatabaseUrl = Field(
        SecretStr(""),
        description="The same PostgreSQL database for the role that owns its tables; only `flask db upgrade` uses it. "
        "Empty: the role of DATABASE_URL owns them too, as on a developer's machine.",
    )
    DATABASE_POOL_SIZE: Annotated[int, Field(ge=1)] = Field(20, description="PostgreSQL connections kept open.")
    DATABASE_MAX_OVERFLOW: Annotated[int, Field(ge=0)] = Field(
        30, description="PostgreSQL connections beyond the pool."
    )
    REDIS_URL: RedisUrl = Field(
        SecretStr(""), description="Cache and rate limits shared by all processes. Empty: each process keeps its own."
    )
    STATSD_HOST: str = Field("127.0.0.1", description="Where StatsD packets go. Empty: no packets are sent.")
    STATSD_PORT: Port = Field(8125, description="UDP port of the StatsD server.")
    RATE_LIMIT_ANONYMOUS: RateLimit = Field("100/minute", description="Requests per client address. Empty: no limit.")
    RATE_LIMIT_MEMBER: RateLimit = Field(
        "1000/minute", description="Requests per account that signed in, or per API key. Empty: no limit."
    )
    RATE_LIMIT_SIGN_IN: RateLimit = Field(
        "10/minute", description="Attempts to sign in, sign up or reset a password per client address. Empty: no limit."
    )
    RATE_LIMIT_ACCOUNT: RateLimit = Field(
        "30/hour", description="The same per account they name, wherever they come from. Empty: no limit."
    )
    RATE_LIMIT_ASSESS: RateLimit = Field("30/minute", description="Assessments per caller by the API. Empty: no limit.")
    RATE_LIMIT_GRANT: RateLimit = Field(
        "30/hour",
        description="Keys, invitations and such per caller; refused while Redis is away. Empty: no limit.",
    )
    RATE_LIMIT_EVENTS: RateLimit = Field(
        "600/minute", description="Event requests per client address, for browsers. Empty: no limit."
    )
    RATE_LIMIT_SUGGESTIONS: RateLimit = Field(
        "1500/minute", description="Titles looked up while typing, per caller. Empty: no limit."
    )
    RATE_LIMIT_VISITS: RateLimit = Field(
        "600/minute",
        description="Pages and answers of the calculator per caller, but PDFs and images. Empty: no limit.",
    )
    RATE_LIMIT_EVENTS_KEY: RateLimit = Field("", description="Event requests per `events:write` key. Empty: no limit.")
    PUBLIC_HOSTS: str = Field(
        "", description="Host names this site answers to, separated by commas. Empty: any, as on a developer's machine."
    )
    TRUSTED_PROXIES: Annotated[int, Field(ge=0, le=8)] = Field(
        0, description="How many proxies in front set `X-Forwarded-*`. 0: those headers are ignored."
    )
    ADMIN_NETWORKS: Networks = Field(
        "",
        description="Networks such as `10.0.0.0/8, 2001:db8::/32` that `/admin`, accounts and the audit log answer to. "
        "Empty: any.",
    )
    ANSWERS_RETENTION_DAYS: Annotated[int, Field(ge=1, le=3650)] = Field(
        30, description="Days a visitor's answers and the links to results are kept; a stored assessment has neither."
    )
    UNVERIFIED_ACCOUNTS_RETENTION_DAYS: Annotated[int, Field(ge=1, le=3650)] = Field(
        7, description="Days an account is kept whose address nobody confirms, or whose invitation nobody accepts."
    )
    SIGN_INS_RETENTION_DAYS: Annotated[int, Field(ge=1, le=3650)] = Field(
        30, description="Days a sign-in is kept after it ended or was last used."
    )
    ERASURE_LEDGER: PathOrNone = Field(
        None,
        description="File that remembers, across restores, whom to erase again; on a disk that no backup is restored "
        "to. Empty: `INSTANCE_DIR/erasures.ledger`.",
    )
    RECOGNISE_VISITORS: bool = Field(
        False, description="Ask visitors whether they may be recognized when they come back. Otherwise no one is asked."
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
    GEOIP_FILE: PlacesFile = Field(
        None, description="A local file in MaxMind format that knows country and region by address. Empty: none."
    )
    GEO_COUNTRY_HEADER: str = Field(
        "", description="Header of a trusted proxy that names the country, such as `CF-IPCountry`. Empty: none."
    )
    GEO_REGION_HEADER: str = Field("", description="Header of a trusted proxy that names the region. Empty: none.")
    GA4_MEASUREMENT_ID: str = Field("", description="GA4 stream that events are forwarded to. Empty: none are.")
    GA4_API_SECRET: StreamSecret = Field(
        SecretStr(""), validate_default=True, description="Measurement Protocol secret of that stream."
    )
    GA4_URL: CollectUrl = Field(
        "https://www.google-analytics.com/mp/collect", description="Where the Measurement Protocol is spoken."
    )
    CELERY_BROKER_URL: RedisUrl = Field(
        SecretStr(""), description="Redis that hands work to Celery. Empty: the embedded scheduler does the work."
    )
    LAKE_URL: LakeUrl = Field(
        "",
        description="Folder or object store (such as `s3://…`) of the Delta tables. Empty: `INSTANCE_DIR/lake`.",
    )
    LAKE_SYNC_SECONDS: Annotated[int, Field(ge=1, le=3600)] = Field(
        5, description="How often background work moves new events into the lake."
    )
    LAKE_MAX_STALENESS: Annotated[int, Field(ge=0, le=86_400)] = Field(
        10, description="Seconds the lake may lag before a question brings it up to date first."
    )
    CONVERSION_WINDOW_HOURS: Annotated[int, Field(ge=24, le=720)] = Field(
        24,
        description="Hours after a result in which an offer or upgrade counts in `offer_rate` and `conversion_rate`.",
    )
    DASHBOARDS_AT_ONCE: Annotated[int, Field(ge=1, le=64)] = Field(
        2,
        description="Requests of dashboards and their API that a server process works out at a time. As many more "
        "wait up to two seconds, as long as a thread is left for everything else; the others are answered with 503.",
    )
    SHARED_ANSWERS_SECONDS: Annotated[int, Field(ge=0, le=900)] = Field(
        600,
        description="Seconds for which processes share an answer to a dashboard's question: in Redis, else in "
        "`INSTANCE_DIR/answers`. What lands in the lake ends it sooner. 0: each process keeps its own.",
    )
    LIVE_STREAMS: Annotated[int, Field(ge=0, le=32)] = Field(
        4,
        description="Live views that one server process streams to, at most half its threads; "
        "more of them ask for news every ten seconds.",
    )
    LIVE_STREAM_SECONDS: Annotated[int, Field(ge=0, le=600)] = Field(
        55, description="Seconds after which a live view has to come again, maybe to another process."
    )
    WAREHOUSE_URL: ClickHouseUrl = Field(
        SecretStr(""), description="`clickhouse://…` answers questions instead of DuckDB in the process. Empty: DuckDB."
    )
    DUCKDB_MEMORY: Memory = Field("512MB", description="Memory DuckDB may use in one process.")
    DUCKDB_THREADS: Annotated[int, Field(ge=1, le=256)] = Field(2, description="Threads DuckDB may use in one process.")
    FAULT_POINT: FaultPoint = Field(
        "", description="Tests name a step here at which the process kills itself. Refused in production."
    )
    EMBED_ORIGINS: Origins = Field(
        "", description="Sites such as `https://a.example`, by commas, that may frame a shared chart. Empty: none."
    )
    BUSINESS_TIME_ZONE: Zone = Field("America/New_York", description="IANA time zone where nobody chose another.")
    ANALYTICS_PLUGINS: ImportPaths = Field(
        "backend.analytics.ai_calculator_analytics:AiCalculatorAnalytics,"
        "backend.analytics.ai_calculator_dashboard:AiCalculatorDashboard,"
        "backend.analytics.ai_calculator_performance:AiCalculatorPerformance,"
        "backend.analytics.ai_calculator_ab_testing:AiCalculatorAbTesting",
        description="Import paths of the analytics plugins to load, separated by commas.",
    )
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe message logged.")
    LOG_FORMAT: Annotated[Literal["text", "json"] | None, EmptyIsNone] = Field(
        None,
        description="`text`: lines for people; `json`: objects for programs. Empty: `text` in development, `json` in "
        "production.",
    )

    @property
    def production(self) -> bool:
        return self.MINGUS_ENV == "production"

    @property
    def only_local(self) -> bool:
        """Whether nobody but the person at this machine reaches a server of these settings, which is no production."""
        return not self.production and is_loopback(self.HOST) and not self.TRUSTED_PROXIES

    @property
    def opens_letters(self) -> bool:
        """Whether pages lead to the letters that a browser caused: they are files, on its own machine."""
        return self.only_local and not self.SMTP_HOST

    @property
    def log_format(self) -> Literal["text", "json"]:
        return self.LOG_FORMAT or ("json" if self.production else "text")

    @property
    def drain_seconds(self) -> int:
        return (5 if self.production else 0) if self.DRAIN_SECONDS is None else self.DRAIN_SECONDS

    @property
    def database_url(self) -> str:
        return self.DATABASE_URL.get_secret_value() or f"sqlite:///{self.INSTANCE_DIR / 'mingus.db'}"

    @property
    def secret_key(self) -> str:
        return self.SECRET_KEY.get_secret_value()

    @property
    def master_keys(self) -> tuple[str, ...]:
        """The current master key first, then those that may still wrap older data keys."""
        before = self.MASTER_KEYS_BEFORE.get_secret_value().split(",")
        return (self.MASTER_KEY.get_secret_value(), *filter(None, map(str.strip, before)))

    @property
    def erasure_ledger(self) -> Path:
        return (self.ERASURE_LEDGER or self.INSTANCE_DIR / "erasures.ledger").absolute()

    @property
    def redis_url(self) -> str:
        return self.REDIS_URL.get_secret_value()

    @property
    def audit_anchor_file(self) -> Path:
        return self.AUDIT_ANCHOR_FILE or self.INSTANCE_DIR / "audit-anchors"

    @property
    def public_url(self) -> str:
        return self.PUBLIC_URL or f"http://{self.HOST}:{self.PORT}"

    @property
    def lake_url(self) -> str:
        return self.LAKE_URL or str(self.INSTANCE_DIR / "lake")

    @property
    def public_hosts(self) -> list[str] | None:
        return [host.strip() for host in self.PUBLIC_HOSTS.split(",") if host.strip()] or None

    @property
    def admin_networks(self) -> tuple[Network, ...]:
        return networks_of(self.ADMIN_NETWORKS)

    @property
    def plugin_paths(self) -> tuple[str, ...]:
        return tuple(filter(None, (path.strip() for path in self.ANALYTICS_PLUGINS.split(","))))

    def equal_secrets(self) -> list[str]:
        """The names of the first secrets that have one value, which no backup could keep apart."""
        names: dict[str, list[str]] = {}
        for name in SECRETS:
            names.setdefault(getattr(self, name).get_secret_value(), []).append(name)
        return next((equal for secret, equal in names.items() if secret and len(equal) > 1), [])

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read every setting. Raises InvalidSettings with a sentence for each bad one."""
        values = {name: environ[name] for name in cls.model_fields if name in environ}
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            problems = (f"{p['loc'][0]} {cls._sentence(p)}" for p in error.errors())
            raise InvalidSettings("Mingus cannot start:\n  " + "\n  ".join(problems)) from None
        if settings.production and (equal := settings.equal_secrets()):
            raise InvalidSettings(
                f"Mingus cannot start:\n  {' and '.join(equal)} must be different: each guards the others."
            )
        if not settings.MASTER_KEY and not (settings.INSTANCE_DIR / "master_key").exists():
            sys.stderr.write(NEW_MASTER_KEY.format(settings.INSTANCE_DIR / "master_key"))
        for sentence in unknown_names(environ, cls.model_fields):
            sys.stderr.write(sentence)
        made = {
            name: SecretStr(development_secret(settings.INSTANCE_DIR, name.lower()))
            for name in SECRETS
            if not getattr(settings, name)
        }
        return settings.model_copy(update=made)

    @classmethod
    def _sentence(cls, problem: ErrorDetails) -> str:
        """The sentence that tells what to write; it never repeats the value, which may be a secret."""
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


def development_secret(instance: Path, name: str) -> str:
    """A generated secret of this installation, made on first use and readable by its owner only."""
    path = instance / name
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=instance) as draft:
            draft.write(secrets.token_urlsafe(48))
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()

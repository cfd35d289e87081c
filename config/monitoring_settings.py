"""The settings of monitoring: who is told of trouble, and what else may read what was measured."""

from __future__ import annotations

import socket
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr

from config.release import release_of
from config.values import (
    LONGEST_HOST,
    CallableUrl,
    HostName,
    Network,
    Networks,
    OtlpUrl,
    RateLimit,
    SentryDsn,
    networks_of,
)


class MonitoringSettings(BaseModel):
    """The part of `Settings` that only monitoring reads."""

    HOST_ID: HostName = Field(
        "", description="Name of this host in monitoring, different on each. Empty: the machine's host name."
    )
    ALERT_WEBHOOK_URL: CallableUrl = Field(
        SecretStr(""), description="Incoming webhook of Slack that alerts are sent to. Empty: none are."
    )
    PAGERDUTY_API_KEY: SecretStr = Field(
        SecretStr(""), description="Integration key of PagerDuty (Events API v2) for critical alerts. Empty: none are."
    )
    DEAD_MAN_URL: CallableUrl = Field(
        SecretStr(""),
        description="Called each minute while alerts are evaluated, so that another service notices when they are not."
        " Empty: nothing is called.",
    )
    WATCHED_URL: str = Field(
        "",
        description="Address that is asked, while alerts are evaluated, whether the site answers."
        " Empty: `/health/live` of the site’s own address.",
    )
    METRICS_NETWORKS: Networks = Field(
        "", description="Networks that may read `/metrics` without a key. Empty: only keys with `monitoring:read` may."
    )
    STATSD_PROTOCOL: Literal["udp", "tcp"] = Field(
        "udp", description="How StatsD is spoken to: `udp` may lose packets, `tcp` does not."
    )
    OTEL_EXPORTER_OTLP_ENDPOINT: OtlpUrl = Field(
        "", description="OTLP endpoint over HTTP that traces are sent to, such as `http://127.0.0.1:4318`. Empty: none."
    )
    RELEASE: Annotated[str, Field(max_length=64, pattern=r"^[\w.+/-]*$")] = Field(
        "", description="Version of the code that runs, shown with errors. Empty: the Git commit, else the version."
    )
    RATE_LIMIT_BROWSER_ERRORS: RateLimit = Field(
        "30/minute", description="Errors of scripts that browsers report, per client address. Empty: no limit."
    )
    SENTRY_DSN: SentryDsn = Field(
        SecretStr(""),
        description="DSN of Sentry or a service compatible with it that errors are also sent to. Empty: none.",
    )

    @property
    def metrics_networks(self) -> tuple[Network, ...]:
        return networks_of(self.METRICS_NETWORKS)

    @property
    def host_id(self) -> str:
        return self.HOST_ID or socket.gethostname()[:LONGEST_HOST]

    @property
    def release(self) -> str:
        """What errors and log lines call the code that runs."""
        return self.RELEASE or release_of()

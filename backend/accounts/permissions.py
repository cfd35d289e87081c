"""Scopes, and the one table of the scopes of each role."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Scope(StrEnum):
    """A permission, as `what:deed`."""

    ACCOUNT_SELF = "account:self"
    KEYS_SELF = "keys:self"
    DASHBOARDS_READ = "dashboards:read"
    EVENTS_WRITE = "events:write"
    JOBS_READ = "jobs:read"
    JOBS_RETRY = "jobs:retry"
    MONITORING_READ = "monitoring:read"
    MONITORING_CONTROL = "monitoring:control"
    EXPERIMENTS_READ = "experiments:read"
    EXPERIMENTS_WRITE = "experiments:write"
    EXPERIMENTS_ASSIGN = "experiments:assign"
    ACCOUNTS_MANAGE = "accounts:manage"
    AUDIT_READ = "audit:read"


class Role(StrEnum):
    """What an account is for. Whoever has more than their own data to see needs a second factor."""

    MEMBER = "member"
    ANALYST = "analyst"
    EXPERIMENTER = "experimenter"
    OPS = "ops"
    ADMIN = "admin"

    @property
    def needs_second_factor(self) -> bool:
        return self is not Role.MEMBER

    @property
    def scopes(self) -> frozenset[Scope]:
        return SCOPES[self]


_ANALYST = frozenset({Scope.ACCOUNT_SELF, Scope.KEYS_SELF, Scope.DASHBOARDS_READ, Scope.EXPERIMENTS_READ})
SCOPES: Mapping[Role, frozenset[Scope]] = MappingProxyType(
    {
        Role.MEMBER: frozenset({Scope.ACCOUNT_SELF}),
        Role.ANALYST: _ANALYST,
        Role.EXPERIMENTER: _ANALYST | {Scope.EXPERIMENTS_WRITE, Scope.EXPERIMENTS_ASSIGN},
        Role.OPS: frozenset(
            {
                Scope.ACCOUNT_SELF,
                Scope.KEYS_SELF,
                Scope.JOBS_READ,
                Scope.JOBS_RETRY,
                Scope.EVENTS_WRITE,
                Scope.MONITORING_READ,
                Scope.MONITORING_CONTROL,
            }
        ),
        Role.ADMIN: frozenset(Scope),
    }
)
# What the message for a caller without the scope says that the account cannot do.
DEEDS: Mapping[Scope, str] = MappingProxyType(
    {
        Scope.ACCOUNT_SELF: "view or change its own account",
        Scope.KEYS_SELF: "have API keys",
        Scope.DASHBOARDS_READ: "view the dashboards",
        Scope.EVENTS_WRITE: "send events from elsewhere",
        Scope.JOBS_READ: "view background work",
        Scope.JOBS_RETRY: "retry background work",
        Scope.MONITORING_READ: "view operations",
        Scope.MONITORING_CONTROL: "start and stop monitoring, or change its alerts",
        Scope.EXPERIMENTS_READ: "view experiments",
        Scope.EXPERIMENTS_WRITE: "create, start, stop, or change experiments and flags",
        Scope.EXPERIMENTS_ASSIGN: "ask which variant somebody gets",
        Scope.ACCOUNTS_MANAGE: "view or change other people’s accounts",
        Scope.AUDIT_READ: "view the audit log",
    }
)
# The scopes that an API key may have. The rest is for people who sign in.
KEY_SCOPES = frozenset(
    {
        Scope.DASHBOARDS_READ,
        Scope.EVENTS_WRITE,
        Scope.JOBS_READ,
        Scope.MONITORING_READ,
        Scope.MONITORING_CONTROL,
        Scope.EXPERIMENTS_READ,
        Scope.EXPERIMENTS_WRITE,
        Scope.EXPERIMENTS_ASSIGN,
    }
)

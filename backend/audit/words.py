"""Entries of the audit log in words: who, what was done, and to what."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from backend.audit.actions import Action

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        Action.ALERT_ACKNOWLEDGED: "Acknowledged an alert",
        Action.ALERT_RULE_ADDED: "Added an alert rule",
        Action.ALERT_RULE_CHANGED: "Changed an alert rule",
        Action.ALERT_RULE_DELETED: "Deleted an alert rule",
        Action.ALERT_RULE_RESET: "Restored a shipped alert rule",
        Action.ANNOTATION_DELETED: "Deleted an annotation",
        Action.AUDIT_READ: "Viewed the audit log",
        Action.AUDIT_EXPORTED: "Downloaded the audit log",
        Action.CHANNEL_ADDED: "Added a channel for alerts",
        Action.CHANNEL_CHANGED: "Changed a channel for alerts",
        Action.CHANNEL_DELETED: "Deleted a channel for alerts",
        Action.CHANNEL_TESTED: "Sent a test alert",
        Action.DATA_EXPORTED: "Downloaded a person’s data",
        Action.DATA_KEYS_ROTATED: "Rotated the master key",
        Action.ADDRESSES_REINDEXED: "Rebuilt the index of email addresses",
        Action.ERROR_GROUP_CHANGED: "Decided about an error group",
        Action.ERASURE_BEGUN: "Asked to delete an account",
        Action.ERASURE_FINISHED: "Deleted an account’s data",
        Action.EXPERIMENT_CREATED: "Created an experiment",
        Action.EXPERIMENT_CHANGED: "Changed an experiment",
        Action.EXPERIMENT_STARTED: "Started an experiment",
        Action.EXPERIMENT_PAUSED: "Paused an experiment",
        Action.EXPERIMENT_RESUMED: "Resumed an experiment",
        Action.EXPERIMENT_REWEIGHTED: "Changed an experiment’s weights",
        Action.EXPERIMENT_STOPPED: "Stopped an experiment",
        Action.EXPERIMENT_SHIPPED: "Shipped a variant",
        Action.EXPERIMENT_ARCHIVED: "Archived an experiment",
        Action.FLAG_ADDED: "Added a flag",
        Action.FLAG_CHANGED: "Changed a flag",
        Action.FLAG_KILLED: "Turned off a flag by its kill switch",
        Action.FLAG_REVIVED: "Turned a flag back on",
        Action.FLAG_DELETED: "Deleted a flag",
        Action.HOLDOUT_ADDED: "Added a holdout",
        Action.HOLDOUT_CHANGED: "Changed a holdout",
        Action.HOLDOUT_DELETED: "Deleted a holdout",
        Action.GOAL_ADDED: "Added a goal",
        Action.GOAL_CHANGED: "Changed a goal",
        Action.GOAL_ENDED: "Ended a goal",
        Action.INCIDENT_BEGUN: "Began an incident on the status page",
        Action.INCIDENT_DELETED: "Deleted an incident on the status page",
        Action.INCIDENT_UPDATED: "Updated an incident on the status page",
        Action.JOB_RETRIED: "Retried a job",
        Action.JOBS_RETRIED: "Retried all jobs that gave up",
        Action.MONITORING_STARTED: "Started monitoring",
        Action.MONITORING_STOPPED: "Stopped monitoring",
        Action.ON_CALL_CHANGED: "Changed who is on call",
        Action.SILENCE_ADDED: "Added a silence",
        Action.SILENCE_ENDED: "Ended a silence",
        Action.KEY_CREATED: "Created an API key",
        Action.KEY_REVOKED: "Revoked an API key",
        Action.TOKEN_ISSUED: "Issued access tokens",
        Action.TOKEN_REUSED: "Reused an old refresh token",
        Action.TOKENS_ENDED: "Ended access tokens",
        Action.ACCOUNTS_READ: "Viewed accounts",
        Action.ACCOUNT_READ: "Viewed an account",
        Action.SIGN_UP_ASKED: "Signed up",
        Action.ACCOUNT_VERIFIED: "Confirmed an email address",
        Action.ACCOUNT_CREATED: "Created an account",
        Action.ACCOUNT_INVITED: "Invited someone",
        Action.INVITATION_ACCEPTED: "Accepted an invitation",
        Action.PASSWORD_RESET: "Reset a password",
        Action.PASSWORD_CHANGED: "Changed a password",
        Action.EMAIL_CHANGE_ASKED: "Asked to change an email address",
        Action.EMAIL_CHANGED: "Changed an email address",
        Action.ROLE_CHANGED: "Changed a role",
        Action.ACCOUNT_DISABLED: "Disabled an account",
        Action.ACCOUNT_ENABLED: "Enabled an account",
        Action.SIGN_INS_ENDED: "Signed an account out everywhere",
        Action.SHARE_MADE: "Shared a dashboard by a link",
        Action.SHARE_WITHDRAWN: "Withdrew a shared link",
        Action.SIGNED_IN: "Signed in",
        Action.SIGN_IN_REFUSED: "Failed to sign in",
        Action.PASSWORD_REFUSED: "Entered a wrong password",
        Action.CODE_REFUSED: "Entered a wrong code",
        Action.SIGN_IN_STOPPED: "Was stopped after too many wrong codes",
        Action.SECOND_FACTOR_ADDED: "Turned on the second factor",
        Action.SECOND_FACTOR_REMOVED: "Turned off the second factor",
        Action.RECOVERY_CODES_RENEWED: "Made new recovery codes",
        Action.RECOVERY_CODE_USED: "Used a recovery code",
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "cli": "Command line",
        "schedule": "Mingus, on schedule",
        "nobody": "Nobody signed in",
        "audit:log": "Audit log",
        "accounts:all": "All accounts",
        "accounts:one": "One account",
        "accounts:some": "Some accounts",
        "jobs:dead": "Jobs that gave up",
        "monitoring:all": "Monitoring",
        "on_call:rota": "The on-call rota",
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "account": "Account",
        "alert": "Alert",
        "annotation": "Annotation",
        "channel": "Channel",
        "experiment": "Experiment",
        "flag": "Flag",
        "goal": "Goal",
        "holdout": "Holdout",
        "incident": "Incident",
        "job": "Job",
        "key": "API key",
        "rule": "Alert rule",
        "share": "Shared link",
        "silence": "Silence",
    }
)
LONGEST_ID = 12  # of what tells one object from another at a glance


def name_in_words(name: str, emails: Mapping[str, str]) -> str:
    """An actor or an object: `account:7d8f…` by its address where it can be read, others by their kind."""
    kind, _, identifier = name.partition(":")
    if name in NAMES or name in emails:
        return NAMES.get(name) or emails[name]
    short = identifier if len(identifier) <= LONGEST_ID else f"{identifier[: LONGEST_ID - 4]}…"
    return f"{KINDS[kind]} {short}" if kind in KINDS and identifier else name


def detail_in_words(name: str, value: object) -> str:
    """`wrong_codes = 3` as "wrong codes: 3"; a flag that is set by its name alone."""
    words = name.removeprefix("by_").replace("_", " ")
    return words if value is True else f"{words}: {'no' if value is False else value}"

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What may be done and is remembered, as `noun.verb_past`."""

    AUDIT_READ = "audit.read"
    AUDIT_EXPORTED = "audit.exported"
    JOB_RETRIED = "job.retried"
    JOBS_RETRIED = "jobs.retried"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    TOKEN_ISSUED = "token.issued"  # noqa: S105
    TOKEN_REUSED = "token.reused"  # noqa: S105
    TOKENS_ENDED = "tokens.ended"
    ACCOUNTS_READ = "accounts.read"
    ACCOUNT_READ = "account.read"

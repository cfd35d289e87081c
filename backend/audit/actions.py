from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """The deeds that the audit log records, as `noun.verb_past`."""

    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_RULE_ADDED = "alert_rule.added"
    ALERT_RULE_CHANGED = "alert_rule.changed"
    ALERT_RULE_DELETED = "alert_rule.deleted"
    ALERT_RULE_RESET = "alert_rule.reset"
    ANNOTATION_DELETED = "annotation.deleted"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORTED = "audit.exported"
    DATA_EXPORTED = "data.exported"
    DATA_KEYS_ROTATED = "data_keys.rotated"
    ADDRESSES_REINDEXED = "addresses.reindexed"
    ERROR_GROUP_CHANGED = "error_group.changed"
    ERASURE_BEGUN = "erasure.begun"
    ERASURE_FINISHED = "erasure.finished"
    GOAL_ADDED = "goal.added"
    GOAL_CHANGED = "goal.changed"
    GOAL_ENDED = "goal.ended"
    JOB_RETRIED = "job.retried"
    JOBS_RETRIED = "jobs.retried"
    MONITORING_STARTED = "monitoring.started"
    MONITORING_STOPPED = "monitoring.stopped"
    ON_CALL_CHANGED = "on_call.changed"
    SILENCE_ADDED = "silence.added"
    SILENCE_ENDED = "silence.ended"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    TOKEN_ISSUED = "token.issued"  # noqa: S105
    TOKEN_REUSED = "token.reused"  # noqa: S105
    TOKENS_ENDED = "tokens.ended"
    ACCOUNTS_READ = "accounts.read"
    ACCOUNT_READ = "account.read"
    SIGN_UP_ASKED = "sign_up.asked"
    ACCOUNT_VERIFIED = "account.verified"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_INVITED = "account.invited"
    INVITATION_ACCEPTED = "invitation.accepted"
    PASSWORD_RESET = "password.reset"  # noqa: S105
    PASSWORD_CHANGED = "password.changed"  # noqa: S105
    EMAIL_CHANGE_ASKED = "email_change.asked"
    EMAIL_CHANGED = "email.changed"
    ROLE_CHANGED = "role.changed"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    SIGN_INS_ENDED = "sign_ins.ended"
    SHARE_MADE = "share.made"
    SHARE_WITHDRAWN = "share.withdrawn"
    SIGNED_IN = "sign_in.proven"
    SIGN_IN_REFUSED = "sign_in.refused"
    PASSWORD_REFUSED = "password.refused"  # noqa: S105
    CODE_REFUSED = "code.refused"
    SIGN_IN_STOPPED = "sign_in.stopped"
    SECOND_FACTOR_ADDED = "second_factor.added"
    SECOND_FACTOR_REMOVED = "second_factor.removed"
    RECOVERY_CODES_RENEWED = "recovery_codes.renewed"
    RECOVERY_CODE_USED = "recovery_code.used"

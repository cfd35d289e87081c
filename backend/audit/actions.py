from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What may be done and is remembered, as `noun.verb_past`."""

    AUDIT_READ = "audit.read"
    AUDIT_EXPORTED = "audit.exported"
    JOB_RETRIED = "job.retried"
    JOBS_RETRIED = "jobs.retried"

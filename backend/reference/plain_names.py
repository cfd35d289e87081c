"""Our own plain names of occupations and activities, which pages show; tables and the API keep the official titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.reference.tables import Activity, Occupation

PLAIN_NAMES = "plain_names.csv"


@dataclass(frozen=True, slots=True)
class JobName:
    """A job as people say it: "Registered nurse" above a page; "a nurse" and "nurses" in its sentences.

    `does` is one line on what the job is, which tells it from its neighbors; empty where we wrote none.
    """

    name: str
    one: str
    many: str
    does: str


@dataclass(frozen=True, slots=True)
class ActivityName:
    """An activity as people say it, and the everyday topic that it belongs to."""

    name: str
    topic: str


@dataclass(frozen=True, slots=True)
class PlainNames:
    """Names by occupation code and by activity id; what a new vintage adds goes by its official title at first."""

    jobs: Mapping[str, JobName]
    activities: Mapping[str, ActivityName]

    def job(self, occupation: Occupation) -> JobName:
        title = occupation.title
        return self.jobs.get(occupation.code) or JobName(title, f"the job “{title}”", f"people in “{title}”", "")

    def activity(self, activity: Activity) -> ActivityName:
        return self.activities.get(activity.id) or ActivityName(activity.title, "further")

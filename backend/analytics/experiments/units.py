"""Who is asked about: the ids that a unit may have, and what is known of the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.analytics.events.event import UNKNOWN, Sender
from backend.analytics.experiments.definition import ExperimentUnit


@dataclass(frozen=True, slots=True)
class UnitIds:
    """The ids of whoever sees a page, as far as they may be known.

    `user`: the public id of an account, by consent; `visitor`: the lasting id of a browser, by consent; `session`: the
    id that the request's events get. `session_key` is the column in which later events carry that last one.
    """

    user: str | None = None
    visitor: str | None = None
    session: str | None = None
    session_key: str = "visitor_id"

    def of(self, unit: ExperimentUnit) -> str | None:
        return {
            ExperimentUnit.USER: self.user,
            ExperimentUnit.VISITOR: self.visitor,
            ExperimentUnit.SESSION: self.session,
        }[unit] or None

    def key(self, unit: ExperimentUnit) -> str:
        """The column of events that carries the id."""
        return {
            ExperimentUnit.USER: "user_id",
            ExperimentUnit.VISITOR: "visitor_id",
            ExperimentUnit.SESSION: self.session_key,
        }[unit]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever sees a page. `is_shown`: that they see it now, not a prefetch or a peek, so that an exposure counts.

    `forced`: variants by test id, from signed links.
    """

    ids: UnitIds
    sender: Sender = UNKNOWN
    is_tracked: bool = True
    is_shown: bool = True
    forced: Mapping[str, str] = field(default_factory=dict)

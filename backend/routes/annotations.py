"""Who may delete which annotation, by the API and on the pages."""

from __future__ import annotations

from uuid import UUID

from backend.accounts.permissions import Role, Scope
from backend.analytics.annotations.service import Annotations
from backend.plugins import get
from backend.routes.access import caller_name, demand, me


def delete_annotation(public_id: UUID) -> None:
    if demand(Scope.DASHBOARDS_READ).role is Role.ADMIN:
        get(Annotations).delete_anybodys(caller_name(), me(), public_id)
    else:
        get(Annotations).delete(me(), public_id)

from __future__ import annotations

from backend.accounts.people.directory import Directory
from backend.accounts.people.passwords import Passwords
from backend.accounts.permissions import Scope
from backend.analytics.annotations.personal_data import annotation_data
from backend.analytics.annotations.service import Annotations
from backend.analytics.annotations.store import AnnotationStore
from backend.analytics.shares.personal_data import share_data
from backend.analytics.shares.service import Shares
from backend.analytics.shares.store import ShareStore
from backend.analytics.views.personal_data import view_data
from backend.analytics.views.service import SavedViews
from backend.analytics.views.store import ViewStore
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import Registry, get
from backend.vault.service import Vault
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """Saved views, annotations and shared links, which people add to the dashboards."""

    def saved_views() -> SavedViews:
        session = get_db_session()
        return SavedViews(ViewStore(session), session, utc_now)

    def annotations() -> Annotations:
        session = get_db_session()
        return Annotations(AnnotationStore(session), session, get(AuditLog), utc_now)

    def reads_dashboards(account_id: int) -> bool:
        return get(Directory).holds(account_id, Scope.DASHBOARDS_READ)

    def shares() -> Shares:
        session = get_db_session()
        vault, passwords, audit, zone = get(Vault), get(Passwords), get(AuditLog), settings.BUSINESS_TIME_ZONE
        return Shares(ShareStore(session), session, vault, passwords, reads_dashboards, audit, utc_now, zone)

    classes = registry.build(DataClasses)
    classes.add(share_data(get_db_session))
    registry.add_service(Shares, shares)
    classes.add(view_data(get_db_session))
    classes.add(annotation_data(get_db_session))
    registry.add_service(SavedViews, saved_views)
    registry.add_service(Annotations, annotations)

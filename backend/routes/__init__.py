"""The site's table of contents."""

from __future__ import annotations

from flask import Blueprint
from flask_openapi3 import APIBlueprint

from backend.routes import (
    account,
    admin,
    analytics_pages,
    api_docs,
    assessment,
    audit,
    auth,
    calculator,
    funnel_pages,
    health,
    jobs,
    keys,
    live,
    methodology,
    privacy,
    reset,
    sign_in,
    sign_up,
    views,
)
from backend.routes.analytics_routes import analytics_bp
from backend.routes.api.annotations import pages as annotation_pages

API_BLUEPRINTS: tuple[APIBlueprint, ...] = (calculator.bp, analytics_bp, auth.bp, health.bp)
PAGE_BLUEPRINTS: tuple[Blueprint, ...] = (
    assessment.bp,
    methodology.bp,
    api_docs.bp,
    analytics_pages.bp,
    funnel_pages.bp,
    live.pages,
    views.pages,
    annotation_pages,
    account.bp,
    audit.bp,
    jobs.bp,
    sign_in.bp,
    sign_up.bp,
    reset.bp,
    admin.bp,
    privacy.bp,
    keys.bp,
)

"""The site's table of contents."""

from __future__ import annotations

from flask import Blueprint
from flask_openapi3 import APIBlueprint

from backend.routes.analytics_routes import analytics_bp
from backend.routes.api import auth, flag_documents, health, prometheus
from backend.routes.api import job_impact as job_impact_api
from backend.routes.pages import (
    account,
    admin,
    api_docs,
    audit,
    board_editor,
    boards,
    dashboards,
    demo,
    filter_values,
    first_look,
    funnel,
    funnel_sessions,
    goals,
    job_impact,
    jobs,
    keys,
    letters,
    live,
    methodology,
    occupation_cards,
    occupation_pages,
    ops,
    ops_alerts,
    ops_channels,
    ops_errors,
    ops_on_call,
    ops_rules,
    preferences,
    privacy,
    reset,
    result,
    result_files,
    shared_pages,
    shares,
    sign_in,
    sign_up,
    tables,
    views,
)
from backend.routes.pages.annotations import bp as annotations_bp

API_BLUEPRINTS: tuple[APIBlueprint, ...] = (
    job_impact_api.bp,
    analytics_bp,
    auth.bp,
    flag_documents.bp,
    health.bp,
    prometheus.bp,
)
PAGE_BLUEPRINTS: tuple[Blueprint, ...] = (
    job_impact.bp,
    result.bp,
    result_files.bp,
    occupation_pages.bp,
    occupation_cards.bp,
    methodology.bp,
    api_docs.bp,
    dashboards.bp,
    tables.bp,
    filter_values.bp,
    demo.bp,
    funnel.bp,
    funnel_sessions.bp,
    live.bp,
    views.bp,
    shares.bp,
    shared_pages.bp,
    boards.bp,
    board_editor.bp,
    goals.bp,
    annotations_bp,
    account.bp,
    preferences.bp,
    audit.bp,
    jobs.bp,
    ops.bp,
    ops_alerts.bp,
    ops_channels.bp,
    ops_errors.bp,
    ops_on_call.bp,
    ops_rules.bp,
    sign_in.bp,
    sign_up.bp,
    reset.bp,
    admin.bp,
    privacy.bp,
    keys.bp,
)
# Pages of a server that nobody but the person at its machine reaches: others have no such addresses.
LOCAL_BLUEPRINTS: tuple[Blueprint, ...] = (first_look.bp, letters.bp)

"""The Mingus web application."""

from __future__ import annotations

import secrets

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, errors, headers, limits, logs, measuring, navigation, pages, site, tokens, tracing, wiring
from app.openapi import Mingus
from backend import database
from backend.extensions import cache, compress, csrf, db
from backend.routes import API_BLUEPRINTS, LOCAL_BLUEPRINTS, PAGE_BLUEPRINTS, access, experiments
from config.settings import Settings
from config.values import origins_of

ALWAYS: dict[str, object] = {
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_PATH": "/",
    "WTF_CSRF_TIME_LIMIT": None,
    "WTF_CSRF_CHECK_DEFAULT": False,
    "WTF_CSRF_SSL_STRICT": False,
    "MAX_CONTENT_LENGTH": 64 * 1024,
    "COMPRESS_MIMETYPES": ["text/css", "text/javascript", "image/svg+xml", "application/json"],
    "HEALTH_SECONDS": 0.8,  # an answer within a second, with its way to whoever probes
}


def create_app(settings: Settings) -> Flask:
    """Build the app. Starts nothing: no thread, no query, no network."""
    logs.configure(settings.LOG_LEVEL, settings.log_format)
    app = Mingus(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config.from_mapping(flask_config(settings))
    pages.init_app(app)
    navigation.init_app(app)
    if settings.TRUSTED_PROXIES:
        hops = settings.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for extension in (db, cache, compress):
        extension.init_app(app)
    database.init_app(app)
    tokens.init_app(app, settings)
    wiring.init_app(app, settings)
    measuring.init_app(app, settings)
    tracing.init_app(app, settings)
    headers.init_app(app)
    limits.init_app(app, settings)
    access.init_app(app)
    experiments.init_app(app)
    csrf.init_app(app)
    errors.init_app(app)
    cli.init_app(app)
    for blueprint in API_BLUEPRINTS:
        app.register_api(blueprint)
    local = LOCAL_BLUEPRINTS if settings.only_local else ()
    for page in (*PAGE_BLUEPRINTS, *local, site.bp, navigation.bp):
        app.register_blueprint(page)
    return app


def flask_config(settings: Settings) -> dict[str, object]:
    """What Flask and its extensions are told."""
    return ALWAYS | {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "DATABASE_OWNER_URL": settings.DATABASE_OWNER_URL.get_secret_value(),
        "SQLALCHEMY_ENGINE_OPTIONS": database.engine_options(settings),
        "RELEASE": settings.release,
        "PRODUCTION": settings.production,
        "FIRST_LOOK": secrets.token_urlsafe(32) if settings.only_local else "",
        "PUBLIC_URL": settings.public_url,
        "TRUSTED_HOSTS": settings.public_hosts,
        "SESSION_COOKIE_NAME": "__Host-mingus" if settings.production else "mingus",
        "SESSION_COOKIE_SECURE": settings.production,
        "CACHE_TYPE": "RedisCache" if settings.redis_url else "SimpleCache",
        "CACHE_REDIS_URL": settings.redis_url or None,
        "CACHE_OPTIONS": limits.REDIS_PATIENCE if settings.redis_url else {},
        "STATSD_HOST": settings.STATSD_HOST,
        "STATSD_PORT": settings.STATSD_PORT,
        "STATSD_PROTOCOL": settings.STATSD_PROTOCOL,
        "HOST_ID": settings.host_id,
        "BUSINESS_TIME_ZONE": settings.BUSINESS_TIME_ZONE,
        "EMBED_ORIGINS": origins_of(settings.EMBED_ORIGINS),
        "OUTBOX": "" if settings.production or settings.SMTP_HOST else str(settings.INSTANCE_DIR / "outbox"),
        "OPENS_LETTERS": settings.opens_letters,
        "TRUSTED_PROXIES": settings.TRUSTED_PROXIES,
        "ADMIN_NETWORKS": settings.admin_networks,
        "METRICS_NETWORKS": settings.metrics_networks,
        "FORWARDS_TO_GA4": bool(settings.GA4_MEASUREMENT_ID),
        "RECOGNISE_VISITORS": settings.RECOGNISE_VISITORS,
        "ANSWERS_RETENTION_DAYS": settings.ANSWERS_RETENTION_DAYS,
    }

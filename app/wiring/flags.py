from __future__ import annotations

import hmac

from backend.analytics.experiments.configuration import Configuration
from backend.analytics.experiments.publishing import FlagPublisher
from backend.clock import utc_now
from backend.plugins import Registry
from config.settings import Settings

SALT_LENGTH = 16


def fit_out(registry: Registry, settings: Settings) -> None:
    """The flags that everybody may read. The salt changes with SECRET_KEY alone, and is published with them."""
    salt = hmac.digest(settings.secret_key.encode(), b"flags", "sha256").hex()[:SALT_LENGTH]
    registry.add_shared(FlagPublisher, lambda: FlagPublisher(registry.build(Configuration).current, utc_now, salt))

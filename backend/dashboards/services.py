"""The services that answer what pages ask."""

from __future__ import annotations

from typing import NamedTuple

from backend.analytics.metrics.attribution.service import AttributionService
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.live.feed import LiveFeed


class Services(NamedTuple):
    """Handed to a page, which looks nothing up itself."""

    catalogue: CatalogueService
    funnel: FunnelService
    attribution: AttributionService
    live: LiveFeed

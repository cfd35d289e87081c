"""The funnel in the menu: its question, form and page are in `dashboards/funnel`."""

from __future__ import annotations

from dataclasses import fields
from typing import ClassVar

from backend.analytics.metrics.funnel.asked import AskedFunnel
from backend.dashboards.page import Page
from backend.dashboards.question import Address, Own


class Funnel(Page):
    """Where visitors leave. Its parameters are parsed by `FunnelQuestion`."""

    name: ClassVar = "funnel"
    title: ClassVar = "Funnel"
    own: ClassVar[Own] = {parameter.name: () for parameter in fields(AskedFunnel)}
    sample: ClassVar[Address] = {"breakdown": "source"}


FUNNEL = Funnel()

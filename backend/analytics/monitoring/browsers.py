"""What browsers measured of our pages, taken from the events that they send anyway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from backend.analytics.events.event import Sender, StepCompleted
from backend.analytics.events.names import EventName
from backend.analytics.events.senders.devices import Device
from backend.analytics.monitoring.readings import Family, Readings

VITALS = "web_vitals"

# A page by its `data-view`; whatever else an event names is one page, so that nobody can make up names.
PAGES: Mapping[object, str] = MappingProxyType(
    {
        "home": "/",
        "result": "/result/<token>",
        "job": "/jobs/<slug>",
        "jobs": "/jobs",
        "jobs-group": "/jobs/groups/<group>",
    }
)
OTHER_PAGE = "other"
CALCULATOR = frozenset({"home", "result"})
DEVICES: Mapping[str | None, str] = MappingProxyType(
    {Device.DESKTOP: "desktop", Device.MOBILE: "phone", Device.TABLET: "tablet"}
)
OTHER_DEVICE = "other"
MILLISECOND = 0.001
LONGEST_SECONDS, LARGEST_SHIFT, LONGEST_STEP_SECONDS, LAST_STEP = 300.0, 10.0, 3600.0, 20
# Each vital with its unit in seconds and the largest value that can be true.
UNITS = dict.fromkeys(("LCP", "INP", "FCP", "TTFB"), (MILLISECOND, LONGEST_SECONDS)) | {"CLS": (1.0, LARGEST_SHIFT)}


class BrowserReadings:
    """Records what events of people say of pages and steps; when a page of the calculator shows, it has loaded."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def take(self, events: Iterable[tuple[str, str]], sender: Sender) -> None:
        """Names and `event_data` of new events of one sender."""
        if sender.is_bot:
            return
        device = DEVICES.get(sender.device, OTHER_DEVICE)
        for name, data in events:
            if name == VITALS:
                self._take_vitals(msgspec.json.decode(data), device)
            elif name == EventName.STEP_COMPLETED:
                self._take_step(msgspec.json.decode(data, type=StepCompleted), device)

    def _take_vitals(self, data: Mapping[str, Any], device: str) -> None:
        page = data.get("page")
        page = page if isinstance(page, str) else None
        for vital, (unit, largest) in UNITS.items():
            value = _number(data.get(vital.lower()), unit, largest)
            if value is None:
                continue
            self._readings.record(Family.VITAL, f"{vital} {PAGES.get(page, OTHER_PAGE)} {device}", value)
            if vital == "LCP" and page in CALCULATOR:
                self._readings.record(Family.CALCULATOR_LOAD, PAGES[page], value)

    def _take_step(self, step: StepCompleted, device: str) -> None:
        if step.seconds is not None and step.seconds <= LONGEST_STEP_SECONDS and step.step <= LAST_STEP:
            self._readings.record(Family.STEP, f"{step.step} {device}", float(step.seconds))


def _number(value: object, unit: float, largest: float) -> float | None:
    """The value in its unit; None if it is none, or cannot be true."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value * unit if 0 <= value * unit <= largest else None

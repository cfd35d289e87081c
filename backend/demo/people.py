"""The invented proportions of demo visitors: channels, offers, devices, places, times and steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.analytics.events.senders.devices import Device


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel to the calculator. `share` of all sessions; `keen` and `pays`: factors on going on and on buying."""

    source: str
    medium: str | None
    campaign: str | None
    referrer: str | None
    share: float
    keen: float
    pays: float


@dataclass(frozen=True, slots=True)
class Offer:
    name: str
    price_cents: int
    share: float


DIRECT = Channel("direct", None, None, None, 18, 1.02, 1.2)
CHANNELS = (
    Channel("google", "organic", None, "www.google.com", 27, 1.0, 1.0),
    Channel("google", "cpc", "job-impact-search", "www.google.com", 15, 0.98, 1.25),
    DIRECT,
    Channel("linkedin", "social", "is-my-job-next", "www.linkedin.com", 12, 1.03, 1.5),
    Channel("newsletter", "email", "weekly-digest", None, 9, 1.08, 2.1),
    Channel("facebook", "paid-social", "career-check", "www.facebook.com", 9, 0.86, 0.35),
    Channel("reddit.com", "referral", None, "www.reddit.com", 6, 0.95, 0.5),
    Channel("bing", "organic", None, "www.bing.com", 4, 1.0, 0.9),
)
SPIKE = Channel("partner", "referral", "ai-jobs-report", "careers.example", 0, 0.97, 0.8)
SPIKE_AT, SPIKE_DAYS = (
    0.62,
    (2.6, 1.9, 1.1, 0.6, 0.3),
)  # the share of the period before it begins; its sessions by day, relative to a usual day

DEVICES: Mapping[Device, float] = {Device.MOBILE: 50, Device.DESKTOP: 45, Device.TABLET: 5}
# The browser and the system that come with a device.
BROWSERS: Mapping[Device, Mapping[tuple[str, str], float]] = {
    Device.MOBILE: {
        ("Safari", "iOS"): 52, ("Chrome", "Android"): 36,
        ("Samsung Internet", "Android"): 6, ("Chrome", "iOS"): 6,
    },
    Device.DESKTOP: {
        ("Chrome", "Windows"): 46, ("Chrome", "macOS"): 14, ("Safari", "macOS"): 15, ("Edge", "Windows"): 14,
        ("Firefox", "Windows"): 6, ("Firefox", "Linux"): 3, ("Chrome", "ChromeOS"): 2,
    },
    Device.TABLET: {("Safari", "iOS"): 78, ("Chrome", "Android"): 22},
}  # fmt: skip
ENTRY_PAGES: Mapping[str, float] = {
    "/": 55, "/ai-job-impact-calculator": 14, "/jobs/registered-nurses": 6, "/jobs/accountants-and-auditors": 4,
    "/jobs/software-developers": 5, "/jobs": 5, "/jobs/paralegals-and-legal-assistants": 3,
    "/methodology": 3, "/result": 5,
}  # fmt: skip
WEEK_BY_DEVICE: Mapping[Device, float] = {Device.MOBILE: 0.9, Device.DESKTOP: 1.06, Device.TABLET: 1.0}  # the long step
OFFERS = (Offer("membership-monthly", 2_900, 68), Offer("membership-yearly", 9_900, 32))

COUNTRIES: Mapping[str, float] = {
    "US": 84,
    "CA": 5,
    "GB": 4,
    "IN": 2.5,
    "AU": 1.5,
    "DE": 1,
    "PH": 1,
    "BR": 0.6,
    "NG": 0.4,
}
PROVINCES: Mapping[str, float] = {"CA-ON": 39, "CA-QC": 22, "CA-BC": 14, "CA-AB": 12, "CA-MB": 4, "CA-NS": 3}
# Residents in millions, 2020 census (public domain).
STATES: Mapping[str, float] = {
    "CA": 39.5, "TX": 29.1, "FL": 21.5, "NY": 20.2, "PA": 13.0, "IL": 12.8, "OH": 11.8, "GA": 10.7, "NC": 10.4,
    "MI": 10.1, "NJ": 9.3, "VA": 8.6, "WA": 7.7, "AZ": 7.2, "MA": 7.0, "TN": 6.9, "IN": 6.8, "MD": 6.2, "MO": 6.2,
    "WI": 5.9, "CO": 5.8, "MN": 5.7, "SC": 5.1, "AL": 5.0, "LA": 4.7, "KY": 4.5, "OR": 4.2, "OK": 4.0, "CT": 3.6,
    "UT": 3.3, "IA": 3.2, "NV": 3.1, "AR": 3.0, "MS": 3.0, "KS": 2.9, "NM": 2.1, "NE": 2.0, "ID": 1.8, "WV": 1.8,
    "NH": 1.4, "ME": 1.4, "RI": 1.1, "MT": 1.1, "DE": 1.0, "SD": 0.9, "ND": 0.8, "AK": 0.7, "DC": 0.7, "VT": 0.6,
    "WY": 0.6, "HI": 1.5,
}  # fmt: skip
EXPERIENCE: Mapping[str, float] = {
    "0-2 years": 16,
    "3-5 years": 24,
    "6-10 years": 27,
    "11-20 years": 22,
    "21 years or more": 11,
}

# By hour of the local day, and by day of the week from Monday on.
HOURS = (
    2,
    1.2,
    0.8,
    0.6,
    0.7,
    1.3,
    2.6,
    4.4,
    6.4,
    7.6,
    7.9,
    7.5,
    8.1,
    7.4,
    6.8,
    6.2,
    5.7,
    5.2,
    5.0,
    5.6,
    6.3,
    6.0,
    4.8,
    3.2,
)
WEEKDAYS = (1.05, 1.1, 1.08, 1.0, 0.86, 0.58, 0.66)
GROWTH = 0.9  # of sessions from the first day to the last, as a share of the first
ZONE = "America/New_York"

# The share of visitors at a step who take the next one, and after how many seconds (median): the job, the result, the
# offer, a plan. Then the share of results that are refined by each further question, and the seconds that takes.
GOES_ON = (0.55, 0.97, 0.56, 0.075)
SECONDS = (24.0, 2.0, 38.0, 31.0)
REFINES: Mapping[int, tuple[float, float]] = {2: (0.38, 17.0), 3: (0.24, 21.0), 4: (0.16, 96.0)}
SPREAD, LONGEST = 0.62, 900.0
PAYS_BY_LEVEL: Mapping[str | None, float] = {"low": 0.55, "medium": 1.0, "high": 1.6, None: 0.6}
RETURNS, ROBOTS = 0.24, 0.025  # of all sessions

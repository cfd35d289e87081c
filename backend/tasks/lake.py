from __future__ import annotations

from backend.analytics.lake.landing import LandingRetention
from backend.analytics.lake.sync import LakeSync
from backend.analytics.lake.upkeep import LakeUpkeep
from backend.plugins import get


def sync() -> None:
    get(LakeSync).run()


def compact() -> None:
    get(LakeUpkeep).compact()


def vacuum() -> None:
    get(LakeUpkeep).vacuum()


def forget_old_days() -> None:
    get(LakeUpkeep).forget_old_days()


def drop_landed() -> None:
    get(LandingRetention).drop()

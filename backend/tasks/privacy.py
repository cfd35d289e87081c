from __future__ import annotations

from backend.accounts.privacy.erasure import Erasures
from backend.accounts.privacy.retention import Retention
from backend.plugins import get


def resume_erasures() -> None:
    get(Erasures).resume()


def prune() -> None:
    get(Retention).prune()

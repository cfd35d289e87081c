"""The checks of a design before it starts, from what stands in its form."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from backend.analytics.experiments.definition import ExperimentStatus
from backend.analytics.experiments.readiness import TrafficFacts, start_concerns
from backend.analytics.experiments.service import ACTIVE, ExperimentService
from backend.analytics.experiments.unit_measures import UNIT_MEASURES
from backend.clock import utc_now
from backend.dashboards.experiments.power import WHOLE, ShownPower, power_of
from backend.plugins import get
from backend.routes.schemas.experiment_forms import readable, today_of_form


def checked(form: MultiDict[str, str], zone: str) -> ShownPower:
    """What the design takes, and everything that would make it worthless."""
    config = readable(form, zone)
    if isinstance(config, tuple):
        return ShownPower("Some answers can’t be read yet.", config)
    if config.primary not in UNIT_MEASURES or len(config.variants) < 2:
        return ShownPower(WHOLE, ("Name at least two versions, and choose the measure.",))
    today = today_of_form(form, config)
    experiments = get(ExperimentService).all()
    active = [each for each in experiments if each.status in ACTIVE]
    served = [each for each in experiments if each.status is ExperimentStatus.STOPPED and each.shipped_share > 0]
    plan = power_of(config, today)
    facts = TrafficFacts(None if plan.is_enough is False else today.units_per_day, plan.planned)
    return power_of(config, today, start_concerns(config, active, served, utc_now(), facts))

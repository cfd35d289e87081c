"""Experiments put into the tables as they would stand after their start."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from backend.analytics.experiments.config_json import config_json
from backend.analytics.experiments.definition import (
    ExperimentConfig,
    ExperimentStatus,
    ExperimentUnit,
    TestType,
    Variant,
)
from backend.analytics.experiments.models import AbTest, AbWeightPeriod, ExperimentsVersion
from backend.jobs.store import inserting

STARTED = datetime(2026, 11, 2, 9, tzinfo=UTC)
HALVES = (Variant("a", "A", 0.5, {"text": "A"}), Variant("b", "B", 0.5, {"text": "B"}))


def config(unit=ExperimentUnit.SESSION, *, variants=HALVES, seed="seed", **fields):
    values = {"name": "Price", "type": TestType.CUSTOM, "hypothesis": "B sells more.", "primary": "conversion_rate"}
    return ExperimentConfig(**values | fields, unit=unit, variants=variants, seed=seed)


def run(session, test_id="price", status=ExperimentStatus.RUNNING, *, shipped=None, shipped_share=0.0, **fields):
    """Store an experiment; the configuration's version grows with it."""
    designed = config(**fields)
    common = {"phase": 1, "created_at": STARTED, "updated_at": STARTED, "started_at": STARTED}
    session.add(
        AbTest(
            test_id=test_id, test_name=designed.name, test_type=designed.type.value, status=status.value,
            config=config_json(designed), shipped=shipped, shipped_share=shipped_share,
            shipped_at=STARTED if shipped else None, **common,
        )
    )  # fmt: skip
    session.flush()
    weights = {variant.key: variant.weight for variant in designed.variants}
    reweigh(session, test_id, weights, designed.traffic)
    return test_id


def reweigh(session, test_id, weights, traffic=1.0):
    """A further period of weights."""
    version = session.scalar(sa.select(sa.func.count()).select_from(AbWeightPeriod).filter_by(test_id=test_id)) + 1
    session.add(
        AbWeightPeriod(test_id=test_id, phase=1, version=version, weights=weights, traffic=traffic, starts_at=STARTED)
    )
    bump(session)


def set_status(session, test_id, status):
    session.execute(sa.update(AbTest).where(AbTest.test_id == test_id).values(status=status.value))
    bump(session)


def bump(session):
    statement = inserting(session, ExperimentsVersion).values(id=1, version=1, changed_at=STARTED)
    grown = {"version": ExperimentsVersion.version + 1}
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=grown))
    session.commit()

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model

LONGEST_TEST_ID = 40
LONGEST_SUBJECT = 70  # of an assignment: a test, or `holdout:` or `forced:` with what it is of
LONGEST_UNIT_ID = 100
LONGEST_VARIANT = 40
LONGEST_FLAG = 100


class AbTest(Model):
    """An experiment. `config` is what was designed; the columns beside it are what became of it."""

    __tablename__ = "ab_tests"

    test_id: Mapped[str] = mapped_column(String(LONGEST_TEST_ID), primary_key=True)
    test_name: Mapped[str] = mapped_column(String(120))
    test_type: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), index=True)
    config: Mapped[dict[str, Any]]
    phase: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    shipped: Mapped[str | None] = mapped_column(String(LONGEST_VARIANT))
    shipped_share: Mapped[float] = mapped_column(default=0.0)
    shipped_at: Mapped[datetime | None]
    follows: Mapped[str | None] = mapped_column(String(LONGEST_TEST_ID))
    verdict: Mapped[dict[str, Any] | None]  # taken at the first look that met it, with the data it was taken on


class AbWeightPeriod(Model):
    """Weights and traffic of a phase from an instant on."""

    __tablename__ = "ab_weight_periods"

    test_id: Mapped[str] = mapped_column(ForeignKey("ab_tests.test_id", ondelete="CASCADE"), primary_key=True)
    phase: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    weights: Mapped[dict[str, Any]]
    traffic: Mapped[float]
    starts_at: Mapped[datetime]


class AbAssignment(Model):
    """What a unit was shown: one row for each experiment, phase, and unit, written with its exposure event.

    `variant` is what was shown last; `before`, where that ever changed, what the unit has by itself: a visitor who
    signs in is shown what the account has, and the visitor's own again after signing out. Holdouts and forced variants
    have rows too, under `holdout:` and the name, `forced:` and the test.
    """

    __tablename__ = "ab_assignments"
    __table_args__ = (
        UniqueConstraint("test_id", "phase", "unit", "unit_id"),
        Index("ix_ab_assignments_unit_unit_id", "unit", "unit_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    test_id: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    phase: Mapped[int]
    unit: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[str] = mapped_column(String(LONGEST_UNIT_ID))
    variant: Mapped[str] = mapped_column(String(LONGEST_VARIANT))
    before: Mapped[str | None] = mapped_column(String(LONGEST_VARIANT))
    propensity: Mapped[float]
    weights_version: Mapped[int]
    exposed_at: Mapped[datetime]


class AbHistory(Model):
    """What was done to an experiment, a flag, or a holdout: who, when, and why. Nothing is changed without a row."""

    __tablename__ = "ab_history"
    __table_args__ = (Index("ix_ab_history_subject_id", "subject", "id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(110))  # test:<test_id>, flag:<key>, holdout:<name>
    deed: Mapped[str] = mapped_column(String(30))
    who: Mapped[str] = mapped_column(String(60))  # account:<public id>, key:<id>, system
    why: Mapped[str] = mapped_column(String(400))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]


class FeatureFlag(Model):
    """A flag: its value by rules in order, else by default. `is_killed` beats everything else, at once."""

    __tablename__ = "feature_flags"

    key: Mapped[str] = mapped_column(String(LONGEST_FLAG), primary_key=True)
    description: Mapped[str] = mapped_column(String(400))
    definition: Mapped[dict[str, Any]]  # defaultValue, rules: as the evaluator reads them
    is_public: Mapped[bool]  # whether browsers are told its rules
    is_killed: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Holdout(Model):
    """A share of all units that no experiment of a list is shown to, so that their sum can be told."""

    __tablename__ = "ab_holdouts"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    share: Mapped[float]
    test_ids: Mapped[dict[str, Any]]  # {"tests": [...]}
    created_at: Mapped[datetime]


class ExperimentsVersion(Model):
    """One row, whose number grows with every change that assignment has to know: processes look at it each second."""

    __tablename__ = "ab_config_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger())
    changed_at: Mapped[datetime]

"""The public source files, and one fresh import of them for the whole run."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers
from backend.reference.importing import import_reference
from backend.reference.loading import load_reference

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def imported(shared_data, tmp_path_factory):
    """A fresh import: (folder, report)."""
    folder = tmp_path_factory.mktemp("reference") / "data"
    return folder, import_reference(shared_data, folder)


@pytest.fixture(scope="session")
def shipped():
    return load_reference()


@pytest.fixture(scope="session")
def shipped_assessments(shipped):
    """The typical result of every occupation."""
    calculator = JobImpactCalculator(shipped)
    return tuple(calculator.assess(Answers(code)) for code in shipped.occupations)

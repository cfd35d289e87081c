"""A measure says on how many it rests."""

from __future__ import annotations

from dataclasses import fields

import pytest

from backend.analytics.metrics.catalogue.measures import COUNTED, MEASURES, Measure, Unit


def test_a_measure_cannot_be_defined_without_what_it_rests_on():
    defined = {field.name: getattr(COUNTED["revenue"], field.name) for field in fields(Measure)}
    assert Measure(**defined) == COUNTED["revenue"]
    del defined["rests_on"]

    with pytest.raises(TypeError, match="rests_on"):
        Measure(**defined)


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_rests_on_a_count_of_the_same_relation(name):
    measure = MEASURES[name]
    denominator = MEASURES[measure.rests_on]

    assert denominator.unit is Unit.COUNT
    assert denominator.source is measure.source
    assert denominator.rests_on == denominator.name


@pytest.mark.parametrize("name", [name for name, measure in MEASURES.items() if measure.unit is Unit.COUNT])
def test_a_count_rests_on_itself(name):
    assert MEASURES[name].rests_on == name

"""Days with names merged into the groups that objectives and charts ask again and again: few series, read fast.

Days keep the groups of their time: what is added to or changed in `route_groups` holds from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from backend.analytics.monitoring import route_groups
from backend.analytics.monitoring.name_filter import ANY, NameFilter
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.series import SeriesSet

MARK = "\x02"  # no name that was recorded has it
PROCESSOR = NameFilter(names=("cpu_percent",))
LARGEST_PAINT = NameFilter(prefixes=("LCP ",))
BY_FAMILY: Mapping[Family, Mapping[NameFilter, str]] = MappingProxyType(
    {
        Family.REQUEST: {ANY: MARK, **{names: MARK + group for group, names in route_groups.GROUPS.items()}},
        Family.HOST: {PROCESSOR: MARK + "cpu_percent"},
        Family.VITAL: {LARGEST_PAINT: MARK + "LCP"},
    }
)
WHOLE: Mapping[NameFilter, str] = MappingProxyType({ANY: MARK})


def groups_of(family: str) -> Mapping[NameFilter, str]:
    """What is kept of a family, by what is asked; the values stand for names."""
    return BY_FAMILY.get(Family(family), WHOLE)


def overview_of(series: SeriesSet) -> SeriesSet:
    """The series of each group, one for each outcome. A series may belong to several."""
    places, labels = [], []
    for place, (family, name, outcome) in enumerate(series.labels):
        for names, group in groups_of(family).items():
            if names.includes(name):
                places.append(place)
                labels.append((family, group, outcome))
    parts = [SeriesSet(tuple(labels), series.columns.taken(np.array(places, np.int64)))]
    return parts[0].renamed(labels)

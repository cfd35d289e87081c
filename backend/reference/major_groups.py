"""The major groups of the 2018 Standard Occupational Classification, under plain names of our own.

The Employment Matrix has no military occupations, so group 55 is not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.reference.slugs import slug_of


@dataclass(frozen=True, slots=True)
class MajorGroup:
    """`code`: the first two digits of its occupations. `title`: as the SOC has it, without "Occupations"."""

    code: str
    name: str
    title: str

    @property
    def slug(self) -> str:
        return slug_of(self.name)

    def holds(self, code: str) -> bool:
        return code.startswith(f"{self.code}-")


MAJOR_GROUPS = (
    MajorGroup("11", "Management", "Management"),
    MajorGroup("13", "Business and finance", "Business and Financial Operations"),
    MajorGroup("15", "Computers and math", "Computer and Mathematical"),
    MajorGroup("17", "Architecture and engineering", "Architecture and Engineering"),
    MajorGroup("19", "Science", "Life, Physical, and Social Science"),
    MajorGroup("21", "Social services", "Community and Social Service"),
    MajorGroup("23", "Law", "Legal"),
    MajorGroup("25", "Teaching and libraries", "Educational Instruction and Library"),
    MajorGroup("27", "Arts, media, and sports", "Arts, Design, Entertainment, Sports, and Media"),
    MajorGroup("29", "Healthcare practice", "Healthcare Practitioners and Technical"),
    MajorGroup("31", "Healthcare support", "Healthcare Support"),
    MajorGroup("33", "Police, fire, and security", "Protective Service"),
    MajorGroup("35", "Cooking and serving food", "Food Preparation and Serving Related"),
    MajorGroup("37", "Cleaning and grounds", "Building and Grounds Cleaning and Maintenance"),
    MajorGroup("39", "Personal care", "Personal Care and Service"),
    MajorGroup("41", "Sales", "Sales and Related"),
    MajorGroup("43", "Office work", "Office and Administrative Support"),
    MajorGroup("45", "Farming, fishing, and forestry", "Farming, Fishing, and Forestry"),
    MajorGroup("47", "Construction and mining", "Construction and Extraction"),
    MajorGroup("49", "Installation and repair", "Installation, Maintenance, and Repair"),
    MajorGroup("51", "Manufacturing", "Production"),
    MajorGroup("53", "Transportation and moving goods", "Transportation and Material Moving"),
)

_BY_CODE = {group.code: group for group in MAJOR_GROUPS}
GROUPS_BY_SLUG: Mapping[str, MajorGroup] = {group.slug: group for group in MAJOR_GROUPS}


def major_group(code: str) -> MajorGroup:
    """The group of an occupation."""
    return _BY_CODE[code[:2]]

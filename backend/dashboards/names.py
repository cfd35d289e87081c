"""Names for the values of dimensions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from backend.analytics.figures.geography import country_names
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.assessments.job_impact.questions import EDUCATION
from backend.reference.loading import Reference
from backend.reference.plain_names import JobName

DEVICES = ("mobile", "tablet", "desktop")
JOBS = frozenset({"job_title", "occupation"})
LEVELS = {"low": "Lower exposure", "medium": "Medium exposure", "high": "Higher exposure"}


@dataclass(frozen=True, slots=True)
class Names:
    """Names of codes, from the public figures; a code without one shows itself.

    `known`: codes by dimension. `one_job`: the singular of an official title, by the folded title.
    """

    of: Mapping[str, Callable[[str], str | None]]
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    one_job: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_reference(cls, reference: Reference) -> Names:
        coded: dict[str, Mapping[str, str]] = {
            "country": country_names(),
            "occupation": {code: occupation.title for code, occupation in reference.occupations.items()},
            "education": {str(level): name for level, name in EDUCATION.items()},
            "risk_level": LEVELS,
        }
        computed: dict[str, Callable[[str], str | None]] = {
            "region": lambda code: reference.states.get(code.rpartition("-")[2]),
            "device": str.capitalize,
            "source": lambda source: "Direct" if source == "direct" else source,
        }
        known = {"region": (*reference.states,), "device": DEVICES, "source": ("direct",)}
        return cls(
            {dimension: names.get for dimension, names in coded.items()} | computed,
            {dimension: (*names,) for dimension, names in coded.items()} | known,
            {folded(reference.occupations[code].title): job.name for code, job in _jobs(reference)},
        )

    def most_looked_up(self, dimension: str, value: str | None) -> str:
        """A sentence that says so of a job, where its name in the singular is known."""
        one = self.one_job.get(folded(self.name(dimension, value))) if dimension in JOBS else None
        return f"{one} is the most looked-up job" if one else ""

    def name(self, dimension: str, value: str | None) -> str:
        if not value:
            return DIMENSIONS[dimension].nothing
        known = self.of.get(dimension)
        return (known(value) if known else None) or value

    def are_codes(self, dimension: str) -> bool:
        """Whether people call the values something else than the lake does; a source differs by its capital alone."""
        return len(self.known.get(dimension, ())) > 1

    def code(self, dimension: str, typed: str, stored: Iterable[str]) -> str:
        """The stored value for a typed code or name, in any case; the typed text itself where there is none."""
        if not typed:
            return ""
        codes = tuple(dict.fromkeys((*stored, *self.known.get(dimension, ()), "")))
        code_names = tuple(self.name(dimension, code) for code in codes)
        for alike in (str, folded):
            for texts in (codes, code_names):
                for code, text in zip(codes, texts, strict=True):
                    if alike(text) == alike(typed):
                        return code
        return typed


def _jobs(reference: Reference) -> Iterable[tuple[str, JobName]]:
    return ((code, job) for code, job in reference.names.jobs.items() if code in reference.occupations)


def folded(text: str) -> str:
    return text.casefold().replace("’", "'")

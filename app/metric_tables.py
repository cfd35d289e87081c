"""The metric catalogue as tables of a document."""

from __future__ import annotations

from collections.abc import Iterable

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES, Ratio


def tables() -> str:
    """In Markdown: measures, then dimensions, in the order of the catalogue."""
    measures = (
        (
            f"`{measure.name}`",
            measure.unit,
            f"{measure.description} `{measure.numerator}` / `{measure.denominator}`."
            if isinstance(measure, Ratio)
            else measure.description,
            measure.source,
            "yes" if measure.sums else "",
        )
        for measure in MEASURES.values()
    )
    dimensions = (
        (
            f"`{dimension.name}`",
            dimension.description,
            " and ".join(sorted(dimension.sources, reverse=True)),
            dimension.nothing,
        )
        for dimension in DIMENSIONS.values()
    )
    return "\n\n".join(
        (
            _table(("measure", "unit", "meaning", "counts", "parts add up"), measures),
            _table(("dimension", "meaning", "of", "where there is none"), dimensions),
        )
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, tuple("---" for _ in head), *rows))

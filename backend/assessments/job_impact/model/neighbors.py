"""The scored occupations that lie nearest to one without a score."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backend.reference.tables import Occupation

_LEVELS = (7, 6, 5, 4, 2)  # signs of a SOC code: detailed occupation, broad one, minor group twice, major group


def nearest_scored(
    occupation: Occupation, occupations: Mapping[str, Occupation], is_scored: Callable[[str], bool], most: int = 6
) -> tuple[Occupation, ...]:
    """Those that O*NET calls related, most similar first.

    Without any, those of the narrowest SOC group that it shares with others, the largest first.
    """
    related = [occupations[code] for code in occupation.related if code in occupations and is_scored(code)]
    return tuple((related or _of_the_same_kind(occupation, occupations, is_scored))[:most])


def _of_the_same_kind(
    occupation: Occupation, occupations: Mapping[str, Occupation], is_scored: Callable[[str], bool]
) -> list[Occupation]:
    def rank(code: str) -> tuple[int, int]:
        shared = next(level for level in _LEVELS if code[:level] == occupation.code[:level])
        return -shared, -(occupations[code].employment or 0)

    near = [code for code in occupations if code[:2] == occupation.code[:2] and is_scored(code)]
    return [occupations[code] for code in sorted(near, key=rank)]

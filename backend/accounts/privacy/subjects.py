"""Everybody whom the platform holds data about: with an account, or only a public id in some class of data."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from backend.accounts.privacy.store import PrivacyStore
from backend.personal_data import DataClasses, Subject

BATCH_SIZE = 500


def subjects(store: PrivacyStore, classes: DataClasses) -> Iterator[Subject]:
    last, seen = 0, set[str]()
    while batch := store.subjects(last, BATCH_SIZE):
        last = batch[-1].account_id or last
        seen |= {subject.public_id for subject in batch}
        yield from batch
    for data_class in classes:
        for public_id in set(filter(_is_public_id, data_class.people())) - seen:
            seen.add(public_id)
            yield Subject(None, public_id)


def _is_public_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False

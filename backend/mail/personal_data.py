from __future__ import annotations

from backend.mail.outbox import Outbox
from backend.personal_data import DataClass, Subject


def outbox_data(outbox: Outbox) -> DataClass:
    def erase(subject: Subject) -> None:
        if subject.account_id is not None:
            outbox.forget(subject.account_id)

    return DataClass(
        "outbox",
        "Letters to you, kept as files where there is no mail server: on a developer's machine.",
        "Until an operator deletes them, or you delete your account.",
        erase=erase,
        called="Letters as files",
    )

from __future__ import annotations

from backend.mail.outbox import Outbox
from backend.personal_data import DataClass


def outbox_data(outbox: Outbox) -> DataClass:
    return DataClass(
        "outbox",
        "Letters to you, kept as files where there is no mail server: on a developer's machine.",
        "Until an operator deletes them, or you delete your account.",
        erase=lambda subject: outbox.forget(subject.account_id),
    )

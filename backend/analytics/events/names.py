"""The names of the events Mingus itself sends."""

from __future__ import annotations

from enum import StrEnum


class EventName(StrEnum):
    """`<thing>_<past participle>`, lower case, as the founding document spells them.

    Anyone may send further names that match `^[a-z][a-z0-9_]{0,99}$`; they are stored as they come.
    """

    CALCULATOR_OPENED = "ai_calculator_opened"
    STEP_COMPLETED = "calculator_step_completed"
    ASSESSMENT_SUBMITTED = "assessment_submitted"
    ASSESSMENT_REFINED = "assessment_refined"
    OFFER_VIEWED = "conversion_offer_viewed"
    UPGRADE_CLICKED = "paid_upgrade_clicked"
    EXPERIMENT_EXPOSED = "experiment_exposed"
    HOLDOUT_EXPOSED = "holdout_exposed"

"""Names of everyday topics in jobs whose people would laugh at the general one: a pilot does not drive."""

from __future__ import annotations

from collections.abc import Mapping

Names = Mapping[str, tuple[str, str]]

# By the beginning of the codes of the jobs: label and short name of a topic, as in `topics.py`.
ANIMALS: Names = {
    "nature": ("Caring for animals", "animal care"),
    "assess": ("Watching animals’ health", "health checks"),
    "treat": ("Treating animals", "treatment"),
}
FLYING: Names = {"driving": ("Flying", "flying")}
SHOWS: Names = {"performing": ("Performing and shows", "performing")}
BEAUTY: Names = {
    "assess": ("Checking hair and skin", "skin checks"),
    "treat": ("Treatments and massage", "treatments"),
    "healthadvice": ("Advising on hair and skin", "advice"),
}
NAMES: Mapping[str, Names] = {
    "21-2": {
        "teaching": ("Preaching and teaching", "preaching"),
        "support": ("Counseling and comforting", "counseling"),
    },
    "25-": {"teaching": ("Teaching", "teaching")},
    "27-1013": {"performing": ("Exhibitions and shows", "shows")},
    "27-2011": {"performing": ("Acting and shows", "acting")},
    "27-2021": {"performing": ("Training and competing", "competing")},
    "27-2022": {"performing": ("Games and practice", "games")},
    "27-2023": {"performing": ("Games and matches", "games")},
    "27-203": {"performing": ("Dancing and shows", "dancing")},
    "27-204": {"performing": ("Music and shows", "music")},
    "27-30": SHOWS,
    "29-1131": ANIMALS,
    "29-2056": ANIMALS,
    "31-9096": ANIMALS,
    "31-9011": {"treat": ("Giving massages", "massage")},
    "33-2": {"performing": ("Fitness training", "fitness")},
    "33-3": {"performing": ("Fitness training", "fitness")},
    "35-2": {"food": ("Cooking and preparing food", "cooking")},
    "37-3": {"nature": ("Plants and grounds", "plants")},
    "39-2": ANIMALS,
    "39-3011": {"performing": ("Dealing and running games", "games")},
    "39-5": BEAUTY,
    "45-2092": {"nature": ("Planting, tending, and harvesting", "crops")},
    "45-2093": ANIMALS,
    "45-3": {"nature": ("Fishing and hunting", "fishing"), "driving": ("Boats and vehicles", "boats")},
    "45-4": {"nature": ("Cutting and moving trees", "tree work"), "driving": ("Hauling logs", "hauling")},
    "47-207": {"driving": ("Running construction equipment", "heavy equipment")},
    "51-3021": {"food": ("Cutting and preparing meat", "meat")},
    "51-3022": {"food": ("Cutting and preparing meat", "meat")},
    "51-3023": {"food": ("Cutting and preparing meat", "meat")},
    "51-60": {"assess": ("Measuring people for a fit", "fitting")},
    "53-2": FLYING,
    "53-40": {"driving": ("Running trains", "running trains")},
    "53-50": {"driving": ("Steering and running vessels", "steering")},
}


def name_of(code: str, topic: str) -> tuple[str, str] | None:
    """Label and short name of a topic in this job, by the longest beginning of its code; None for the general ones."""
    beginnings = (code[:length] for length in range(len(code), 0, -1))
    return next((NAMES[part][topic] for part in beginnings if topic in NAMES.get(part, {})), None)

"""The words of advice on a topic for the occupations whose tasks the general words do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from backend.assessments.job_impact.presentation.topic_advice import ADVICE, TopicAdvice

# What to count on instead, by the beginning of the occupation's code and the topic.
COUNT_ON: Mapping[tuple[str, str], str] = {
    ("13-2053", "operations"): "Count on judgment about the hard cases",
    ("15-", "operations"): "Count on leading the technical work",
    ("17-", "operations"): "Count on leading the technical work",
    ("19-", "operations"): "Count on leading the research",
    ("27-1013", "displays"): "Count on showing your work in person",
    ("39-6012", "loading"): "Count on what you do for guests in person",
    ("43-2021", "daily"): "Count on patience with callers",
    ("43-3071", "buying"): "Keep the cash drawer exact",
    ("43-4161", "lessons"): "Count on running the training days",
    ("43-4181", "cleaning"): "Count on help given at the counter",
    ("43-4181", "loading"): "Count on help given at the counter",
    ("43-6", "buying"): "Count on knowing how your office runs",
    ("43-9022", "loading"): "Keep the machines in good order",
    ("43-9022", "repair"): "Keep the machines in good order",
}
# By the beginning of the occupation's code and the topic.
OF_OCCUPATIONS: Mapping[tuple[str, str], TopicAdvice] = {
    ("11-1031", "customers"): TopicAdvice(
        "Let AI draft replies to constituents",
        "Read each one before it goes out in your name.",
        "Count on meeting constituents in person",
    ),
    ("13-1161", "computers"): TopicAdvice(
        "Let AI draft reports and track campaigns",
        "Check the numbers before you share them.",
        "Count on asking the right question",
    ),
    ("15-", "computers"): TopicAdvice(
        "Let AI write code and track down faults",
        "Test what it makes before you rely on it.",
        "Count on hands-on work with hardware",
    ),
    ("21-2011", "books"): TopicAdvice(
        "Let software help with the budget",
        "Where the money goes is still up to people.",
        "Count on judgment about money",
    ),
    ("23-1011", "advising"): TopicAdvice(
        "Let AI draft the memo",
        "Check every citation before a client sees it.",
        "Count on advice clients can talk over",
    ),
    ("23-1023", "cases"): TopicAdvice(
        "Let AI draft the case summary",
        "Check every fact yourself.",
        "Count on judgment about people and facts",
    ),
    ("27-1011", "performing"): TopicAdvice(
        "Use AI to prepare the presentation",
        "The shoot or the show itself is live.",
        "Count on running the shoot or the show",
    ),
    ("27-2011", "research"): TopicAdvice(
        "Run your lines with AI",
        "How you read the part is still yours.",
        "Count on your reading of the part",
    ),
    ("31-1120", "strategy"): TopicAdvice(
        "Let AI help write up goals and visits",
        "Fit them to the person you look after.",
        "Count on knowing the person you look after",
    ),
    ("33-3051", "data"): TopicAdvice(
        "Let AI search the records",
        "Check what it turns up before you act on it.",
        "Count on asking people yourself",
    ),
    ("35-3023", "customers"): TopicAdvice(
        "Let a screen take the routine orders",
        "Step in when an order is out of the ordinary.",
        "Count on helping people at the counter",
    ),
    ("39-9011", "daily"): TopicAdvice(
        "Let AI suggest activities and meals",
        "The care itself is given in person.",
        "Count on care given in person",
    ),
    ("41-9012", "promoting"): TopicAdvice(
        "Let AI draft your pitches and captions",
        "Make sure they still sound like you.",
        "Count on showing up in person",
    ),
    ("43-4051", "books"): TopicAdvice(
        "Let software go through the bills first",
        "Look into the odd ones yourself.",
        "Look into disputed bills yourself",
    ),
    ("53-201", "coordinating"): TopicAdvice(
        "Let software prepare the briefing",
        "Talking with the crew and the tower is still yours.",
        "Count on clear talk with crew and tower",
    ),
    ("53-202", "coordinating"): TopicAdvice(
        "Let software prepare the briefing",
        "Talking with the pilots is still yours.",
        "Count on clear talk with pilots",
    ),
    **{key: replace(ADVICE[key[1]], count_on=words) for key, words in COUNT_ON.items()},
}


def advice_on(code: str, topic: str) -> TopicAdvice:
    """The words on the topic for the occupation of this code."""
    own = (advice for (start, of), advice in OF_OCCUPATIONS.items() if of == topic and code.startswith(start))
    return next(own, ADVICE[topic])

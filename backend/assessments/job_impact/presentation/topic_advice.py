"""What to advise on each everyday topic, written by hand: where AI reaches into it, and where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TopicAdvice:
    """`hand_over` and what to `check` where AI reaches much of the topic; what to `count_on` where it does not."""

    hand_over: str
    check: str
    count_on: str


ADVICE: Mapping[str, TopicAdvice] = {
    "charting": TopicAdvice(
        "Let software draft the health records",
        "Read every line before it goes on file.",
        "Keep reading results with your own eyes",
    ),
    "assess": TopicAdvice(
        "Ask AI for a second look, not a verdict",
        "Your own examination comes first.",
        "Count on what you see for yourself",
    ),
    "careplans": TopicAdvice(
        "Let AI draft the plan, then decide",
        "It knows the guidelines, not the case in front of you.",
        "Keep the care decisions in your hands",
    ),
    "healthadvice": TopicAdvice(
        "Let AI write the handouts",
        "Explaining them face to face is still your part.",
        "Count on advice given face to face",
    ),
    "support": TopicAdvice(
        "Let AI look up services and contacts",
        "Working out what helps still takes a conversation.",
        "Count on being there for people",
    ),
    "daily": TopicAdvice(
        "Let AI do the planning around the help",
        "The help itself is given in person.",
        "Count on help given in person",
    ),
    "treat": TopicAdvice(
        "Use AI to prepare, not to treat",
        "The treatment itself stays in your hands.",
        "Count on skilled hands",
    ),
    "equipment": TopicAdvice(
        "Let software read the settings and logs",
        "Check the equipment yourself before use.",
        "Count on careful hands with equipment",
    ),
    "selling": TopicAdvice(
        "Let AI prepare the pitch",
        "Check the offer before anyone sees it.",
        "Count on selling in person",
    ),
    "displays": TopicAdvice(
        "Let AI suggest the arrangement", "The arranging itself is done by hand.", "Count on your eye for a display"
    ),
    "promoting": TopicAdvice(
        "Let AI draft the promotion",
        "Check that every claim in it is true.",
        "Count on showing up in person",
    ),
    "customers": TopicAdvice(
        "Let AI answer the routine questions",
        "Take over where a question is not routine.",
        "Count on helping people in person",
    ),
    "advising": TopicAdvice(
        "Let AI draft the explanation",
        "Check it, then say it in your own words.",
        "Count on advice people can talk over",
    ),
    "languages": TopicAdvice(
        "Let AI make the first translation",
        "Check tone, names, and what it left out.",
        "Count on your ear for meaning",
    ),
    "clients": TopicAdvice(
        "Let AI draft the offer and the terms",
        "The agreement itself rests on trust.",
        "Count on your working relationships",
    ),
    "grooming": TopicAdvice("Let AI suggest looks", "The rest is done by hand.", "Count on the work of your hands"),
    "performing": TopicAdvice(
        "Use AI to prepare and rehearse",
        "The event itself is live.",
        "Count on being there live",
    ),
    "teaching": TopicAdvice(
        "Use AI to prepare what you teach",
        "Check it before anyone learns from it.",
        "Count on teaching and training in person",
    ),
    "lessons": TopicAdvice(
        "Let AI draft lessons and training material",
        "Fit it to the people who will use it.",
        "Count on knowing your learners",
    ),
    "students": TopicAdvice(
        "Let AI draft the first feedback",
        "Check it against what you know of the learner.",
        "Count on knowing each learner",
    ),
    "knowledge": TopicAdvice(
        "Let AI summarize what is new",
        "Go to the source before you rely on it.",
        "Keep learning from people and practice",
    ),
    "hr": TopicAdvice(
        "Let AI draft job ads and letters",
        "Decisions about people are still yours.",
        "Count on judging people in person",
    ),
    "staff": TopicAdvice(
        "Let AI draft schedules and reviews",
        "Decisions about people are still yours.",
        "Count on leading people in person",
    ),
    "operations": TopicAdvice(
        "Let AI track and compare, then decide",
        "It sees the numbers, not the whole place.",
        "Count on running things on the spot",
    ),
    "coordinating": TopicAdvice(
        "Let AI draft notes and reports",
        "Check them before they go out.",
        "Count on talking things over in person",
    ),
    "planning": TopicAdvice(
        "Let AI draft the plan",
        "Check it against what you know of the work.",
        "Count on planning from experience",
    ),
    "strategy": TopicAdvice(
        "Let AI draft plans and procedures",
        "Decide what really fits.",
        "Count on judgment about what comes first",
    ),
    "improve": TopicAdvice(
        "Let AI go through the data first",
        "Ask what the numbers leave out.",
        "Count on judging what really works",
    ),
    "buying": TopicAdvice(
        "Let software watch stock and orders",
        "Check unusual orders yourself.",
        "Count on knowing what is needed",
    ),
    "payments": TopicAdvice(
        "Let software work out prices and totals",
        "Check whatever looks odd.",
        "Stay exact with payments",
    ),
    "books": TopicAdvice(
        "Let software prepare the figures",
        "Make sure you can explain every one of them.",
        "Count on judgment about money",
    ),
    "data": TopicAdvice(
        "Let AI gather and sort information",
        "Know how the tool does it and where it fails.",
        "Count on asking people yourself",
    ),
    "records": TopicAdvice(
        "Let software keep the records",
        "Check what it fills in.",
        "Keep the records only you can vouch for",
    ),
    "forms": TopicAdvice(
        "Hand the paperwork to software first",
        "Check what it fills in before you sign.",
        "Read the papers that matter yourself",
    ),
    "office": TopicAdvice(
        "Let software handle bookings and mail",
        "Step in when a request is unusual.",
        "Count on knowing who needs what",
    ),
    "phones": TopicAdvice(
        "Let software take routine calls and signals",
        "Take over when it matters.",
        "Count on a clear voice when it matters",
    ),
    "research": TopicAdvice(
        "Let AI do the first search and summary",
        "Check its sources before you use it.",
        "Count on asking the right question",
    ),
    "science": TopicAdvice(
        "Let AI help analyze the data",
        "Check it against what you measured.",
        "Count on careful work with samples",
    ),
    "environment": TopicAdvice(
        "Let AI gather the rules and data", "Check it against what you see on site.", "Count on what you see on site"
    ),
    "engineering": TopicAdvice(
        "Let AI draft designs and specifications",
        "Check every detail before it is used.",
        "Count on judgment about what will work",
    ),
    "computers": TopicAdvice(
        "Let AI help with code and settings",
        "Test what it makes before you rely on it.",
        "Count on hands-on work with hardware",
    ),
    "art": TopicAdvice(
        "Use AI for the first draft",
        "Choosing and finishing are still yours.",
        "Count on your own taste",
    ),
    "writing": TopicAdvice(
        "Let AI write the first draft",
        "Check the facts and make it sound like you.",
        "Count on your own voice",
    ),
    "cases": TopicAdvice(
        "Let AI draft the report", "Check every fact yourself.", "Count on judgment about people and facts"
    ),
    "legal": TopicAdvice(
        "Let AI search the files and the law",
        "Check every fact and citation yourself.",
        "Count on judgment about people and facts",
    ),
    "inspecting": TopicAdvice(
        "Let software log and compare readings",
        "Checking the thing itself is still your part.",
        "Count on a careful eye",
    ),
    "monitoring": TopicAdvice(
        "Let software watch the readings",
        "Know when to step in.",
        "Count on noticing what is off",
    ),
    "rules": TopicAdvice(
        "Let AI go through the rules first",
        "Decide yourself how they apply.",
        "Count on judging how rules apply",
    ),
    "safety": TopicAdvice(
        "Let AI write up the routine reports",
        "What happens on the spot is up to people.",
        "Count on being there when it matters",
    ),
    "driving": TopicAdvice(
        "Let software plan the route",
        "It does not take the controls.",
        "Count on steady hands at the controls",
    ),
    "loading": TopicAdvice(
        "Let software plan the loads and orders",
        "The moving itself is done by hand.",
        "Count on the hands-on work",
    ),
    "cleaning": TopicAdvice(
        "Let software plan the rounds",
        "The cleaning itself is done by hand.",
        "Count on the hands-on work",
    ),
    "food": TopicAdvice(
        "Let AI suggest menus and orders",
        "The food itself is made by hand.",
        "Count on skilled work with food",
    ),
    "nature": TopicAdvice(
        "Let AI help with plans and forecasts",
        "The work itself is done by hand.",
        "Count on practiced hands",
    ),
    "burial": TopicAdvice(
        "Let software help with arrangements",
        "The rest is done by hand, with respect.",
        "Count on care at a hard time",
    ),
    "repair": TopicAdvice(
        "Let AI help find the fault",
        "The repair itself is done by hand.",
        "Count on keeping things running",
    ),
    "machines": TopicAdvice(
        "Let software watch the settings",
        "Setting up is still done by hand.",
        "Count on knowing your machines",
    ),
    "building": TopicAdvice(
        "Let AI help read plans and codes",
        "The building itself is done by hand.",
        "Count on skilled work on site",
    ),
    "mixing": TopicAdvice(
        "Let software work out the amounts", "Check them before you mix.", "Count on exact work by hand"
    ),
    "making": TopicAdvice(
        "Let AI help with plans and measurements",
        "The making itself is done by hand.",
        "Count on what your hands can make",
    ),
    "finishing": TopicAdvice(
        "Let AI help with estimates",
        "The finish itself is done by hand.",
        "Count on a good finish",
    ),
}

"""The ways people came, session by session in plain Python: what the warehouse's answer must be."""

from __future__ import annotations

from collections import Counter, defaultdict

from backend.analytics.metrics.attribution.paths import LONGEST, By
from tests.catalogue_oracle import revenue

HOUR = 3_600_000_000


def paths(visits, bounds, by, *, aged, bots, keeps=lambda visit: True):
    """Rows as the question gives them. `visits`: sessions as mappings; `bounds`: microseconds; `keeps`: the filters."""
    start, end, lookback = bounds["start"], bounds["end"], bounds["lookback"]
    counts, cents = Counter(), Counter()
    for own in people(visits, bounds, by, bots=bots):
        for place, paid in enumerate(own):
            if (until := paid_at(paid, start, end)) and keeps(paid):
                touches = [visit for visit in own[: place + 1] if visit["started_at"] >= until - lookback][-LONGEST:]
                hours = tuple((until - visit["started_at"]) // HOUR for visit in touches)
                for currency, amount in revenue(paid).items():
                    way = (currency, tuple(channel(visit, by) for visit in touches), *([hours] if aged else []))
                    counts[way] += amount > 0
                    cents[way] += amount
    return sorted(((*way[:2], times, cents[way], *way[2:]) for way, times in counts.items() if times), key=repr)


def lost(visits, bounds, by, *, bots, keeps=lambda visit: True):
    """Those who paid nothing, as the question counts their moves."""
    counts = Counter()
    for own in people(visits, bounds, by, bots=bots):
        latest = own[-1]["started_at"]
        matches = any(keeps(visit) for visit in own if visit["started_at"] == latest)
        paid = any(paid_at(visit, bounds["start"], bounds["end"]) for visit in own)
        if latest >= bounds["start"] and matches and not paid:
            way = [channel(visit, by) for visit in own if visit["started_at"] >= latest - bounds["lookback"]]
            for place, here in enumerate(way):
                counts[way[place - 1] if place else None, here, place == len(way) - 1] += 1
    return sorted(((*move, times) for move, times in counts.items()), key=repr)


def people(visits, bounds, by, *, bots):
    """The visits of each person in order."""
    by_person = defaultdict(list)
    for visit in visits:
        if (bots or not visit["is_bot"]) and visit["started_at"] < bounds["end"]:
            by_person[person(visit)].append(visit)
    for own in by_person.values():
        own.sort(
            key=lambda visit: (visit["started_at"], channel(visit, by), paid_at(visit, bounds["start"], bounds["end"]))
        )
    return by_person.values()


def paid_at(visit, start, end):
    paid = any(revenue(visit).values()) and start <= visit["upgrade_at"] < end
    return visit["upgrade_at"] if paid else 0


def person(visit):
    for kind in ("user_id", "visitor_id"):
        if visit[kind] is not None:
            return kind, visit[kind]
    return visit["session_key"]


def channel(visit, by):
    """Direct is empty here."""
    source, medium, campaign = (visit[name] for name in ("source", "medium", "campaign"))
    source = "" if source in {"direct", "(direct)"} else source
    if by is By.CAMPAIGN:
        return campaign or ("(none)" if source else "")
    if by is By.SOURCE_MEDIUM and source:
        return f"{source} / {medium or '(none)'}"
    return source or ""

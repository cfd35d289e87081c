"""The ways people came, session by session in plain Python: what the warehouse's answer must be."""

from __future__ import annotations

from collections import Counter, defaultdict

from backend.analytics.metrics.attribution.paths import LONGEST, By, With

HOUR = 3_600_000_000


def paths(visits, bounds, by, besides, *, bots):
    """Rows as the question gives them. `visits`: sessions as mappings; `bounds`: microseconds."""
    start, end, look_back = bounds["start"], bounds["end"], bounds["look_back"]
    people = defaultdict(list)
    for visit in visits:
        if (bots or not visit["is_bot"]) and visit["started_at"] < end:
            people[person(visit)].append(visit)
    found, cents = Counter(), Counter()
    for own in people.values():
        own.sort(key=lambda visit: (visit["started_at"], channel(visit, by), paid_at(visit, start, end)))
        upgrades = [place for place, visit in enumerate(own) if paid_at(visit, start, end)]
        for place in upgrades:
            paid, until = own[place], own[place]["upgrade_at"]
            touches = [visit for visit in own[: place + 1] if visit["started_at"] >= until - look_back][-LONGEST:]
            hours = tuple((until - visit["started_at"]) // HOUR for visit in touches)
            way = (paid["currency"], ways(touches, by), 0, *([hours] if besides is With.AGES else []))
            found[way] += 1
            cents[way] += paid["revenue_cents"]
        if besides is With.LOST and not upgrades and (latest := own[-1]["started_at"]) >= start:
            touches = [visit for visit in own if visit["started_at"] >= latest - look_back]
            found[None, ways(touches[-LONGEST:], by), 1] += 1
    return sorted((row(way, times, cents[way]) for way, times in found.items()), key=repr)


def paid_at(visit, start, end):
    paid = visit["revenue_cents"] is not None and start <= visit["upgrade_at"] < end
    return visit["upgrade_at"] if paid else 0


def row(way, times, cents):
    currency, channels, lost, *hours = way
    return (currency, channels, 0 if lost else times, cents, times if lost else 0, *hours)


def person(visit):
    for kind in ("user_id", "visitor_id"):
        if visit[kind] is not None:
            return kind, visit[kind]
    return visit["session_key"], visit["started_at"]


def ways(touches, by):
    return tuple(channel(visit, by) for visit in touches)


def channel(visit, by):
    """Direct is empty here."""
    source, medium, campaign = (visit[name] for name in ("source", "medium", "campaign"))
    source = "" if source in {"direct", "(direct)"} else source
    if by is By.CAMPAIGN:
        return campaign or ("(none)" if source else "")
    if by is By.SOURCE_MEDIUM and source:
        return f"{source} / {medium or '(none)'}"
    return source or ""

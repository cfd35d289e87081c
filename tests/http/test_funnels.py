"""DASH-1 over HTTP: what a funnel may be asked, who stands behind its bars, and what it says of nobody."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import product

import pytest

DAY = "2026-03-08"
FUNNEL, SESSIONS = "/api/analytics/dashboard/funnel", "/api/analytics/dashboard/funnel/sessions"
STEPS = "video_opened,video_part_seen:2,video_shared"


@pytest.fixture
def analyst(app, make_key):
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key('events:write', 'dashboards:read')}"
    return client


@pytest.fixture
def visits(analyst):
    """Fourteen sessions that open a video: ten by mail, of which four share it; in one after an advertisement."""
    for number in range(14):
        session = f"s{number}"
        send(analyst, session, "10:00:00", "ai_calculator_opened", **({"source": "mail"} if number < 10 else {}))
        send(analyst, session, "10:01:00", "video_opened")
        if number < 8:
            send(analyst, session, "10:02:00", "video_part_seen", step=2)
        if number == 0:
            send(analyst, session, "10:03:00", "advertisement_seen")
        if number < 4:
            send(analyst, session, f"10:1{number}:00", "video_shared")
    return analyst


def send(client, session, time, name, **data):
    event = {"session_id": session, "event_type": name, "timestamp": f"{DAY}T{time}Z", "event_data": data}
    assert client.post("/api/analytics/event", json=event).status_code == 202


def ask(client, address=FUNNEL, **query):
    answer = client.get(address, query_string={"start": DAY, "end": DAY, "tz": "UTC"} | query)
    assert answer.status_code == 200, answer.json
    return answer.json


def counts(answer):
    return [step[answer["meta"]["counted"]] for step in answer["data"]["steps"]]


def test_any_events_make_steps(visits):
    answer = ask(visits, steps=STEPS)
    opened, seen, shared = answer["data"]["steps"]

    assert counts(answer) == [14, 8, 4]
    assert (seen["name"], seen["label"]) == ("video_part_seen:2", "Video part seen, 2")
    assert (opened["dropoff"], seen["dropoff"], seen["from_previous"], shared["from_previous"]) == (0, 6, 0.5714, None)
    assert (seen["median_seconds"], shared["median_seconds"], shared["p90_seconds"]) == (60.0, 570.0, 642.0)
    assert answer["meta"]["plan"]["steps"] == STEPS.split(",")
    assert (answer["meta"]["n"], answer["meta"]["counted"]) == (14, "sessions")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"window": "10m"}, [14, 8, 2]),
        ({"exclude": "advertisement_seen"}, [14, 8, 3]),
        ({"order": "strict"}, [14, 8, 3]),
        ({"order": "unordered", "steps": "video_shared,video_opened,ai_calculator_opened"}, [4, 4, 4]),
        ({"scope": "visitor", "window": "7d"}, [14, 8, 4]),
        ({"steps": "video_opened,video_opened"}, [14, 0]),
        ({"source": "mail"}, [10, 8, 4]),
        ({"source": ""}, [4, 0, 0]),
    ],
)
def test_the_address_says_what_is_counted(visits, query, expected):
    assert counts(ask(visits, **({"steps": STEPS} | query))) == expected


def test_the_groups_of_a_breakdown_and_the_others_make_the_whole(visits):
    whole, others = ask(visits, steps=STEPS, breakdown="source", limit=1)["data"]["groups"]

    assert (whole["key"], whole["others"], others["key"], others["others"], others["keys"]) == (
        "mail",
        False,
        None,
        True,
        1,
    )
    assert [step["sessions"] for step in others["steps"]] == [4, 0, 0]
    assert [group["key"] for group in ask(visits, breakdown="source")["data"]["groups"]] == ["mail", None]


def test_what_was_before_stands_beside(visits):
    answer = ask(visits, steps=STEPS, start="2026-03-09", end="2026-03-09", compare="previous_period")

    assert counts(answer) == [0, 0, 0]
    assert [step["previous"]["sessions"] for step in answer["data"]["steps"]] == [14, 8, 4]
    assert answer["meta"]["compare"]["start"] == f"{DAY}T00:00:00Z"


def test_every_bar_lists_as_many_sessions_as_it_counts(visits):
    query = {"steps": STEPS, "breakdown": "source", "limit": 1}
    whole, others = ask(visits, **query)["data"]["groups"]
    for (group, chosen), number in product(
        ((whole, {"group": "mail"}), (others, {"others": "true", "top": 1})), (1, 2, 3)
    ):
        step = group["steps"][number - 1]
        for outcome, count in (("reached", step["sessions"]), ("dropped", step["dropoff"])):
            bar = {"step": number, "outcome": outcome, "limit": 3, **chosen}
            pages = [ask(visits, SESSIONS, **(query | bar | {"offset": offset})) for offset in range(0, 14, 3)]

            assert {page["meta"]["total"] for page in pages} == {count}
            assert len({row["session_key"] for page in pages for row in page["data"]}) == count


def test_nothing_personal_is_in_the_list(visits):
    answer = ask(visits, SESSIONS, steps=STEPS, step=3, outcome="reached", limit=1)

    assert list(answer["data"][0]) == [
        "session_key",
        "started_at",
        "source",
        "device",
        "country",
        "entered_at",
        "reached",
        "seconds",
        "immature",
        "visit",
    ]
    assert answer["data"][0]["seconds"] in range(540, 721, 60)
    assert answer["meta"]["total"] == 4


def test_csv_is_the_same_rows(visits):
    query = {"steps": STEPS, "breakdown": "source", "start": DAY, "end": DAY, "tz": "UTC", "format": "csv"}
    table = list(csv.DictReader(StringIO(visits.get(FUNNEL, query_string=query).text)))
    listed = visits.get(SESSIONS, query_string=query | {"step": 2}).text

    assert [(row["source"], row["step"], row["sessions"]) for row in table[:2]] == [
        ("mail", "Video opened", "10"),
        ("mail", "Video part seen, 2", "8"),
    ]
    assert len(table) == 6
    assert len(list(csv.DictReader(StringIO(listed)))) == 8


def test_counts_of_visitors_are_named_so_everywhere(visits):
    """Only the names of whose ways are counted differ."""
    shape = {"steps": STEPS, "breakdown": "source", "compare": "previous_period"}
    of_sessions, of_visitors = (ask(visits, scope=scope, **shape) for scope in ("session", "visitor"))

    found, named = names_in(of_visitors), names_in(of_sessions)
    assert found == {name.replace("sessions", "visitors") for name in named}
    assert {"sessions", "immature_sessions"} <= named
    assert not any("sessions" in name for name in found)


def names_in(answer):
    """The names of all members."""
    if isinstance(answer, dict):
        return {*answer, *(name for value in answer.values() for name in names_in(value))}
    return {name for value in answer for name in names_in(value)} if isinstance(answer, list) else set()


def test_the_table_of_who_is_behind_a_bar_is_named_after_them(visits):
    for scope in ("session", "visitor"):
        query = {"start": DAY, "end": DAY, "steps": STEPS, "step": 1, "scope": scope, "format": "csv"}
        table = visits.get(SESSIONS, query_string=query)

        assert f"filename=funnel_{scope}s_{DAY}" in table.headers["Content-Disposition"]


def test_csv_says_in_its_head_whether_sessions_or_visitors_are_counted(visits):
    def columns(scope):
        query = {"scope": scope, "start": DAY, "end": DAY, "compare": "previous_period", "format": "csv"}
        return visits.get(FUNNEL, query_string=query).text.splitlines()[0].split(",")

    assert columns("session")[1] == "sessions"
    assert "previous_sessions" in columns("session")
    assert columns("visitor") == [name.replace("sessions", "visitors") for name in columns("session")]
    assert ask(visits, scope="visitor")["meta"]["counted"] == "visitors"


@pytest.mark.parametrize(
    ("query", "field", "hint"),
    [
        ({"steps": "ai_calculator_opened"}, "steps", "2 to 12"),
        ({"steps": ",".join(f"e{n}" for n in range(13))}, "steps", "2 to 12"),
        ({"steps": "Opened,b"}, "steps.0", "“Opened”"),
        ({"steps": "a,b:x"}, "steps.1", "“b:x”"),
        ({"steps": "a,' OR 1=1"}, "steps.1", "is not an event name"),
        ({"window": "25h"}, "window", "to allow up to 60d, count by visitor"),
        ({"window": "61d", "scope": "visitor"}, "window", "60d"),
        ({"window": "soon"}, "window", "30m"),
        ({"window": "0s"}, "window", "between"),
        ({"steps": "a,b", "exclude": "b:2"}, "exclude", "is a step"),
        ({"order": "loose"}, "order", ""),
        ({"breakdown": "sorce"}, "breakdown", "source"),
        ({"breakdown": "event_type"}, "breakdown", "no event_type"),
        ({"limit": 0}, "limit", "Show between 1"),
        ({"source": "a\0"}, "filters.0.value", "texts"),
        ({"start": "2026-03-09", "end": "2026-03-08"}, "start", "before end"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(analyst, query, field, hint):
    answer = analyst.get(FUNNEL, query_string=query)

    assert answer.status_code == 422
    assert any(error["field"] == field and hint in error["message"] for error in answer.json["errors"]), answer.json


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "step"),
        ({"step": 0}, "step"),
        ({"step": 9}, "step"),
        ({"step": 1, "outcome": "lost"}, "outcome"),
        ({"step": 1, "group": "mail"}, "breakdown"),
        ({"step": 1, "breakdown": "source", "group": "mail", "others": "true"}, "others"),
        ({"step": 1, "limit": 1_001}, "limit"),
    ],
)
def test_a_bar_that_is_none_is_refused(analyst, query, field):
    answer = analyst.get(SESSIONS, query_string=query)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_nothing_new_is_304_until_something_lands(visits):
    address = f"{FUNNEL}?start={DAY}&end={DAY}&tz=UTC&steps={STEPS}"
    tag = visits.get(address).headers["ETag"]

    assert visits.get(address, headers={"If-None-Match": tag}).status_code == 304
    send(visits, "s9", "10:20:00", "video_part_seen", step=2)
    assert counts(visits.get(address, headers={"If-None-Match": tag}).json) == [14, 9, 4]

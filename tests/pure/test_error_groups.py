"""PERF-7: errors are grouped by type and place, counted exactly, and kept without anybody's data."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from backend.analytics.monitoring.errors.buffer import MOST_KINDS, MOST_ROUTES, OTHER_ROUTES, Circumstances, ErrorBuffer
from backend.analytics.monitoring.errors.group import ErrorSource, Frame
from backend.analytics.monitoring.errors.stack import facts_of
from backend.analytics.monitoring.errors.wording import safe_message
from backend.jobs.attempt import TimeLimitReached

NOW = datetime(2026, 11, 30, 9, 59, 50, tzinfo=UTC)
HERE = Circumstances(ErrorSource.REQUEST, "GET /jobs/<slug>", "request-1")

SERVICE = """
def estimate(values):
    raise ValueError(f"no estimate for {values}")
"""
ROUTE = """
def show(estimate, values):
    return estimate(values)
"""


def function(name, source, module, moved=0):
    """A function as a module of that name has it, `moved` lines further down."""
    names = {"__name__": module}
    exec(compile("\n" * moved + source, f"/site/{module.replace('.', '/')}.py", "exec"), names)
    return names[name]


def caught(call, *args):
    with pytest.raises(BaseException) as raised:  # noqa: PT011
        call(*args)
    raised.value.__traceback__ = raised.value.__traceback__.tb_next  # without the test's own frame
    return raised.value


def facts(error):
    return facts_of(error, ErrorSource.REQUEST)


def through(route="backend.routes.pages.jobs", service="backend.assessments.pay", value=1, moved=0):
    estimate = function("estimate", SERVICE, service, moved)
    return caught(function("show", ROUTE, route), estimate, value)


def test_moved_lines_and_other_values_stay_one_group():
    first, later = facts(through(value="jane@example.org")), facts(through(value=77, moved=40))

    assert first.fingerprint == later.fingerprint
    assert [frame.line for frame in later.sample.frames if frame.function == "estimate"] == [43]
    assert (first.type, first.place) == ("ValueError", "backend.assessments.pay, estimate")


def test_a_fault_behind_two_routes_is_one_group_and_of_two_places_two():
    one = facts(through(route="backend.routes.pages.jobs"))

    assert facts(through(route="backend.routes.api.moves")).fingerprint == one.fingerprint
    assert facts(through(service="backend.assessments.moves")).fingerprint != one.fingerprint
    assert facts_of(through(), ErrorSource.JOB).fingerprint != one.fingerprint


def test_an_error_of_a_route_itself_is_grouped_by_the_route():
    broken = function("show", ROUTE, "backend.routes.pages.jobs")

    assert facts(caught(broken, None, 1)).place == "backend.routes.pages.jobs, show"


def test_causes_tell_errors_of_one_place_apart():
    def wrapped(cause):
        try:
            fail(cause)
        except Exception as error:
            raise RuntimeError("no answer") from error

    def fail(cause):
        raise cause

    kinds = [facts(caught(wrapped, cause)) for cause in (KeyError("a"), KeyError("b"), OSError("c"))]
    assert [kind.type for kind in kinds] == ["RuntimeError from KeyError"] * 2 + ["RuntimeError from OSError"]
    assert kinds[0].fingerprint == kinds[1].fingerprint != kinds[2].fingerprint


def test_what_is_raised_anywhere_is_grouped_by_the_work_it_ended():
    def work(depth):
        if not depth:
            raise TimeLimitReached
        return elsewhere(depth) if depth % 2 else work(depth - 1)

    def elsewhere(depth):
        return work(depth - 1)

    assert len({facts(caught(work, depth)).fingerprint for depth in range(5)}) == 1


def test_frames_of_libraries_are_kept_but_do_not_decide():
    sample = facts(caught(lambda: __import__("json").loads("{"))).sample

    assert [frame.is_own for frame in sample.frames] == [True, False, False, False]
    assert isinstance(sample.frames[-1], Frame)
    assert sample.frames[-1].module == "json.decoder"


TELLING = [
    (ValueError("no such person: Maria Lopez, 48,000 dollars"), "no such …"),
    (KeyError("maria.lopez@example.org"), "'…'"),
    (ValueError("invalid literal for int() with base 10: 'my salary'"), "invalid literal for int() with base …: '…'"),
    (RuntimeError("key (email)=(jane@example.org) already exists\nDETAIL: Jane"), "key (…)=(…) already exists"),
    (OSError(2, "No such file or directory", "/home/jane/cv.pdf"), "[…] No such file or directory: '/…'"),
    (ZeroDivisionError("division by zero"), "division by zero"),
]


@pytest.mark.parametrize(("error", "message"), TELLING)
def test_a_message_keeps_no_value(error, message):
    def fail(error):
        raise error

    said = facts(caught(fail, error)).sample.message
    assert not {"maria", "lopez", "jane", "salary", "48", "2"} & set(said.lower().replace("@", " ").split())
    assert said == message


def test_the_words_of_our_own_code_stay_readable():
    assert facts(through(value="Maria")).sample.message == "no estimate for …"
    assert safe_message("x" * 5000, []) == "…"


def test_an_error_that_cannot_say_what_it_is_is_counted_all_the_same():
    class Mute(Exception):
        def __str__(self):
            raise TypeError

    def fail():
        raise Mute

    assert facts(caught(fail)).type.endswith("Mute")


@pytest.fixture
def clock():
    return [NOW]


@pytest.fixture
def buffer(clock):
    return ErrorBuffer("r1", lambda: clock[0], lambda: True)


def written(buffer):
    saved = []
    buffer.write(saved.extend)
    return saved


def test_counts_are_exact_when_many_threads_fail_at_once(buffer, clock):
    error = through()
    threads = [threading.Thread(target=lambda: [buffer.record(error, HERE) for _ in range(200)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clock[0] += timedelta(seconds=20)
    buffer.record(error, HERE)

    [burst] = written(buffer)
    assert (burst.count, burst.first_seen, burst.last_seen) == (1601, NOW, clock[0])
    assert [burst.by_hour[clock[0].replace(minute=0, second=0) - timedelta(hours=ago)] for ago in (1, 0)] == [1600, 1]
    assert len(burst.requests) == 5
    assert written(buffer) == []


def test_what_could_not_be_written_waits_and_is_added_to(buffer, clock):
    error = through()

    def fail(_bursts):
        buffer.record(error, HERE)  # meanwhile
        raise ConnectionError

    buffer.record(error, HERE)
    with pytest.raises(ConnectionError):
        buffer.write(fail)

    [burst] = written(buffer)
    assert (burst.count, burst.routes) == (2, {"GET /jobs/<slug>": 2})


def test_memory_is_bounded_and_nothing_goes_uncounted(buffer):
    for number in range(MOST_KINDS + 30):
        buffer.record(through(service=f"backend.room_{number}"), HERE)
    for number in range(MOST_ROUTES + 30):
        buffer.record(through(service="backend.room_0"), Circumstances(ErrorSource.REQUEST, f"GET /{number}"))

    bursts = {burst.facts.place: burst for burst in written(buffer)}
    assert (len(bursts), bursts[""].count) == (MOST_KINDS + 1, 30)
    routes = bursts["backend.room_0, estimate"].routes
    assert (len(routes), routes[OTHER_ROUTES], routes.total()) == (MOST_ROUTES + 1, 31, MOST_ROUTES + 31)


def test_nothing_is_recorded_while_monitoring_is_off():
    buffer = ErrorBuffer("r1", lambda: NOW, lambda: False)
    buffer.record(through(), HERE)

    assert written(buffer) == []

"""Answers that processes share: worked out once, never served spoilt or too old, and never missed when the store is."""

from __future__ import annotations

import os
import resource
import signal
from multiprocessing import get_context
from pathlib import Path
from time import sleep, time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.warehouse import answers
from backend.analytics.warehouse.answers import FAILED, FOUND, HIT, AnswerCache, packed, unpacked
from backend.analytics.warehouse.stores import MOST_ANSWERS, MOST_VERSIONS, AnswerKey, FileStore, RedisStore

ROWS = [("google", 3, 0.25, None, [1.5, None]), ("bing", 2**62, -0.1, True, [])]
FORK = get_context("fork")
VALUES = st.none() | st.booleans() | st.integers(-(2**90), 2**90) | st.floats() | st.text() | st.just(b"bytes")


@pytest.fixture
def key():
    return AnswerKey(uuid4().hex, uuid4().hex)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "answers"


@pytest.fixture(params=["files", "redis"])
def store(request, folder):
    if request.param == "files":
        return FileStore(folder, 600, lease=0.6)
    return RedisStore(request.getfixturevalue("redis_url"), 600, lease=0.6)


def path_of(folder, key):
    return folder / "by-version" / key.version / key.question


def never():
    raise AssertionError("it was worked out again")


def in_another_process(action):
    """Run it to its end, however it ends."""
    process = FORK.Process(target=action)
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


@given(st.lists(st.lists(VALUES | st.lists(VALUES), max_size=4).map(tuple), max_size=4))
def test_rows_come_back_as_they_were_or_are_not_shared(rows):
    answer = packed(rows)

    assert answer is None or repr(unpacked(answer)) == repr(rows)


def test_an_answer_that_is_large_is_not_shared():
    assert packed([("x" * 200_000,)]) is None


def test_another_process_finds_the_answer(store, key):
    assert in_another_process(lambda: AnswerCache(store).get(key, lambda: ROWS)) == 0

    counted = []
    assert AnswerCache(store, counted.append).known(key) == ROWS
    assert AnswerCache(store, counted.append).get(key, never) == ROWS
    assert AnswerCache(store).known(AnswerKey(uuid4().hex, key.question)) is None
    assert counted == [HIT, HIT]


def test_answers_of_other_versions_are_dropped(store, key):
    other = AnswerKey(uuid4().hex, key.question)
    for each in (key, other):
        AnswerCache(store).get(each, lambda: ROWS)

    AnswerCache(store).forget(frozenset({key.version}))

    assert AnswerCache(store).known(key) == ROWS
    assert AnswerCache(store).known(other) is None


def test_two_processes_that_ask_at_once_work_it_out_once(store, key, tmp_path):
    log = tmp_path / "log"

    def ask():
        def work():
            with log.open("a") as file:
                file.write("worked\n")
            sleep(0.3)
            return ROWS

        assert AnswerCache(store).get(key, work) == ROWS

    processes = [FORK.Process(target=ask) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0]
    assert log.read_text() == "worked\n"


def test_whoever_is_killed_at_work_keeps_nobody_waiting_for_longer_than_the_lease(store, key):
    def work():
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_another_process(lambda: AnswerCache(store).get(key, work)) == -signal.SIGKILL

    assert AnswerCache(store).get(key, lambda: ROWS) == ROWS
    assert AnswerCache(store).get(key, never) == ROWS


def test_whoever_hangs_at_work_is_waited_for_no_longer_than_the_lease(store, key):
    end = store.take_turn(key)

    assert AnswerCache(store).get(key, lambda: ROWS) == ROWS

    end()
    assert AnswerCache(store).get(key, never) == ROWS


@pytest.mark.parametrize(
    "spoil", [lambda answer: answer[:-3], lambda _: b"", lambda answer: answer.replace(b"3", b"4")]
)
def test_a_spoilt_file_is_no_answer_and_is_written_anew(folder, key, spoil):
    store = FileStore(folder, 600)
    AnswerCache(store).get(key, lambda: ROWS)
    path = path_of(folder, key)
    path.write_bytes(spoil(path.read_bytes()))

    assert AnswerCache(store).known(key) is None
    assert AnswerCache(store).get(key, lambda: ROWS) == ROWS
    assert AnswerCache(store).known(key) == ROWS


@pytest.mark.parametrize("seconds", [-601, 3_600])
def test_an_answer_ends_with_its_time_or_when_the_clock_is_set_back(folder, key, seconds):
    store = FileStore(folder, 600)
    AnswerCache(store).get(key, lambda: ROWS)
    os.utime(path_of(folder, key), (time() + seconds,) * 2)

    assert AnswerCache(store).known(key) is None


def test_an_answer_that_is_renewed_is_good_for_as_long_again(folder, key):
    store = FileStore(folder, 600)
    AnswerCache(store).get(key, lambda: ROWS)
    os.utime(path_of(folder, key), (time() - 500,) * 2)

    AnswerCache(store, renews=True).get(key, never)

    assert time() - path_of(folder, key).stat().st_mtime < 400


def test_a_disk_without_room_costs_the_sharing_and_not_the_answer(folder, key):
    """No file may grow: what the kernel says is another word for the same, and no less real."""

    def ask():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        counted = []
        assert AnswerCache(FileStore(folder, 600), counted.append).get(key, lambda: ROWS) == ROWS
        assert counted == [FOUND, FAILED]

    assert in_another_process(ask) == 0
    assert [file for file in folder.rglob("*") if file.is_file() and file.stat().st_size] == []


@pytest.mark.parametrize("kind", ["files", "redis"])
def test_a_store_that_is_broken_is_left_alone_for_a_while(kind, tmp_path, key, caplog, monkeypatch):
    tmp_path.joinpath("file").touch()
    broken = FileStore(tmp_path / "file", 600) if kind == "files" else RedisStore("redis://127.0.0.1:1/0", 600)
    counted = []
    cache = AnswerCache(broken, counted.append)

    assert [cache.get(AnswerKey("v", f"{n:x}"), lambda: ROWS) for n in range(3)] == [ROWS] * 3
    assert counted.count(FAILED) == 1
    monkeypatch.setattr(answers, "monotonic", lambda: 10.0**9)
    assert cache.get(key, lambda: ROWS) == ROWS
    assert counted.count(FAILED) == 2
    assert "The store of answers is left alone for 10 s" in caplog.text


def test_only_the_last_versions_are_stored(folder):
    store = FileStore(folder, 600)
    for number in range(MOST_VERSIONS + 2):
        store.put(AnswerKey(f"version-{number}", "0"), b"answer")

    names = {path.name for path in Path(folder, "by-version").iterdir()}
    assert len(names) <= MOST_VERSIONS + 1
    assert f"version-{MOST_VERSIONS + 1}" in names


def test_the_oldest_answers_of_a_version_make_room(folder):
    store = FileStore(folder, 600)
    for number in range(MOST_ANSWERS + 5):
        store.put(AnswerKey("one", f"{number:03}"), b"answer")
        os.utime(path_of(folder, AnswerKey("one", f"{number:03}")), (time() - 500 + number,) * 2)

    names = {path.name for path in Path(folder, "by-version", "one").iterdir()}
    assert names == {f"{number:03}" for number in range(5, MOST_ANSWERS + 5)}

"""The wait before the next try."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from backend.jobs.backoff import full_jitter

HOUR = timedelta(hours=1)


@given(failures=st.integers(1, 10_000), seed=st.integers())
def test_a_wait_is_never_negative_and_never_longer_than_its_step_or_an_hour(failures, seed):
    wait = full_jitter(failures, Random(seed).uniform)

    assert timedelta() <= wait <= min(timedelta(seconds=10) * 2 ** min(failures - 1, 40), HOUR)


@given(failures=st.integers(1, 40))
def test_the_longest_possible_wait_doubles_to_an_hour(failures):
    assert full_jitter(failures, lambda _low, high: high) == min(timedelta(seconds=10) * 2 ** (failures - 1), HOUR)


def test_waits_of_jobs_that_failed_together_are_spread():
    uniform = Random(7).uniform

    waits = [full_jitter(5, uniform) / timedelta(seconds=160) for _ in range(1000)]

    assert 0.45 < sum(waits) / 1000 < 0.55
    assert min(waits) < 0.02
    assert max(waits) > 0.98

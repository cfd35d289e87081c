from __future__ import annotations

import signal
from datetime import timedelta

import pytest

from app.alarm import Alarm
from backend.jobs.attempt import TimeLimitReached


def test_an_alarm_that_rings_just_as_the_work_ends_does_not_end_the_process_later(monkeypatch):
    alarm, before = Alarm(), signal.getsignal(signal.SIGALRM)

    def ring_instead_of_being_stopped(_timer, seconds):
        if not seconds:
            raise TimeLimitReached

    with monkeypatch.context() as patched:
        patched.setattr(signal, "setitimer", ring_instead_of_being_stopped)
        with pytest.raises(TimeLimitReached), alarm.within(timedelta(minutes=1)):
            pass

    assert alarm._deadline is None
    assert signal.getsignal(signal.SIGALRM) is before

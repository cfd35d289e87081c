"""The four groups of checks: the site, its data, work and email, safety. What nobody measured has no figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from backend.dashboards.ops.checks import Check, Group, State
from backend.formats import ago, count, counted, duration, first_capital, latency

if TYPE_CHECKING:
    from backend.analytics.monitoring.windows import Window
    from backend.plugins import Health

SLOWEST = 0.5  # seconds that the 95th percentile may take
MOST_FAILED, MOST_UNDELIVERED = 0.01, 0.1  # shares
FEWEST = 20  # measurements under which a rate says nothing
LONGEST_WAIT = timedelta(minutes=5)
FULL = {"disk": 90.0, "memory": 80.0}  # percent
NOT_YET = "not measured"
JOBS = "/admin/jobs"
AS_OF = "as of "


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """Requests of the last 30 days, and of the last hour."""

    month: Window
    hour: Window


@dataclass(frozen=True, slots=True)
class WorkFigures:
    """`oldest`: how long the job that has waited longest has been due. `emails`: of the last 24 hours."""

    heartbeat: timedelta | None
    waiting: int
    oldest: timedelta | None
    dead: int
    emails: Window
    reaches_people: bool
    undelivered: int


def site(figures: SiteFigures) -> Group:
    return Group("Site", (_answers(figures.month), _fast(figures.hour), _errors(figures.hour)))


def _answers(month: Window) -> Check:
    rate = month.error_rate
    if rate is None:
        return Check(
            "Answers requests", "every page and the API", NOT_YET, "last 30 days", State.UNKNOWN, noun="requests"
        )
    state, about = _judged(month, "every page and the API", is_past=rate > MOST_FAILED)
    trouble = "Too many requests have failed this month."
    return Check("Answers requests", about, _cut(1 - rate), "last 30 days", state, trouble, "#objectives", "requests")


def _fast(hour: Window) -> Check:
    slow = hour.quantile(0.95)
    if slow is None:
        return Check("Fast enough", "95th percentile", "no requests", "last hour", State.UNKNOWN, noun="speed")
    state, about = _judged(hour, "95th percentile", is_past=slow > SLOWEST)
    return Check("Fast enough", about, latency(slow), "last hour", state, "The site is slow.", "#charts", "speed")


def _judged(window: Window, about: str, *, is_past: bool) -> tuple[State, str]:
    """Past a limit with too few requests to say so is neither good nor bad."""
    if not is_past:
        return State.OK, about
    if window.count < FEWEST:
        return State.UNKNOWN, f"{about} of {counted(window.count, 'request')}, too few to judge"
    return State.BAD, about


def _errors(hour: Window) -> Check:
    rate = hour.error_rate
    if rate is None:
        return Check("Errors", "share of requests", "no requests", "last hour", State.UNKNOWN)
    state, about = _judged(hour, "share of requests", is_past=rate > MOST_FAILED)
    value = "0%" if not rate else "<0.01%" if rate < 0.0001 else f"{rate:.2%}"
    return Check("Errors", about, value, "last hour", state, "Requests are failing.", "/ops/errors")


def _cut(share: float) -> str:
    """99.98%: never rounded up to a hundred."""
    return "100%" if share == 1 else f"{int(share * 10_000) / 100:.2f}%"


def data(newest_event: timedelta | None, lake: Health, sources: str) -> Group:
    """`sources`: of when the official figures are."""
    arrives = (
        Check("Events arrive", "newest event", ago(newest_event.total_seconds()), "now")
        if newest_event is not None
        else Check("Events arrive", "newest event", "none yet", "now", State.UNKNOWN, noun="events")
    )
    name, trouble = "Figures are fresh", "Dashboards are behind."
    if not lake.ok:
        fresh = Check(name, first_capital(lake.reason), "behind", "now", State.BAD, trouble, "#dependencies")
    elif lake.reason.startswith(AS_OF):
        fresh = Check(name, "what dashboards read", lake.reason.removeprefix(AS_OF), "now")
    else:
        fresh = Check(name, "what dashboards read", lake.reason or NOT_YET, "now", State.UNKNOWN, noun="figures")
    official = Check("Official figures", "BLS, O*NET, BEA", sources, "in use", href="/methodology#sources")
    return Group("Data", (arrives, fresh, official))


def work(figures: WorkFigures) -> Group:
    return Group("Work and email", (_runs(figures), _waiting(figures), _gave_up(figures.dead), _email(figures)))


def _runs(figures: WorkFigures) -> Check:
    name, about, trouble = "Background work runs", "scheduler", "Background work has stopped."
    if figures.heartbeat is None:
        return Check(name, about, "never ran", "now", State.BAD, trouble, "#work")
    seconds = figures.heartbeat.total_seconds()
    return Check(name, about, ago(seconds), "last heartbeat", State.OK if seconds < 30 else State.BAD, trouble, "#work")


def _waiting(figures: WorkFigures) -> Check:
    late = figures.oldest or timedelta()
    about = f"oldest due {duration(late.total_seconds())} ago" if figures.oldest else "none overdue"
    state = State.BAD if late > LONGEST_WAIT else State.OK
    return Check("Jobs waiting", about, count(figures.waiting), "now", state, "Jobs wait too long.", JOBS)


def _gave_up(dead: int) -> Check:
    state = State.BAD if dead else State.OK
    about = "after all their attempts" if dead else "none"
    trouble = "1 job gave up." if dead == 1 else f"{count(dead)} jobs gave up."
    return Check("Jobs that gave up", about, count(dead), "last 90 days", state, trouble, f"{JOBS}?show=dead")


def _email(figures: WorkFigures) -> Check:
    if not figures.reaches_people:
        about = "no mail server is set up; emails are saved in the outbox folder"
        return Check("Email", about, "not sent", "now", State.UNKNOWN, href=JOBS)
    sent = figures.emails.count - figures.emails.failed
    trouble = "Email is not going out."
    if figures.undelivered:
        about = f"{counted(figures.undelivered, 'email')} not delivered yet"
        value = (
            f"{count(sent)} of {count(figures.emails.count)}" if figures.emails.count else count(figures.undelivered)
        )
        return Check("Email", about, value, "last 24 hours", State.BAD, trouble, f"{JOBS}?show=failed")
    value = f"{count(sent)} of {count(figures.emails.count)}" if figures.emails.count else "none sent"
    failed_share = figures.emails.failed / figures.emails.count if figures.emails.count else 0
    state = State.BAD if failed_share > MOST_UNDELIVERED and figures.emails.failed > 1 else State.OK
    return Check("Email", "delivered to the mail server", value, "last 24 hours", state, trouble, JOBS)


def safety(gauges: Mapping[str, float | None], master_key: Health, secrets: Health) -> Group:
    """`gauges`: the fullest disk and memory of any host, in percent; None: not measured."""
    keys = Check(
        "Personal data can be opened",
        master_key.reason or "encryption keys",
        "yes" if master_key.ok else "no",
        "now",
        State.OK if master_key.ok else State.BAD,
        "Personal data can’t be opened.",
        "#dependencies",
    )
    same = Check(
        "Secrets in the settings",
        secrets.reason or "compared with those used before",
        "unchanged" if secrets.ok else "changed",
        "now",
        State.OK if secrets.ok else State.BAD,
        "The secrets of this site have changed.",
        "#dependencies",
    )
    return Group("Safety", (*(_full(name, gauges.get(name)) for name in FULL), keys, same))


def _full(name: str, percent: float | None) -> Check:
    title = name.capitalize()
    if percent is None:
        return Check(title, "used", NOT_YET, "now", State.UNKNOWN, href="#hosts")
    state = State.BAD if percent > FULL[name] else State.OK
    return Check(
        title, "used on the fullest host", f"{percent:.0f}%", "now", state, f"{title} is nearly full.", "#hosts"
    )

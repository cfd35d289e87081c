"""The one question: the jobs that a typed title may mean."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.presentation.occupation_lists import FoundJob, JobDirectory
from backend.reference.plain_names import JobName
from backend.reference.titles import Fit, TitleSearch
from backend.reference.typed_titles import NoJob

BADGES = {Fit.EXACT: "Exact match", Fit.CLOSE: "Close", Fit.POSSIBLE: ""}
MOST_NEAREST = 3
_NO_JOB = {
    NoJob.SITUATION: "“{text}” isn’t an occupation. Enter the job you had or the one you want.",
    NoJob.MILITARY: "Military jobs aren’t in the figures behind this calculator. "
    "Enter the closest civilian job, such as “police officer” or “truck driver.”",
}


@dataclass(frozen=True, slots=True)
class JobChoice:
    """An occupation that a typed title may mean; `note` says what it is, or that it has no score."""

    code: str
    name: str
    badge: str
    exact: bool
    note: str


@dataclass(frozen=True, slots=True)
class JobFields:
    """`sure`: there is one choice, and it is an exact match. `notice`: why the text names no occupation."""

    text: str
    choices: tuple[JobChoice, ...]
    sure: bool
    notice: str = ""


def job_fields(text: str, search: TitleSearch | None, directory: JobDirectory) -> JobFields:
    """`search`: what a title search for `text` came to."""
    found = directory.found(search.matches) if search else ()
    exact = search.exact if search else False
    choices = tuple(map(_choice, found))
    return JobFields(text, choices, sure=exact and len(choices) == 1, notice=notice(text, search) if search else "")


def one_job(code: str, job: JobName) -> JobFields:
    """The job whose public page led here."""
    return JobFields(job.name, (JobChoice(code, job.name, "", False, job.does),), sure=True)


def notice(text: str, search: TitleSearch) -> str:
    """Why a typed title names no occupation and what to enter instead; empty where it may name one."""
    return _NO_JOB[search.no_job].format(text=text.strip()) if search.no_job else ""


def note(job: FoundJob) -> str:
    """What the job is, which tells it from the others; for one without a score, that, and the nearest that have one."""
    if job.scored:
        return job.does or _reason(job)
    nearest = ", ".join(row.name.lower() for row in job.nearest[:MOST_NEAREST])
    near = f" The nearest jobs with a score: {nearest}." if nearest else ""
    return f"There isn’t enough research to score {job.many}.{near}"


def _choice(job: FoundJob) -> JobChoice:
    match = job.match
    return JobChoice(match.code, job.row.name, BADGES[match.fit], match.fit is Fit.EXACT, note(job))


def _reason(job: FoundJob) -> str:
    return f"“{job.matched}” is one of its titles." if job.matched else ""

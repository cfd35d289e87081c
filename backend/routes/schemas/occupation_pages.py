"""What the lists of jobs are asked for: the order, parsed once, every bad field reported together."""

from __future__ import annotations

from collections.abc import Mapping

from backend.assessments.job_impact.presentation.occupation_lists import JobOrder, JobSort
from backend.errors import FieldError, InvalidRequest

DIRECTIONS = {"asc": False, "desc": True}


def job_order(query: Mapping[str, str]) -> JobOrder:
    """Whatever else an address carries, such as a campaign, is none of its business."""
    usual = JobOrder()
    sort, direction = query.get("sort", usual.sort), query.get("order", "desc" if usual.falling else "asc")
    problems = []
    if sort not in set(JobSort):
        problems.append(FieldError("sort", f"must be one of {', '.join(JobSort)}"))
    if direction not in DIRECTIONS:
        problems.append(FieldError("order", f"must be one of {', '.join(DIRECTIONS)}"))
    if problems:
        raise InvalidRequest(problems)
    return JobOrder(JobSort(sort), DIRECTIONS[direction])


def address_query(order: JobOrder) -> dict[str, str]:
    """The parameters of an address for this order; none for the usual one."""
    if order == JobOrder():
        return {}
    return {"sort": order.sort.value, "order": "desc" if order.falling else "asc"}

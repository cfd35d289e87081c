"""`/admin/audit`: who did what. Whoever reads here is remembered as well."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from backend.accounts.people.directory import Directory
from backend.accounts.permissions import Scope
from backend.audit.actions import Action
from backend.audit.models import AuditEntry
from backend.audit.service import AuditLog
from backend.audit.words import ACTIONS, detail_in_words, name_in_words
from backend.clock import utc_now
from backend.plugins import get
from backend.routes.access import caller_name, require
from backend.routes.reader import reader_zone
from backend.routes.schemas.audit import DAYS, AuditQuestion, audit_csv

bp = Blueprint("audit", __name__, url_prefix="/admin")
PAGE = 50


@bp.get("/audit")
@require(Scope.AUDIT_READ)
def entries() -> ResponseReturnValue:
    question = _asked()
    if question.errors:
        return _page(question), 422
    log = get(AuditLog)
    log.record_reading(caller_name(), Action.AUDIT_READ, "audit:log", **question.details())
    listed = log.list(question.filter, question.before, PAGE + 1)
    return _page(question, entries=listed[:PAGE], older=listed[PAGE - 1].number if len(listed) > PAGE else None)


@bp.get("/audit.csv")
@require(Scope.AUDIT_READ)
def table() -> ResponseReturnValue:
    question = _asked()
    wanted, log = question.filter, get(AuditLog)
    log.record_reading(caller_name(), Action.AUDIT_EXPORTED, "audit:log", **question.details())
    headers = {"Content-Disposition": f"attachment; filename=audit_{question.now:%Y-%m-%d}.csv"}
    return Response(stream_with_context(audit_csv(log.all(wanted))), mimetype="text/csv", headers=headers)


def _asked() -> AuditQuestion:
    return AuditQuestion.parse(request.args, utc_now(), get(Directory).name_of)


def _page(question: AuditQuestion, entries: Sequence[AuditEntry] = (), older: int | None = None) -> str:
    named = {name for entry in entries for name in (entry.actor, entry.object)}
    emails = get(Directory).named({*named, question.actor, question.object})
    words = {name: name_in_words(name, emails) for name in named}
    return render_template(
        "admin/audit.html", question=question, errors=question.errors, actions=ACTIONS, days=DAYS, entries=entries,
        older=older, words=words, emails=emails, detail=detail_in_words, zone=reader_zone(),
    )  # fmt: skip

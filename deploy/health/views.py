"""The two probes. ProbeMiddleware calls them before any host, session or user is looked at."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from deploy.health import probe
from deploy.health.shared_check import SharedCheck

write_check = SharedCheck(begin=probe.write_attempt, deadline=probe.DEADLINE, late=probe.LATE)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 `{"ok": true}` as long as this process answers at all; touch no database.

    Another method than GET or HEAD gets 405.
    """
    return JsonResponse({"ok": True})


@require_safe
def dbcheck(request: HttpRequest) -> JsonResponse:
    """Answer 200 `{"ok": true, "inserted": true}` when a product can be inserted right now.

    503 `{"ok": false, "error": reason}` otherwise, at the latest after probe.DEADLINE seconds. Nothing stays
    in the product master. Within a second all callers of a process share one answer. Another method than GET
    or HEAD gets 405.
    """
    outcome = write_check.answer()
    if outcome.error is None:
        return JsonResponse({"ok": True, "inserted": True})
    request.META["papyrus.reason"] = outcome.error
    return JsonResponse({"ok": False, "error": outcome.error}, status=503)

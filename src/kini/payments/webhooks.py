"""Webhooks of payment providers: authenticated by signature, idempotent."""

import hashlib

import structlog
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kini.core.actors import system
from kini.payments import actions
from kini.payments.models import Payment
from kini.payments.providers.base import WebhookRejected
from kini.payments.providers.configured import providers

log = structlog.get_logger("kini.payments")


@csrf_exempt
@require_POST
def receive_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Receive a webhook: 401 for a bad signature or an old message, 400 if malformed, 404 for an unknown order."""
    configured = providers().get(provider)
    if configured is None:
        raise Http404
    try:
        told = configured.notice(request.path, request.headers, request.body)
    except WebhookRejected as refused:
        log.warning("notice refused", provider=provider, reason=str(refused))
        return JsonResponse({"responseCode": "4015200", "responseMessage": str(refused)}, status=401)
    except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return JsonResponse({"responseCode": "4005200", "responseMessage": "A field is missing or wrong."}, status=400)
    try:
        digest = hashlib.sha256(request.body).hexdigest()
        actions.process_webhook(by=system(f"provider {provider}"), provider=provider, notice=told, sha256=digest)
    except Payment.DoesNotExist:
        return JsonResponse({"responseCode": "4045201", "responseMessage": "No such order."}, status=404)
    return JsonResponse(dict(told.answer))

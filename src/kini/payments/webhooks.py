"""Webhooks of payment providers: authenticated by signature, idempotent."""

import hashlib

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kini.core.actors import system
from kini.payments import actions
from kini.payments.models import Payment
from kini.payments.providers import configured_providers
from kini.payments.providers.base import WebhookRejected, WebhookResult

log = structlog.get_logger("kini.payments")


@csrf_exempt
@require_POST
def receive_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Process a webhook and answer in the provider's protocol."""
    configured = configured_providers().get(provider)
    if configured is None:
        raise Http404
    try:
        message = configured.parse_webhook(request.path, request.headers, request.body)
    except WebhookRejected as rejection:
        log.warning("webhook rejected", provider=provider, reason=str(rejection))
        return configured.acknowledge(WebhookResult.REJECTED, str(rejection))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return configured.acknowledge(WebhookResult.MALFORMED)
    digest = hashlib.sha256(request.body).hexdigest()
    try:
        actions.process_webhook(by=system(f"provider {provider}"), provider=provider, message=message, sha256=digest)
    except Payment.DoesNotExist:
        return configured.acknowledge(WebhookResult.UNKNOWN_ORDER)
    return configured.acknowledge(WebhookResult.ACCEPTED)

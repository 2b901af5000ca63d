"""Webhooks of SMS and WhatsApp providers: receipts and inbound messages. Authenticated by signature; idempotent."""

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kini.core.actors import system
from kini.messages import actions
from kini.messages.providers.base import DeliveryReceipt, InvalidSignature
from kini.messages.providers.configuration import configured_providers

log = structlog.get_logger("kini.messages")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Process a webhook: 401 for an invalid signature, 400 for an unreadable body."""
    configured = configured_providers().get(provider)
    if configured is None:
        raise Http404
    if request.method != "POST":
        answer = configured.challenge(request.GET.dict())
        return HttpResponse(answer, content_type="text/plain", status=200 if answer else 403)
    try:
        events = configured.parse_webhook(settings.ENV.address + request.get_full_path(), request.headers, request.body)
    except InvalidSignature as error:
        log.warning("webhook refused", provider=provider, reason=str(error))
        return JsonResponse({"detail": str(error)}, status=401)
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"detail": "A field is missing or invalid."}, status=400)
    by = system(f"provider {provider}")
    for event in events:
        if isinstance(event, DeliveryReceipt):
            actions.record_receipt(by=by, receipt=event)
        else:
            actions.receive(by=by, provider=provider, incoming=event)
    return HttpResponse(status=204)

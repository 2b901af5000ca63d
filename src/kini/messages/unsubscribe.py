"""Signed unsubscribe links and their page: one channel, no sign-in, no expiry."""

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kini.core.actors import Actor, ActorKind
from kini.messages import actions
from kini.messages.channels.base import channels

SALT = "messages.stop"


def unsubscribe_url(channel: str, recipient: str) -> str:
    """Absolute unsubscribe URL."""
    token = signing.dumps([channel, recipient], salt=SALT)
    return f"{settings.ENV.address}{reverse('messages:stop', args=[token])}"


def read_token(token: str) -> tuple[str, str] | None:
    """Channel and recipient of a token; None if its signature is invalid."""
    try:
        channel, recipient = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(channel), str(recipient)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribe from one channel by a signed link. Mail clients post to it directly (RFC 8058)."""
    target = read_token(token)
    if target is None or (channel := channels.find(target[0])) is None:
        raise Http404
    done = request.method == "POST"
    if done:
        actions.opt_out(by=Actor(ActorKind.GUEST), channel=channel.id, recipient=target[1])
    return render(request, "messages/stop.html", {"channel": channel, "recipient": target[1], "done": done})

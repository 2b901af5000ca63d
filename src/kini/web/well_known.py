"""Well-known files: the security contact (security.txt, RFC 9116), and rules for crawlers (robots.txt, RFC 9309)."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kini.core import moments
from kini.web.city import face

#: Validity of security.txt when the operator gave no day; RFC 9116 advises less than a year.
HOLDS = timedelta(days=180)
#: Beginnings of addresses that concern one person, or where codes and numbers are tried.
PRIVATE = (
    *("/account/", "/api/", "/apply/", "/cases/", "/demo/", "/desk/", "/guest/", "/identity/", "/me/", "/messages/"),
    *("/offline/", "/outbox/", "/sign-in/", "/track/", "/v/", "/wifi/captive/", "/wifi/portal/"),
)


@require_safe
@cache_control(public=True, max_age=86_400)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Contact and expiry as the operator gave them (KINI_SECURITY_CONTACT, KINI_SECURITY_EXPIRES)."""
    env = settings.ENV
    if not env.security_contact:
        raise Http404
    expires = datetime.combine(env.security_expires, time(), UTC) if env.security_expires else moments.now() + HOLDS
    lines = (
        f"Contact: {env.security_contact}",
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(face().languages)}",
        f"Canonical: {env.address}{reverse('web:security-txt')}",
    )
    return _text(lines)


@require_safe
@cache_control(public=True, max_age=86_400)
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Let crawlers index public pages and no page about a person. The operator's address is not named."""
    return _text(("User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)))


def _text(lines: tuple[str, ...]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

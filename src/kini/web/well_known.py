"""security.txt (RFC 9116) and robots.txt (RFC 9309)."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kini.core import current_time
from kini.web.current_city import current_city
from kini.web.environment import WebEnvironment

#: Default validity of security.txt; RFC 9116 advises less than a year.
HOLDS = timedelta(days=180)
#: Prefixes of personal pages, and of those where codes and numbers are entered.
PRIVATE = (
    *("/account/", "/api/", "/apply/", "/cases/", "/demo/", "/desk/", "/guest/", "/identity/", "/me/", "/messages/"),
    *("/offline/", "/outbox/", "/sign-in/", "/track/", "/v/", "/wifi/captive/", "/wifi/portal/"),
)


@require_safe
@cache_control(public=True, max_age=86_400)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Contact and expiry from KINI_SECURITY_CONTACT and KINI_SECURITY_EXPIRES."""
    env = WebEnvironment.current()
    if not env.security_contact:
        raise Http404
    expires = (
        datetime.combine(env.security_expires, time(), UTC) if env.security_expires else current_time.now() + HOLDS
    )
    lines = (
        f"Contact: {env.security_contact}",
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(current_city().languages)}",
        f"Canonical: {settings.ENV.address}{reverse('web:security-txt')}",
    )
    return _text(lines)


@require_safe
@cache_control(public=True, max_age=86_400)
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Exclude personal pages from indexing. The operator's pages are not listed, so as not to disclose their URL."""
    return _text(("User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)))


def _text(lines: tuple[str, ...]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

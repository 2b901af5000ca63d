"""Sign-in again at a client's request (`prompt=login`, OpenID Connect Core 3.1.2.1)."""

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.people.sign_in import next_url


@never_cache
@require_safe
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Ask to sign in again: the button ends the session, and signing in returns to the client.

    GET does not end the session, as any page could link to it.
    """
    sign_in = f"{reverse('people:sign-in')}?{urlencode({REDIRECT_FIELD_NAME: next_url(request)})}"
    if not request.user.is_authenticated:
        return redirect(sign_in)
    return render(request, "people/sign_in_again.html", {"sign_in": sign_in})

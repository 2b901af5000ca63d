"""Single sign-on for officers through the city's directory: OpenID Connect with PKCE, state and nonce (Authlib).

The directory authenticates; it does not make anybody an officer. A head of agency links each officer to an e-mail
address of the directory; the first sign-in with that verified address fixes the subject.
"""

from functools import lru_cache
from typing import Any

import requests
from allauth.account.utils import perform_login
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from joserfc.errors import JoseError

from kini.core import security_log
from kini.core.actors import NotAllowed, system
from kini.people import actions
from kini.people.allauth_internals import record_authentication
from kini.people.directory_config import DirectoryConfig, configured_directory
from kini.people.mfa import DIRECTORY_METHOD
from kini.people.sign_in import next_url

BY = system("people.directory")
SECONDS_TO_ANSWER = 10
_NEXT = "directory_next"
#: Errors of the library when the directory is unreachable or its response is invalid.
DIRECTORY_ERRORS = (
    AuthlibBaseError,
    JoseError,
    requests.RequestException,
    LookupError,
    TypeError,
    ValueError,
    RuntimeError,
)


@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Redirect an officer to the directory."""
    configured = _configured()
    request.session[_NEXT] = next_url(request)
    try:
        answer: HttpResponse = _client(configured).authorize_redirect(request, _callback(request))
    except DIRECTORY_ERRORS:
        return _refuse(
            request, _("The directory does not respond. Try again in a few minutes, or sign in with a code.")
        )
    return answer


@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Handle the directory's response, and sign in the officer linked to its subject."""
    configured = _configured()
    try:
        claims = _claims(configured, request)
    except DIRECTORY_ERRORS:
        return _refuse(request, _("The sign-in through the directory failed. Start again."))
    try:
        user = actions.match_directory_officer(
            by=BY,
            issuer=configured.issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email", "")) if claims.get("email_verified") is True else "",
        )
    except NotAllowed as refusal:
        return _refuse(request, str(refusal))
    record_authentication(request, user, DIRECTORY_METHOD, second_step=configured.strength(claims))
    onwards = request.session.pop(_NEXT, "")
    safe = url_has_allowed_host_and_scheme(onwards, {request.get_host()}, require_https=request.is_secure())
    answer: HttpResponse = perform_login(request, user, redirect_url=onwards if safe else None)
    return answer


@never_cache
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Confirm that the session here has ended, with a link that ends the one at the directory."""
    configured = _configured()
    context = {"name": configured.name, "address": _end_address(configured, request)}
    return render(request, "people/directory_signed_out.html", context)


def _end_address(configured: DirectoryConfig, request: HttpRequest) -> str:
    """URL for signing out of the directory (OpenID Connect RP-Initiated Logout); empty if it has none."""
    try:
        end = _client(configured).load_server_metadata().get("end_session_endpoint", "")
    except DIRECTORY_ERRORS:
        return ""
    home = request.build_absolute_uri(reverse("web:home"))
    return f"{end}?{urlencode({'client_id': configured.client_id, 'post_logout_redirect_uri': home})}" if end else ""


def _configured() -> DirectoryConfig:
    config = configured_directory()
    if config is None:
        raise Http404
    return config


def _callback(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("people:directory-back"))


def _claims(configured: DirectoryConfig, request: HttpRequest) -> dict[str, Any]:
    """Claims of the ID token, checked for signature, issuer, audience, time and nonce, merged with userinfo."""
    client = _client(configured)
    expected = {
        "iss": {"essential": True, "value": configured.issuer},
        "aud": {"essential": True, "value": configured.client_id},
    }
    token = client.authorize_access_token(request, claims_options=expected)
    claims = dict(token["userinfo"])
    if "email" not in claims and client.server_metadata.get("userinfo_endpoint"):
        more = dict(client.userinfo(token=token))
        if more.get("sub") != claims["sub"]:  # OpenID Connect Core, section 5.3.2
            raise ValueError("userinfo is about somebody else")
        claims = more | claims
    return claims


@lru_cache(maxsize=4)
def _client(configured: DirectoryConfig) -> Any:
    """OAuth client of a directory; it caches the directory's metadata and keys."""
    registry = OAuth()
    return registry.register(
        "directory",
        client_id=configured.client_id,
        client_secret=configured.client_secret,
        server_metadata_url=f"{configured.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": " ".join(configured.scopes),
            "code_challenge_method": "S256",
            "default_timeout": SECONDS_TO_ANSWER,
        },
    )


def _refuse(request: HttpRequest, why: str) -> HttpResponse:
    security_log.report("sign-in-refused", way="directory")
    messages.error(request, why)
    onwards = request.session.pop(_NEXT, "")
    query = f"?{urlencode({REDIRECT_FIELD_NAME: onwards})}" if onwards else ""
    return redirect(f"{reverse('people:sign-in')}{query}")

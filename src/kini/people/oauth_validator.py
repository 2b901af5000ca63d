"""Request validator of the OAuth 2.0 and OpenID Connect endpoints, stricter than allauth's own.

allauth 65.21 has no setting for its validator, so `install` replaces the class. Stricter: consent is looked up per
client (allauth accepts any token of the person, of any client), every client uses PKCE with S256, redirect URIs
are compared as strings, a code is consumed by its first try, and reuse of a code or refresh token revokes every token
of its authorization (RFC 9700, sections 2.1 and 4.14).
"""

from urllib.parse import urlsplit, urlunsplit

from allauth.core import context
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from allauth.utils import build_absolute_uri
from django.db.models import Q
from django.urls import reverse
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from kini.core import attempt_limits, security_log
from kini.core.actors import system
from kini.core.attempt_limits import Limit
from kini.core.client_address import client_network
from kini.people import actions, client_assertion, queries
from kini.people.allauth_internals import OAuthLibRequestValidator, ValidatorContext, extract_basic_auth, oauth_server
from kini.people.models import UsedCredential

BY = system("programs")
#: Wrong secrets from one network, for one client and for all clients.
WRONG_SECRET = Limit("people.client-secret", count=10, seconds=15 * 60)
WRONG_SECRETS = Limit("people.client-secrets", count=50, seconds=15 * 60)
LOOPBACK = ("127.0.0.1", "::1")


class TooManyAttempts(errors.OAuth2Error):
    """Client authentication failed too often from this network."""

    error = "temporarily_unavailable"
    status_code = 429


class OAuthValidator(OAuthLibRequestValidator):
    """Validator of one request."""

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Request, *args: object) -> bool:
        """Accept exactly a registered URI; on loopback any port, for native clients (RFC 8252, 7.3)."""
        registered = request.client.get_redirect_uris()
        return redirect_uri in registered or _without_port(redirect_uri) in filter(None, map(_without_port, registered))

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """Require PKCE always, with S256 where a challenge is given.

        Raises:
            UnsupportedCodeChallengeMethodError: for `plain`, also the default without a method.
        """
        if request.code_challenge and request.code_challenge_method != "S256":
            raise errors.UnsupportedCodeChallengeMethodError(request=request)
        return True

    def validate_silent_authorization(self, request: Request) -> bool:
        """Return True if the person granted this client all of these scopes."""
        return queries.is_allowed(context.request.user.pk, request.client, request.scopes)

    # Client authentication

    def authenticate_client(self, request: Request, *args: object, **kwargs: object) -> bool:
        """Authenticate by a signed assertion if keys are registered, else by the secret.

        Raises:
            TooManyAttempts: after too many failures from one network, even for right credentials.
        """
        assertion = getattr(request, "client_assertion", None) or ""
        claimed = self._claimed_client(request, assertion)
        network = client_network(context.request)
        if attempt_limits.seconds_until_allowed(WRONG_SECRETS, network) or attempt_limits.seconds_until_allowed(
            WRONG_SECRET, f"{claimed}:{network}"
        ):
            raise TooManyAttempts(request=request)
        if assertion:
            right = self._verify_assertion(request, claimed, assertion)
        else:
            right = super().authenticate_client(request) and not client_assertion.client_keys(request.client)
        if not right:
            self._count_failure(claimed, network)
        return right

    def _claimed_client(self, request: Request, assertion: str) -> str:
        basic, _secret = extract_basic_auth(request.headers)
        claimed = client_assertion.claimed_client(assertion) if assertion else basic or request.client_id
        return str(claimed or "")[:100]

    def _verify_assertion(self, request: Request, claimed: str, assertion: str) -> bool:
        client = self._lookup_client(request, claimed)
        typed = getattr(request, "client_assertion_type", None) == client_assertion.ASSERTION_TYPE
        if client is None or not typed or request.client_id not in (None, claimed):
            return False
        token_endpoint = build_absolute_uri(context.request, reverse("idp:oidc:token"))
        if not client_assertion.verify(assertion, client, [get_adapter().get_issuer(), token_endpoint]):
            return False
        self._use_client(request, client)
        return True

    def _count_failure(self, claimed: str, network: str) -> None:
        """Count one failure, and log it for fail2ban."""
        security_log.report("client-secret-refused")
        attempt_limits.try_consume(WRONG_SECRETS, network)
        attempt_limits.try_consume(WRONG_SECRET, f"{claimed}:{network}")

    # Codes and refresh tokens, each valid once

    def validate_code(self, client_id: str, code: str, client: Client, request: Request, *args: object) -> bool:
        """Consume the code even if its verifier is wrong; reject it if consent was revoked meanwhile."""
        used = get_adapter().hash_token(code)
        if not super().validate_code(client_id, code, client, request):
            self._refuse_reuse(used, client)
            return False
        if not queries.is_allowed(request.user.pk, client, request.scopes, lock=True):
            return False
        first = actions.mark_credential_used(by=BY, credential=used, family=used, client=client, user=request.user)
        if not first:
            self._refuse_reuse(used, client)
        return first

    def validate_refresh_token(self, refresh_token: str, client: Client, request: Request, *args: object) -> bool:
        """Accept one of several concurrent requests with the same token; the others count as reuse."""
        tokens = Token.objects.select_for_update().filter(client=client)
        token = tokens.lookup(Token.Type.REFRESH_TOKEN, refresh_token)
        if token is None:
            self._refuse_reuse(get_adapter().hash_token(refresh_token), client)
            return False
        allowed = queries.is_allowed(token.user_id, client, token.get_scopes(), lock=True)
        return allowed and super().validate_refresh_token(refresh_token, client, request)

    def _refuse_reuse(self, credential: str, client: Client) -> None:
        """Revoke the token family of a credential that was used before."""
        used = UsedCredential.objects.select_related("user").filter(hash=credential, client=client).first()
        if used is None:
            return
        security_log.report("token-refused", program=client.pk)
        actions.revoke_token_family(by=BY, user=used.user, client=client, family=used.family)

    def _prep_refresh_token(self, ctx: ValidatorContext, refresh_token: str, request: Request) -> Token:
        family, old = self._family(ctx, request), ctx.refresh_token
        if old:
            actions.mark_credential_used(
                by=BY, credential=old.hash, family=family, client=request.client, user=request.user
            )
        token = super()._prep_refresh_token(ctx, refresh_token, request)
        token.data = (token.data or {}) | {"family": family}
        return token

    def _prep_access_token(self, ctx: ValidatorContext, token: dict[str, object], request: Request) -> Token:
        access = super()._prep_access_token(ctx, token, request)
        access.data = (access.data or {}) | {"family": self._family(ctx, request)}
        return access

    def _family(self, ctx: ValidatorContext, request: Request) -> str:
        if ctx.refresh_token:
            return queries.token_family(ctx.refresh_token)
        return str(get_adapter().hash_token(request.code))

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: object) -> None:
        """Revoke a token of this client, with all tokens of the same authorization (RFC 7009)."""
        kinds = [Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN]
        stored = Token.objects.by_value(token).filter(client=request.client, type__in=kinds).first()
        if stored:
            same = Q(data__family=queries.token_family(stored)) | Q(pk=stored.pk)
            Token.objects.filter(same, client=request.client, user=stored.user).delete()


def install() -> None:
    """Make allauth's endpoints use this validator."""
    oauth_server.OAuthLibRequestValidator = OAuthValidator


def _without_port(address: str) -> str:
    """Strip the port of a loopback URI of a native client; "" for any other URI."""
    try:
        parts = urlsplit(address)
        loopback = parts.scheme == "http" and parts.hostname in LOOPBACK and parts.username is None
        return urlunsplit(parts._replace(netloc=str(parts.hostname))) if loopback and parts.port != 0 else ""
    except ValueError:  # invalid port
        return ""

"""Adapter of allauth's OpenID Connect provider: scopes, pairwise subjects, server metadata."""

from typing import Any

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from kini.api.auth import scopes
from kini.people import client_assertion
from kini.people.encrypted_fields import pairwise_subject
from kini.people.models import ProgramConsent, User

OPENID = "openid"


class ScopeLabels(dict[str, Any]):
    """Labels of scopes, as shown on the authorization page."""

    def get(self, name: str, default: Any = None) -> str:
        """Return the label of a registered scope, or of `openid`."""
        scope = scopes.find(name)
        if scope:
            return str(scope.words)
        return _("Recognise you again, without your name") if name == OPENID else str(default or name)


class OidcAdapter(DefaultOIDCAdapter):
    """Adapter of allauth: tokens carry only a pairwise subject; the API provides the rest by scope."""

    scope_display = ScopeLabels()

    def get_claims(
        self, purpose: Any, user: AbstractBaseUser, client: Any, scopes: Any, email: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Return the subject only, without name and address."""
        return {"sub": self.get_user_sub(client, user)}

    def get_user_sub(self, client: Client, user: AbstractBaseUser) -> str:
        """Return the pairwise subject of the person for this client (OIDC Core 8.1)."""
        subject = (
            ProgramConsent.objects.filter(client=client, user_id=user.pk).values_list("subject", flat=True).first()
        )
        return subject or pairwise_subject(client.pk, user.pk)

    def get_user_by_sub(self, client: Client, sub: str) -> User | None:
        """Return the person with this subject while their consent for the client is active."""
        living = ProgramConsent.objects.filter(client=client, subject=sub, stopped_at=None, user__is_active=True)
        consent = living.select_related("user").first()
        return consent.user if consent else None

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """Publish the offered features: registered scopes, codes with PKCE, refresh tokens."""
        data["scopes_supported"] = ["openid", *scopes.names()]
        data["response_types_supported"] = ["code"]
        data["grant_types_supported"] = ["authorization_code", "refresh_token"]
        data["subject_types_supported"] = ["pairwise"]
        data["token_endpoint_auth_methods_supported"] = [*app_settings.AUTH_METHODS, "private_key_jwt"]
        data["token_endpoint_auth_signing_alg_values_supported"] = list(client_assertion.ALGORITHMS)
        data.pop("device_authorization_endpoint", None)

"""Programs that act for people: what allauth's OpenID Connect provider asks of the house."""

from typing import Any

from allauth.idp.oidc import app_settings
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from kini.api.callers import scopes
from kini.people import client_assertion
from kini.people.models import ProgramConsent, User
from kini.people.sealing import program_subject

OPENID = "openid"


class Words(dict[str, Any]):
    """What a scope lets a program do, as the person reads it who allows it."""

    def get(self, name: str, default: Any = None) -> str:
        """The words of a registered scope, and of the one that every program has."""
        found = scopes.find(name)
        if found:
            return str(found.words)
        return _("Know again that it is you, without your name") if name == OPENID else str(default or name)


class ProgramsAdapter(DefaultOIDCAdapter):
    """Adapter of allauth: tokens carry only a pairwise identifier of the person; the API gives the rest by scope."""

    scope_display = Words()

    def get_claims(
        self, purpose: Any, user: AbstractBaseUser, client: Any, scopes: Any, email: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Who it is, without name and address."""
        return {"sub": self.get_user_sub(client, user)}

    def get_user_sub(self, client: Client, user: AbstractBaseUser) -> str:
        """The person's identifier for this program; another program gets another one (OIDC Core 8.1)."""
        kept = ProgramConsent.objects.filter(client=client, user_id=user.pk).values_list("subject", flat=True).first()
        return kept or program_subject(client.pk, user.pk)

    def get_user_by_sub(self, client: Client, sub: str) -> User | None:
        """The person behind an identifier, as long as they allow this program anything."""
        living = ProgramConsent.objects.filter(client=client, subject=sub, stopped_at=None, user__is_active=True)
        consent = living.select_related("user").first()
        return consent.user if consent else None

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """What is really offered: scopes of the house, codes with PKCE, renewal."""
        data["scopes_supported"] = ["openid", *scopes.names()]
        data["response_types_supported"] = ["code"]
        data["grant_types_supported"] = ["authorization_code", "refresh_token"]
        data["subject_types_supported"] = ["pairwise"]
        data["token_endpoint_auth_methods_supported"] = [*app_settings.AUTH_METHODS, "private_key_jwt"]
        data["token_endpoint_auth_signing_alg_values_supported"] = list(client_assertion.ALGORITHMS)
        data.pop("device_authorization_endpoint", None)
